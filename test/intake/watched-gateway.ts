/** A process of its own that runs a gateway and tells how long its event loop was held up: see stalls.test.ts. */
import { systemClock } from '../../src/clock.ts';
import { startGateway } from '../../src/commands/serve.ts';
import { loadConfig } from '../../src/config.ts';
import { zoneLookup } from '../auth/zone.ts';
import { watchStalls } from '../support/main-thread.ts';

const silent = { info: () => undefined, warn: console.error, error: console.error, debug: () => undefined };
const [file = ''] = process.argv.slice(2);
const loaded = loadConfig(file, {});
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const { lookup } = zoneLookup({});
const gateway = await startGateway(loaded.config, silent, { clock: systemClock, lookup });
const watch = watchStalls();

process.on('message', (asked) => {
  if (asked === 'longest') process.send?.({ longest: watch.longest(), rss: process.memoryUsage.rss() });
});
process.on('disconnect', () => process.exit());
process.send?.({ port: gateway.port });
