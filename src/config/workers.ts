/** Settings of the worker threads that read mails. */
import { availableParallelism } from 'node:os';
import { z } from 'zod';

const MAX_WORKERS = 32;

export const workers = z
  .union([z.literal('auto'), z.int().min(0).max(MAX_WORKERS)])
  .default(0)
  .describe(
    'Threads that read mails: a number, or auto (one less than there are processors). 0: only mails that could take long are read in a thread, one at a time; for small mails on two processors this is the fastest (npm run bench:workers).',
  );

export const reading = z
  .strictObject({
    seconds: z.int().min(1).max(600).default(15).describe('Time that reading one mail may take, seconds.'),
    megabytes: z
      .int()
      .min(64)
      .default(160)
      .describe('Memory that the reader of one mail may use for what is in it, megabytes.'),
  })
  .prefault({})
  .describe(
    'What reading one mail may cost. Stops mails made to keep a server busy: over a limit the mail is kept as it came and gets its ticket, unread.',
  );

/** The number that the setting stands for on this machine. */
export function workerCount(setting: z.output<typeof workers>): number {
  if (setting !== 'auto') return setting;
  return Math.max(1, Math.min(8, availableParallelism() - 1));
}
