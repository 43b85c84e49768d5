/** Starts one of the store's threads: the compiled program, or in a checkout its source. */
import { Worker } from 'node:worker_threads';

type Program = 'store-thread' | 'text-index-thread';

/** `file`: of the database. `youngMb`: megabytes for objects that are gone soon. */
export function startThread(program: Program, file: string, youngMb: number): Worker {
  const inCheckout = import.meta.url.endsWith('.ts');
  return new Worker(new URL(inCheckout ? './in-checkout.mjs' : `./${program}.js`, import.meta.url), {
    workerData: { program, file },
    resourceLimits: { maxYoungGenerationSizeMb: youngMb },
  });
}
