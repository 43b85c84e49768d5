/** The process around `taquilla deliver`. */
import { writeSync } from 'node:fs';
import type { Surroundings } from './deliver.ts';

export function deliverSurroundings(): Surroundings {
  return {
    environment: process.env,
    stdin: process.stdin,
    // At once: the process ends with the exit code right behind.
    print: (line) => void writeSync(1, `${line}\n`),
    complain: (line) => void writeSync(2, `${line}\n`),
  };
}
