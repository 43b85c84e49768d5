/**
 * The composition root: read it first. Everything that runs is made here, once, and handed to what needs it. The door
 * opens as early as it can: modules that are not needed to take a mail are loaded behind it.
 *
 *   SMTP door → intake (receive, parse, authenticate, record) → store → outbox worker → transport
 *                                                    scheduler → store → outbox worker
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { accessSync, chmodSync, constants, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AUTH_LIMITS } from '../auth/limits.ts';
import { type Lookup, systemLookup } from '../auth/resolver.ts';
import { canonicalAddress, type NetworkList, parseNetworks } from '../auth/trusted-networks.ts';
import { type Clock, type EverySecond, everySecond, systemClock, systemTimeZone } from '../clock.ts';
import type { ConfigProblem } from '../config/problems.ts';
import { workerCount } from '../config/workers.ts';
import { type Config, type ConfigResult, loadConfig } from '../config.ts';
import { createRetentionClock } from '../desk/retention-clock.ts';
import { createScheduler } from '../desk/scheduler.ts';
import { type Authenticate, createAuthenticator, loadLibrary } from '../intake/authenticate.ts';
import { type ContentReader, createContentReader } from '../intake/content-reader.ts';
import { createFreeSpace, type FreeSpace } from '../intake/free-space.ts';
import { RateLimits } from '../intake/rate-limits.ts';
import { createSweeper } from '../intake/sweeper.ts';
import { createUnknownSenders } from '../intake/unknown-senders.ts';
import { createLog, type Log } from '../log.ts';
import { createLookUp, type LookUp } from '../lookup/account-look-up.ts';
import type { WorkerStatus } from '../outbox/worker.ts';
import type { SmtpDoor, SmtpDoorOptions } from '../smtp/server.ts';
import { CertificateUnusable } from '../smtp/tls-certificate.ts';
import { BlobStore } from '../store/blobs/blob-store.ts';
import { DatabaseUnusable } from '../store/database-unusable.ts';
import { KeysUnusable, loadSigningKeys } from '../store/signing-keys.ts';
import type { Store } from '../store/store.ts';
import { openThreadedStore, type ThreadedStore } from '../store/thread/threaded-store.ts';
import { SocketUnusable } from '../unix-socket.ts';
import { CommandError, databaseFile, type GlobalOptions, locateConfig, print, shipped, shownPath } from './command.ts';
import { controlPath, createControlSocket } from './control-socket.ts';
import { live } from './live.ts';
import { listenInDataFolder, localDoors } from './local-doors.ts';
import type { WayOut } from './outbound.ts';
import { againstReload, createReloader, tellReload } from './reload.ts';
import { openSecrets, rootCheck } from './start-checks.ts';
import { notifySystemd } from './systemd.ts';
import type { Watching } from './watching.ts';

export interface Gateway {
  readonly port: number;
  /** Of the LMTP door where it listens on one. */
  readonly lmtpPort: number | null;
  /** Of the HTTP door where there is one. */
  readonly httpPort: number | null;
  readonly store: Store;
  /** Resolves when the store has stopped working for good: mails are answered with 451, and the program has to be started anew. */
  readonly lost: Promise<Error>;
  /** Of the way out: whether it rests, why, and what is on its way. */
  readonly outboxStatus: () => WorkerStatus;
  /** Reads the config again and applies it as a whole; or changes nothing, and answers why. */
  reload(): Promise<readonly ConfigProblem[]>;
  /** Finishes what is in flight, then stops. */
  stop(): Promise<void>;
}

/**
 * What tests replace: time, DNS, the thread of the store, which takes longer to start than most tests, and what reads
 * mails in a thread. `reread`: how a reload reads the config.
 */
export interface Surroundings {
  readonly clock: Clock;
  readonly lookup: Lookup;
  readonly openStore?: (file: string) => Promise<ThreadedStore>;
  readonly reread?: () => ConfigResult;
  readonly workerFile?: URL;
  /** The beat by which the SMTP door measures how long clients take. */
  readonly seconds?: EverySecond;
  readonly timeZone?: string;
}

export async function startGateway(
  config: Config,
  log: Log,
  {
    clock,
    lookup,
    openStore = openThreadedStore,
    reread,
    workerFile,
    seconds = everySecond,
    timeZone = systemTimeZone(),
  }: Surroundings = {
    clock: systemClock,
    lookup: systemLookup(AUTH_LIMITS),
  },
): Promise<Gateway> {
  prepareFolder(config.dataFolder);
  // What a reload changes stands in `running` and `settings`, and whoever needs it looks there each time.
  let running = config;
  const limits = live(() => running.limits);
  const space = createFreeSpace(
    live(() => ({ folder: config.dataFolder, minimum: running.limits.freeBytes })),
    clock,
    log,
  );
  const settingsFrom = (from: Config) => settingsOf(from, { limits, space, log, lookup, clock });
  let settings = settingsFrom(running);
  const policy = () => running.policy;

  const reload = createReloader({
    read: reread ?? (() => loadConfig(config.file, process.env)),
    against: async (next) => [
      ...againstReload(running, next, await store.countUnfinished()),
      ...(out?.against(next) ?? []),
      ...(await templateProblems(next)).map((message) => ({ path: 'templatesFolder', message })),
    ],
    apply: (next) => apply(next),
  });
  const control = createControlSocket(controlPath(config.dataFolder), async () => {
    const problems = await reload();
    tellReload(log, running.file, problems);
    const { file } = running;
    return problems.length === 0 ? { ok: true, file } : { ok: false, file, problems: [...problems] };
  });
  // First of all: where it is taken, another gateway works on this data.
  await listenInDataFolder(control, log);

  const opening = openData(config, openStore).catch(async (error: unknown) => {
    await control.close();
    throw error;
  });
  // The thread of the store loads and opens while this one loads what it needs.
  const [{ keys, store, lost }, { createIntake, signingKey }, { createSmtpDoor }] = await Promise.all([
    opening,
    import('../intake/intake.ts'),
    import('../smtp/server.ts'),
  ]);
  const blobFolder = join(config.dataFolder, 'blobs');
  const blobs = new BlobStore(blobFolder, randomUUID);
  const sweeper = createSweeper({ store, folder: blobFolder, clock, log });
  const retention = createRetentionClock({
    store,
    blobs,
    retention: live(() => running.retention),
    clock,
    log,
  });

  let out: WayOut | null = null;
  const onQueued = () => out?.worker.wake();
  const rates = new RateLimits(
    live(() => settings.rates),
    clock,
  );
  const content = contentReaderFor(config, log, workerCount(config.workers), workerFile);
  const intake = createIntake({
    store,
    blobs,
    policy,
    keys,
    content: content.read,
    get messageIdDomain() {
      return running.hostname;
    },
    authenticate: (mail, envelope, source) => settings.authenticate(mail, envelope, source),
    rates,
    accounts: createUnknownSenders({
      store,
      lookUp: () => settings.lookUp,
      onFailure: () => running.lookup?.onFailure ?? 'try-again',
    }),
    clock,
    randomBytes,
    get maxMailBytes() {
      return running.limits.mailBytes;
    },
    onQueued,
  });
  let listening = false;
  const watching: Watching | null =
    config.http === undefined
      ? null
      : (await import('./watching.ts')).createWatching(config.http, {
          config: () => running,
          store,
          clock,
          log,
          connections: () => doors.reduce((sum, one) => sum + one.connections(), 0),
          listening: () => listening,
          outbox: () => out?.worker.status() ?? null,
        });
  const taking = watching === null ? intake : watching.counted(intake);
  const openDoor = (options: () => SmtpDoorOptions) =>
    createSmtpDoor(live(options), taking, policy, rates, log, seconds);
  const door = openDoor(() => settings.door);
  const lmtpDoor = config.lmtp === undefined ? null : openDoor(() => settings.lmtpDoor);
  const deliverDoor = openDoor(() => settings.deliverDoor);
  const doors: readonly SmtpDoor[] = [door, deliverDoor, ...(lmtpDoor === null ? [] : [lmtpDoor])];

  const scheduler = createScheduler({
    store,
    rules: () => ({ policy: policy(), signing: { key: signingKey(keys), domain: running.hostname } }),
    clock,
    timeZone,
    randomBytes,
    onQueued,
    log,
  });

  function apply(next: Config): void {
    const before = { running, settings };
    const change = out?.prepare(next);
    try {
      running = next;
      settings = settingsFrom(next);
      for (const one of doors) one.reload();
    } catch (error) {
      ({ running, settings } = before);
      change?.drop();
      throw error;
    }
    log.level = next.log.level;
    change?.apply();
  }

  const closeDoors = () => Promise.all([control.close(), ...doors.map((one) => one.close())]);
  try {
    const port = await door.listen();
    const lmtpPort = (await lmtpDoor?.listen()) ?? null;
    await listenInDataFolder(deliverDoor, log);
    listening = true;
    const httpPort = (await watching?.door.listen()) ?? null;
    // What sends takes as long to load as the door did; mails wait in the outbox meanwhile.
    const { wayOutFor } = await import('./outbound.ts');
    out = wayOutFor(config, store, keys, clock, log, watching?.sendTried);
    const { worker } = out;
    worker.start();
    scheduler.start();
    sweeper.start();
    if (config.authentication !== 'off') await loadLibrary();
    retention.start();
    return {
      port,
      lmtpPort,
      httpPort,
      store,
      lost,
      outboxStatus: worker.status,
      reload,
      stop: async () => {
        listening = false;
        await closeDoors();
        await watching?.door.close();
        await content.close();
        await scheduler.stop();
        await sweeper.stop();
        await retention.stop();
        await out?.worker.stop();
        await store.close();
      },
    };
  } catch (error) {
    await watching?.door.close();
    await closeDoors();
    await store.close();
    throw error;
  }
}

async function openData(config: Config, openStore: (file: string) => Promise<ThreadedStore>) {
  const keys = loadSigningKeys(config.dataFolder, randomBytes);
  return { keys, ...(await openStore(databaseFile(config))) };
}

/** All that is made from a config and follows it when it is read again. `limits` follow it by themselves. */
function settingsOf(
  config: Config,
  {
    limits,
    space,
    log,
    lookup,
    clock,
  }: Pick<Surroundings, 'lookup' | 'clock'> & {
    readonly limits: Config['limits'];
    readonly space: FreeSpace;
    readonly log: Log;
  },
) {
  const relays = relayAddresses(config);
  const door = {
    ...config.smtp,
    hostname: config.hostname,
    tls: config.smtp.tls ?? null,
    limits,
    xclientRelays: relaysThat(config, 'xclient'),
    xforwardRelays: relaysThat(config, 'xforward'),
    proxyRelays: relaysThat(config, 'proxy'),
    relays,
    space,
    drainMs: config.smtp.drainSeconds * 1000,
  };
  const { lmtpDoor, deliverDoor } = localDoors(config, door);
  return {
    rates: { ...config.limits, exempt: relays },
    door,
    lmtpDoor,
    deliverDoor,
    lookUp: lookUpFor(config, clock, log),
    authenticate: authenticatorFor(config, log, lookup),
  };
}

/** With the limits of the config; commands that read one mail after the other need no workers for ordinary ones. */
export function contentReaderFor(config: Config, log: Log, workers: number, workerFile?: URL): ContentReader {
  const { seconds, megabytes } = config.limits.reading;
  const options = { workers, mailMs: seconds * 1000, heapMb: megabytes };
  return createContentReader(workerFile === undefined ? options : { ...options, workerFile }, log);
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
    localRelay: config.localRelay.tells === 'authentication-results' ? config.localRelay : null,
    relays: relayAddresses(config),
    lookup,
    hostname: config.hostname,
    log,
  });
}

function lookUpFor({ lookup, lookupSecret, departments }: Config, clock: Clock, log: Log): LookUp | null {
  if (lookup === undefined || lookupSecret === null) return null;
  return createLookUp({ ...lookup, secret: lookupSecret, departments: departments.map(({ key }) => key) }, clock, log);
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
    closeToOthers(folder);
  } catch {
    throw new CommandError(
      `the data folder ${shownPath(folder)} cannot be written; create it or give this user the right to write there`,
      1,
    );
  }
}

/** A folder that somebody made beforehand, open to all, holds clients' mail from now on. */
function closeToOthers(folder: string): void {
  if ((statSync(folder).mode & 0o077) === 0) return;
  try {
    chmodSync(folder, 0o700);
  } catch {
    // Somebody else's folder: the files in it are closed by themselves.
  }
}

/** `taquilla serve`: runs until SIGTERM or SIGINT; a second signal ends it at once. */
export interface ServeOptions extends GlobalOptions {
  readonly builtinTemplates?: boolean;
  readonly allowRoot?: boolean;
}

export async function serve(options: ServeOptions): Promise<void> {
  const { config, demo } = locateConfig(options);
  const log = createLog(config.log.level, config.log.json);
  const root = rootCheck({
    uid: process.getuid?.() ?? null,
    ...config.smtp,
    allowRoot: demo || options.allowRoot === true,
  });
  if (root.verdict === 'refuse') throw new CommandError(root.words, 1);
  await refuseBrokenTemplates(config, options.builtinTemplates === true, log);
  let gateway: Gateway;
  try {
    gateway = await startGateway(config, log, {
      clock: systemClock,
      lookup: systemLookup(AUTH_LIMITS),
      reread: () => loadConfig(config.file, process.env, demo ? config.dataFolder : undefined),
    });
  } catch (error) {
    throw startFailure(error, config);
  }
  if (demo) await importDemoAccounts(gateway.store, config);
  // Before anybody is told that it runs: from then on it may be told to stop.
  const stopped = new Promise<void>((resolve) => {
    let asked = false;
    const stop = (signal: string) => {
      if (asked) process.kill(process.pid, 'SIGKILL');
      asked = true;
      log.info({ signal }, 'stopping: mails in flight are finished first');
      void notifySystemd('stopping', process.env, log);
      void gateway.stop().then(resolve);
    };
    process.on('SIGHUP', () => {
      void notifySystemd('reloading', process.env, log)
        .then(() => gateway.reload())
        .then(
          (problems) => tellReload(log, config.file, problems),
          (error: unknown) => log.error({ error }, 'the configuration could not be read again; the one before goes on'),
        )
        .then(() => notifySystemd('ready', process.env, log));
    });
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
  if (root.verdict === 'warn') log.warn(root.words);
  const open = openSecrets(config);
  if (open !== null) log.warn(open);
  announce(config, gateway.port, demo);
  await notifySystemd('ready', process.env, log);
  const error = await Promise.race([stopped, gateway.lost]);
  if (error === undefined) return;
  log.error({ error }, 'the store has stopped working: the program ends, to be started anew');
  // What is in flight gets its 451; the store itself can do nothing any more.
  await gateway.stop().catch(() => undefined);
  throw new CommandError(`the store has stopped working (${error.message}); start the gateway again`, 1);
}

/** A mistake in a template stops the start, unless the built-in one is wanted in its place. */
async function refuseBrokenTemplates(config: Config, builtin: boolean, log: Log): Promise<void> {
  const problems = await templateProblems(config);
  if (problems.length === 0) return;
  if (!builtin) {
    const way = '(correct them, or start with --builtin-templates to use the built-in ones in their place)';
    throw new CommandError([...problems, way].join('\n'), 2);
  }
  for (const problem of problems) log.warn({ problem }, 'a mail template has a mistake; the built-in one is used');
}

/** Only an installation with templates of its own has to load what reads them before the door is open. */
async function templateProblems(config: Config): Promise<readonly string[]> {
  if (config.templatesFolder === undefined) return [];
  const { installedTemplates } = await import('./mail-templates.ts');
  return installedTemplates(config).problems;
}

/** The causes that an admin can mend, each in one line. */
function startFailure(error: unknown, config: Config): unknown {
  if (error instanceof DatabaseUnusable || error instanceof KeysUnusable) return new CommandError(error.message, 1);
  if (error instanceof SocketUnusable) {
    const another = error.why === 'in-use' && error.message.includes(controlPath(config.dataFolder));
    return new CommandError(
      another ? `another gateway runs on the data folder ${shownPath(config.dataFolder)}` : error.message,
      1,
    );
  }
  if (error instanceof CertificateUnusable) return new CommandError(`${error.message}; correct smtp.tls`, 1);
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
  const lmtp = lmtpFailure(error, config);
  if (lmtp !== null) return lmtp;
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

/** `null`: it is not the LMTP door that can't listen. */
function lmtpFailure(error: NodeJS.ErrnoException, { lmtp, smtp }: Config): CommandError | null {
  if (lmtp?.socket !== undefined && 'address' in error && error.address === lmtp.socket) {
    return new CommandError(
      `${lmtp.socket} cannot be made (${error.code}); make its folder, give this user the right to write there, or correct lmtp.socket`,
      1,
    );
  }
  const port = 'port' in error ? error.port : null;
  if (lmtp?.port === undefined || port !== lmtp.port || port === smtp.port) return null;
  return new CommandError(
    `${lmtp.host}:${lmtp.port} cannot be listened on (${error.code}); choose another lmtp.port`,
    1,
  );
}

export async function importDemoAccounts(store: Store, config: Config): Promise<void> {
  const { readAccountsFile } = await import('../desk/accounts-file.ts');
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
  if (config.lmtp !== undefined)
    lines.push(`And on ${config.lmtp.socket ?? `${config.lmtp.host}:${config.lmtp.port}`} (LMTP).`);
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
  if (demo) lines.push('', 'Send a first mail from another terminal:', '', `  ${firstMailLine(host, port)}`, '');
  for (const line of lines) print(line);
}

/** The script is there in a checkout only. */
function firstMailLine(host: string, port: number): string {
  if (existsSync(shipped('scripts/first-mail.mjs'))) return 'npm run first-mail';
  const mail = shipped('fixtures/demo/1-new-matter.eml');
  return `curl --url smtp://${host}:${port} --mail-from ana@laespiga.example --mail-rcpt soporte@example.com --upload-file ${mail}`;
}

const WHO = {
  clients: 'registered clients',
  anyone: 'anyone',
  replies: 'only replies to its tickets',
  none: 'takes no mail',
} as const;
