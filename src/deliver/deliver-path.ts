/** Where `taquilla deliver` finds the gateway that runs. */
import { join } from 'node:path';

export function deliverPath(dataFolder: string): string {
  return join(dataFolder, 'deliver.sock');
}
