// Starts a thread's program in a checkout: a thread does not inherit the loader that `bin/taquilla.js` registers.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(`./${workerData.program}.ts`);
