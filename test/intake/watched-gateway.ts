/** The program of watched.ts: a gateway that tells its parent what it is asked. Nothing is asked of the network. */
import { systemClock } from '../../src/clock.ts';
import { startGateway } from '../../src/commands/gateway.ts';
import { loadConfig } from '../../src/config.ts';
import type { Log } from '../../src/log.ts';
import { zoneLookup } from '../auth/zone.ts';
import { watchStalls } from '../support/main-thread.ts';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
const loaded = loadConfig(process.argv[2] ?? '', {});
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const { lookup } = zoneLookup({});
const gateway = await startGateway(loaded.config, silent, { clock: systemClock, lookup });
const watch = watchStalls();

process.on('message', () => {
  process.send?.({ longest: watch.longest(), residentMb: process.memoryUsage.rss() / 1024 / 1024 });
});
process.on('disconnect', () => process.exit());
process.send?.({ port: gateway.port });
