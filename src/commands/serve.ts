/**
 * The composition root: read it first. Everything that runs is made here, once, and handed to what needs it.
 *
 *   SMTP door → intake (receive, parse, authenticate, record) → store → outbox worker → transport
 *                                                    scheduler → store → outbox worker
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUTH_LIMITS } from '../auth/limits.ts';
import { type Lookup, systemLookup } from '../auth/resolver.ts';
import { canonicalAddress, type NetworkList, parseNetworks } from '../auth/trusted-networks.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { readAccountsFile } from '../desk/accounts-file.ts';
import { createRetentionClock } from '../desk/retention-clock.ts';
import { createScheduler } from '../desk/scheduler.ts';
import { type Authenticate, createAuthenticator } from '../intake/authenticate.ts';
import { createFreeSpace } from '../intake/free-space.ts';
import { createIntake, signingKey } from '../intake/intake.ts';
import { RateLimits } from '../intake/rate-limits.ts';
import { createSweeper } from '../intake/sweeper.ts';
import { createLog, type Log } from '../log.ts';
import { DkimKeyUnusable } from '../outbox/dkim-signer.ts';
import type { WorkerStatus } from '../outbox/worker.ts';
import { createSmtpDoor } from '../smtp/server.ts';
import { BlobStore } from '../store/blobs/blob-store.ts';
import { KeysUnusable, loadSigningKeys } from '../store/signing-keys.ts';
import { DatabaseUnusable, openDatabase } from '../store/sqlite/open-database.ts';
import { sqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { CommandError, databaseFile, type GlobalOptions, locateConfig, print, shipped, shownPath } from './command.ts';
import { installedTemplates } from './mail-templates.ts';
import { outboxWorkerFor } from './outbound.ts';

export interface Gateway {
  readonly port: number;
  readonly store: Store;
  /** Of the way out: whether it rests, why, and what is on its way. */
  readonly outboxStatus: () => WorkerStatus;
  /** Finishes what is in flight, then stops. */
  stop(): Promise<void>;
}

/** What tests replace: time and DNS. */
export interface Surroundings {
  readonly clock: Clock;
  readonly lookup: Lookup;
}

export async function startGateway(
  config: Config,
  log: Log,
  { clock, lookup }: Surroundings = { clock: systemClock, lookup: systemLookup(AUTH_LIMITS) },
): Promise<Gateway> {
  prepareFolder(config.dataFolder);
  const keys = loadSigningKeys(config.dataFolder, randomBytes);
  const store = sqliteStore(openDatabase(databaseFile(config)));
  const blobFolder = join(config.dataFolder, 'blobs');
  const blobs = new BlobStore(blobFolder, randomUUID);
  const sweeper = createSweeper({ store, folder: blobFolder, clock, log });
  const retention = createRetentionClock({ store, blobs, retention: config.retention, clock, log });
  const policy = () => config.policy;

  const worker = outboxWorkerFor(config, store, keys, clock, log);
  const relays = relayAddresses(config);
  const rates = new RateLimits({ ...config.limits, exempt: relays }, clock);
  const intake = createIntake({
    store,
    blobs,
    policy,
    keys,
    messageIdDomain: config.hostname,
    authenticate: authenticatorFor(config, log, lookup),
    rates,
    clock,
    randomBytes,
    maxMailBytes: config.limits.mailBytes,
    onQueued: worker.wake,
  });
  const door = createSmtpDoor(
    {
      ...config.smtp,
      hostname: config.hostname,
      tls: config.smtp.tls ?? null,
      limits: config.limits,
      xclientRelays: relaysThat(config, 'xclient'),
      proxyRelays: relaysThat(config, 'proxy'),
      relays,
      space: createFreeSpace({ folder: config.dataFolder, minimum: config.limits.freeBytes }, clock, log),
      drainMs: config.smtp.drainSeconds * 1000,
    },
    intake,
    policy,
    rates,
    log,
  );

  const scheduler = createScheduler({
    store,
    rules: () => ({ policy: policy(), signing: { key: signingKey(keys), domain: config.hostname } }),
    clock,
    randomBytes,
    onQueued: worker.wake,
    log,
  });

  try {
    const port = await door.listen();
    worker.start();
    scheduler.start();
    sweeper.start();
    retention.start();
    return {
      port,
      store,
      outboxStatus: worker.status,
      stop: async () => {
        await door.close();
        await scheduler.stop();
        await sweeper.stop();
        await retention.stop();
        await worker.stop();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** As the config says. */
export function authenticatorFor(config: Config, log: Log, lookup: Lookup = systemLookup(AUTH_LIMITS)): Authenticate {
  const reporting = config.trustedRelays.flatMap((relay) =>
    relay.tells === 'authentication-results' ? [[canonical(relay.address), relay] as const] : [],
  );
  return createAuthenticator({
    mode: config.authentication,
    staffNetworks: networks(config.staffNetworks),
    reportingRelays: new Map(reporting),
    relays: relayAddresses(config),
    lookup,
    hostname: config.hostname,
    log,
  });
}

function relaysThat(config: Config, tells: Config['trustedRelays'][number]['tells']): string[] {
  return config.trustedRelays.filter((relay) => relay.tells === tells).map(({ address }) => canonical(address));
}

function relayAddresses(config: Config): ReadonlySet<string> {
  return new Set(config.trustedRelays.map(({ address }) => canonical(address)));
}

/** One way to write each address, however the config has it. */
function canonical(address: string): string {
  return canonicalAddress(address) ?? address;
}

function networks(entries: readonly string[]): NetworkList {
  const parsed = parseNetworks(entries);
  // The config was checked when it was loaded.
  if (!parsed.ok) throw new Error(`not a network: ${parsed.invalid.join(', ')}`);
  return parsed.networks;
}

function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch {
    throw new CommandError(
      `the data folder ${shownPath(folder)} cannot be written; create it or give this user the right to write there`,
      1,
    );
  }
}

/** `taquilla serve`: runs until SIGTERM or SIGINT; a second signal ends it at once. */
export async function serve(options: GlobalOptions & { readonly builtinTemplates?: boolean }): Promise<void> {
  const { config, demo } = locateConfig(options);
  const log = createLog(config.log.level, config.log.json);
  refuseBrokenTemplates(config, options.builtinTemplates === true, log);
  let gateway: Gateway;
  try {
    gateway = await startGateway(config, log);
  } catch (error) {
    throw startFailure(error, config);
  }
  if (demo) await importDemoAccounts(gateway.store, config);
  announce(config, gateway.port, demo);

  await new Promise<void>((resolve) => {
    let asked = false;
    const stop = (signal: string) => {
      if (asked) process.kill(process.pid, 'SIGKILL');
      asked = true;
      log.info({ signal }, 'stopping: mails in flight are finished first');
      void gateway.stop().then(resolve);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}

/** A mistake in a template stops the start, unless the built-in one is wanted in its place. */
function refuseBrokenTemplates(config: Config, builtin: boolean, log: Log): void {
  const { problems } = installedTemplates(config);
  if (problems.length === 0) return;
  if (!builtin) {
    const way = '(correct them, or start with --builtin-templates to use the built-in ones in their place)';
    throw new CommandError([...problems, way].join('\n'), 2);
  }
  for (const problem of problems) log.warn({ problem }, 'a mail template has a mistake; the built-in one is used');
}

/** The causes that an admin can mend, each in one line. */
function startFailure(error: unknown, config: Config): unknown {
  if (error instanceof DatabaseUnusable || error instanceof KeysUnusable || error instanceof DkimKeyUnusable)
    return new CommandError(error.message, 1);
  if (!(error instanceof Error)) return error;
  const { code, syscall, path }: NodeJS.ErrnoException = error;
  const { host, port, tls } = config.smtp;
  if (tls !== undefined && (path === tls.cert || path === tls.key)) {
    return new CommandError(`${path} cannot be read (${code}); correct smtp.tls or its permissions`, 1);
  }
  if (path?.startsWith(config.dataFolder) === true) {
    return new CommandError(
      `${path} cannot be used (${code}); give this user the right to read and write the data folder`,
      1,
    );
  }
  if (syscall !== 'listen') return error;
  switch (code) {
    case 'EADDRINUSE':
      return new CommandError(`${host}:${port} is in use by another program; stop it or choose another smtp.port`, 1);
    case 'EACCES':
      return new CommandError(
        `this user may not listen on ${host}:${port}; ports below 1024 need a capability (see README) or another smtp.port`,
        1,
      );
    case 'EADDRNOTAVAIL':
      return new CommandError(`this machine has no address ${host}; correct smtp.host`, 1);
    default:
      return error;
  }
}

export async function importDemoAccounts(store: Store, config: Config): Promise<void> {
  const path = shipped('fixtures/demo/accounts.json');
  const result = readAccountsFile(
    path,
    readFileSync(path, 'utf8'),
    config.policy.departments.map(({ key }) => key),
  );
  if (!result.ok) throw new Error(result.problems.join('\n'));
  await store.saveAccounts(result.accounts, 'merge', Date.now());
}

function announce(config: Config, port: number, demo: boolean): void {
  const { host } = config.smtp;
  const lines = [`Taquilla listens on ${host}:${port} (SMTP).`];
  if (demo) {
    lines.push(
      `There is no config.json here: this is the example configuration, with demo accounts, and its data is in ${shownPath(config.dataFolder)}.`,
    );
  } else {
    lines.push(`Configuration: ${shownPath(config.file)}. Data: ${shownPath(config.dataFolder)}.`);
  }
  lines.push('', 'Mailboxes:');
  for (const { key, accepts } of config.policy.departments) {
    const boxes = config.policy.mailboxes.filter((box) => box.department === key).map(({ address }) => address);
    lines.push(`  ${boxes.join(', ')}  →  ${key} (${WHO[accepts]})`);
  }
  lines.push('');
  if (config.authentication === 'off')
    lines.push('authentication is off: whoever connects is believed to be the sender that the mail names.');
  if (config.smtp.tls === undefined) lines.push('No certificate is configured: STARTTLS is not offered.');
  const { transport } = config.outbound;
  if (transport.type === 'file') {
    lines.push(`Receipts are written to ${shownPath(transport.folder)} as .eml files; nothing leaves this machine.`);
  } else {
    lines.push(
      `Receipts go out through ${transport.type === 'smtp' ? `${transport.host}:${transport.port}` : transport.path}.`,
    );
  }
  if (demo) lines.push('', 'Send a first mail from another terminal:', '', '  npm run first-mail', '');
  for (const line of lines) print(line);
}

const WHO = {
  clients: 'registered clients',
  anyone: 'anyone',
  replies: 'only replies to its tickets',
  none: 'takes no mail',
} as const;
