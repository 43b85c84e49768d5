// Starts store-thread.ts in a checkout: a thread does not inherit the loader that `bin/taquilla.js` registers.
import { register } from 'tsx/esm/api';

register();
await import('./store-thread.ts');
