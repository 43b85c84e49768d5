/** How much of the disk incoming mail leaves free. */
import { z } from 'zod';

const DEFAULT = 200 * 1024 * 1024;

export const freeBytes = z
  .int()
  .min(0)
  .default(DEFAULT)
  .describe(
    'Space to leave on the disk of the data folder, bytes; below it senders are asked to come again. Stops mail from filling the disk under the database.',
  );
