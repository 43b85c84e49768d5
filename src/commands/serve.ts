/**
 * The composition root: read it first. Everything that runs is made here, once, and handed to what needs it. The door
 * opens as early as it can: modules that are not needed to take a mail are loaded behind it.
 *
 *   SMTP door → intake (receive, parse, authenticate, record) → store → outbox worker → transport
 *                                                    scheduler → store → outbox worker
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AUTH_LIMITS } from '../auth/limits.ts';
import { type Lookup, systemLookup } from '../auth/resolver.ts';
import { type Clock, type EverySecond, everySecond, systemClock, systemTimeZone } from '../clock.ts';
import type { ConfigProblem } from '../config/problems.ts';
import { workerCount } from '../config/workers.ts';
import { type Config, type ConfigResult, loadConfig } from '../config.ts';
import { createRetentionClock } from '../desk/retention-clock.ts';
import { createScheduler } from '../desk/scheduler.ts';
import { loadLibrary } from '../intake/authenticate.ts';
import { createFreeSpace } from '../intake/free-space.ts';
import { RateLimits } from '../intake/rate-limits.ts';
import { createSweeper } from '../intake/sweeper.ts';
import { createUnknownSenders } from '../intake/unknown-senders.ts';
import { createLog, type Log } from '../log.ts';
import type { WorkerStatus } from '../outbox/worker.ts';
import type { SmtpDoor, SmtpDoorOptions } from '../smtp/server.ts';
import { BlobStore } from '../store/blobs/blob-store.ts';
import { loadSigningKeys } from '../store/signing-keys.ts';
import type { Store } from '../store/store.ts';
import { openThreadedStore, type ThreadedStore } from '../store/thread/threaded-store.ts';
import { announce } from './announce.ts';
import { CommandError, databaseFile, type GlobalOptions, locateConfig } from './command.ts';
import { controlPath, createControlSocket } from './control-socket.ts';
import { prepareFolder } from './data-folder.ts';
import { live } from './live.ts';
import { listenInDataFolder } from './local-doors.ts';
import type { WayOut } from './outbound.ts';
import { againstReload, createReloader, tellReload } from './reload.ts';
import { contentReaderFor, settingsOf } from './running-settings.ts';
import { openSecrets, rootCheck } from './start-checks.ts';
import { startFailure } from './start-failure.ts';
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
    // Of the config in force: it may have been read again since the start.
    out = wayOutFor(running, store, keys, clock, log, watching?.sendTried);
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

export interface ServeOptions extends GlobalOptions {
  readonly builtinTemplates?: boolean;
  readonly allowRoot?: boolean;
}

/** `taquilla serve`: runs until SIGTERM or SIGINT; a second signal ends it at once. */
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
  if (demo) await (await import('./demo-accounts.ts')).importDemoAccounts(gateway.store, config);
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
  announce(config, gateway, demo);
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
