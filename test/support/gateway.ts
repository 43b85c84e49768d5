/** A whole gateway for a test: real sockets, a database file in a folder of its own, time and DNS injected. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type Gateway, type Surroundings, startGateway } from '../../src/commands/gateway.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { readAccountsFile } from '../../src/desk/accounts-file.ts';
import type { Log } from '../../src/log.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { type Zone, zoneLookup } from '../auth/zone.ts';
import { tempFolder } from './temp-folder.ts';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

export interface World {
  /** The config file; what it leaves out gets working values. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly accounts?: readonly unknown[];
  readonly zone?: Zone;
}

export interface TestGateway extends Gateway {
  readonly config: Config;
  readonly folder: string;
}

/** In this thread; test/store/threaded-store.test.ts and the tests that start the program have the other. */
async function openHere(file: string) {
  return { store: sqliteStore(openDatabase(file)), lost: new Promise<Error>(() => undefined) };
}

const DEPARTMENTS = [
  {
    key: 'soporte',
    names: { es: 'Soporte', en: 'Support' },
    mailboxes: ['soporte@hosting.example', { address: 'support@hosting.example', language: 'en' }],
  },
];

/** Writes the config into `folder` and reads it as the program does. */
function testConfig(folder: string, config: World['config'] = {}): Config {
  const file = join(folder, 'config.json');
  const whole = {
    company: 'Hosting de Prueba',
    hostname: 'mail.hosting.example',
    dataFolder: './data',
    smtp: { port: 0, drainSeconds: 2 },
    authentication: 'off',
    departments: DEPARTMENTS,
    outbound: { transport: { type: 'file', folder: './outbox' } },
    ...config,
  };
  writeFileSync(file, JSON.stringify(whole));
  const loaded = loadConfig(file, {});
  if (!loaded.ok) throw new Error(loaded.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  return loaded.config;
}

/** Stops by itself when the test is over. */
export async function testGateway(
  world: World = {},
  folder = tempFolder(),
  surroundings: Partial<Surroundings> = {},
): Promise<TestGateway> {
  const config = testConfig(folder, world.config);
  const { lookup } = zoneLookup(world.zone ?? {});
  const gateway = await startGateway(config, silent, {
    clock: systemClock,
    lookup,
    openStore: openHere,
    ...surroundings,
  });
  let stopped: Promise<void> | null = null;
  const stop = () => {
    stopped ??= gateway.stop();
    return stopped;
  };
  onTestFinished(stop);
  if (world.accounts !== undefined) {
    const departments = config.policy.departments.map(({ key }) => key);
    const accounts = readAccountsFile('accounts.json', JSON.stringify(world.accounts), departments);
    if (!accounts.ok) throw new Error(accounts.problems.join('\n'));
    await gateway.store.saveAccounts(accounts.accounts, 'merge', Date.now());
  }
  return { ...gateway, stop, config, folder };
}
