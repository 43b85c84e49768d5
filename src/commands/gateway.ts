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
import { randomPool } from '../intake/random-pool.ts';
import { RateLimits } from '../intake/rate-limits.ts';
import { createSweeper } from '../intake/sweeper.ts';
import { createUnknownSenders } from '../intake/unknown-senders.ts';
import type { Log } from '../log.ts';
import type { WorkerStatus } from '../outbox/worker.ts';
import type { SmtpDoor, SmtpDoorOptions } from '../smtp/server.ts';
import { BlobStore } from '../store/blobs/blob-store.ts';
import { loadSigningKeys } from '../store/signing-keys.ts';
import type { Store } from '../store/store.ts';
import { openThreadedStore, type ThreadedStore } from '../store/thread/threaded-store.ts';
import { databaseFile } from './command.ts';
import { controlPath, createControlSocket } from './control-socket.ts';
import { prepareFolder } from './data-folder.ts';
import { live } from './live.ts';
import { listenInDataFolder } from './local-doors.ts';
import type { WayOut } from './outbound.ts';
import { againstReload, createReloader, tellReload } from './reload.ts';
import { contentReaderFor, settingsOf } from './running-settings.ts';
import { createTeardown, type Teardown } from './teardown.ts';
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
  surroundings: Surroundings = { clock: systemClock, lookup: systemLookup(AUTH_LIMITS) },
): Promise<Gateway> {
  const teardown = createTeardown();
  try {
    return await openGateway(config, log, surroundings, teardown);
  } catch (error) {
    // What is left open would keep the process alive.
    await teardown.run().catch(() => undefined);
    throw error;
  }
}

async function openGateway(
  config: Config,
  log: Log,
  {
    clock,
    lookup,
    openStore = openThreadedStore,
    reread = () => loadConfig(config.file, process.env),
    workerFile,
    seconds = everySecond,
    timeZone = systemTimeZone(),
  }: Surroundings,
  teardown: Teardown,
): Promise<Gateway> {
  prepareFolder(config.dataFolder);
  // What a reload changes stands in `running` and `settings`, and whoever needs it looks there each time.
  let running = config;
  let phase: 'starting' | 'listening' | 'stopping' = 'starting';
  const limits = live(() => running.limits);
  const space = createFreeSpace(
    live(() => ({ folder: config.dataFolder, minimum: running.limits.freeBytes })),
    clock,
    log,
  );
  const settingsFrom = (from: Config) => settingsOf(from, { limits, space, log, lookup, clock });
  let settings = settingsFrom(running);
  const policy = () => running.policy;

  let nowUp = () => {};
  const up = new Promise<void>((resolve) => {
    nowUp = resolve;
  });
  const reload = createReloader({
    up,
    read: reread,
    against: async (next) => [
      ...againstReload(running, next, await store.countUnfinished()),
      ...(out?.against(next) ?? []),
      ...(await templateProblems(next)).map((message) => ({ path: 'templatesFolder', message })),
      ...(phase === 'stopping' ? [{ path: '', message: 'the gateway is stopping' }] : []),
    ],
    apply: (next) => apply(next),
    log,
  });
  const control = createControlSocket(controlPath(config.dataFolder), async () => {
    const problems = await reload();
    tellReload(log, running.file, problems);
    const { file } = running;
    return problems.length === 0 ? { ok: true, file } : { ok: false, file, problems: [...problems] };
  });
  // First of all, and closed last: where it is taken, another gateway works on this data.
  teardown.add(() => control.close());
  await listenInDataFolder(control, log);

  const opening = openData(config, openStore);
  teardown.add(() => opening.then(({ store }) => store.close()));
  // The thread of the store loads and opens while this one loads what it needs.
  const [{ keys, store, lost }, { createIntake, signingKey }, { createSmtpDoor }] = await Promise.all([
    opening,
    import('../intake/intake.ts'),
    import('../smtp/server.ts'),
  ]);
  const blobFolder = join(config.dataFolder, 'blobs');
  const blobs = new BlobStore(blobFolder, randomUUID);

  let out: WayOut | null = null;
  teardown.add(async () => out?.worker.stop());
  const onQueued = () => out?.worker.wake();
  const retention = createRetentionClock({
    store,
    blobs,
    retention: live(() => running.retention),
    clock,
    log,
  });
  teardown.add(() => retention.stop());
  const sweeper = createSweeper({ store, folder: blobFolder, clock, log });
  teardown.add(() => sweeper.stop());
  const scheduler = createScheduler({
    store,
    rules: () => ({ policy: policy(), signing: { key: signingKey(keys), domain: running.hostname } }),
    clock,
    timeZone,
    randomBytes,
    onQueued,
    log,
  });
  teardown.add(() => scheduler.stop());

  const rates = new RateLimits(
    live(() => settings.rates),
    clock,
  );
  const content = contentReaderFor(config, log, workerCount(config.workers), workerFile);
  teardown.add(() => content.close());
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
    randomBytes: randomPool(),
    get maxMailBytes() {
      return running.limits.mailBytes;
    },
    onQueued,
  });
  const doors: SmtpDoor[] = [];
  const watching: Watching | null =
    config.http === undefined
      ? null
      : (await import('./watching.ts')).createWatching(config.http, {
          config: () => running,
          store,
          clock,
          log,
          connections: () => doors.reduce((sum, one) => sum + one.connections(), 0),
          listening: () => phase === 'listening',
          outbox: () => out?.worker.status() ?? null,
        });
  teardown.add(async () => watching?.door.close());
  teardown.add(() => Promise.all(doors.map((one) => one.close())));
  const taking = watching === null ? intake : watching.counted(intake);
  const openDoor = (options: () => SmtpDoorOptions) => {
    const opened = createSmtpDoor(live(options), taking, policy, rates, log, seconds);
    doors.push(opened);
    return opened;
  };
  const door = openDoor(() => settings.door);
  const lmtpDoor = config.lmtp === undefined ? null : openDoor(() => settings.lmtpDoor);
  const deliverDoor = openDoor(() => settings.deliverDoor);

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

  const port = await door.listen();
  const lmtpPort = (await lmtpDoor?.listen()) ?? null;
  await listenInDataFolder(deliverDoor, log);
  phase = 'listening';
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
  nowUp();
  return {
    port,
    lmtpPort,
    httpPort,
    store,
    lost,
    outboxStatus: worker.status,
    reload,
    stop: () => {
      phase = 'stopping';
      return teardown.run();
    },
  };
}

async function openData(config: Config, openStore: (file: string) => Promise<ThreadedStore>) {
  const keys = loadSigningKeys(config.dataFolder, randomBytes);
  return { keys, ...(await openStore(databaseFile(config))) };
}

/** Only an installation with templates of its own has to load what reads them before the door is open. */
export async function templateProblems(config: Config): Promise<readonly string[]> {
  if (config.templatesFolder === undefined) return [];
  const { installedTemplates } = await import('./mail-templates.ts');
  return installedTemplates(config).problems;
}
