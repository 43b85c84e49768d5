/**
 * What those who watch the gateway can ask: figures and health, by HTTP. Made only where the config has `http`, so that
 * nobody else loads what it needs.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { countedIntake } from '../http/counted-intake.ts';
import type { HealthFacts } from '../http/health.ts';
import { createMetrics } from '../http/metrics.ts';
import { createHttpDoor, type HttpDoor } from '../http/server.ts';
import type { Intake } from '../intake/intake.ts';
import type { Log } from '../log.ts';
import type { WorkerStatus } from '../outbox/worker.ts';
import type { SendOutcome, Store, StoreFigures } from '../store/store.ts';

export interface Watched {
  /** The newest after each reload. */
  readonly config: () => Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly connections: () => number;
  readonly listening: () => boolean;
  /** `null` until the way out is loaded. */
  readonly outbox: () => WorkerStatus | null;
}

export interface Watching {
  readonly counted: (intake: Intake) => Intake;
  readonly sendTried: (outcome: SendOutcome) => void;
  readonly door: HttpDoor;
}

export function createWatching(http: NonNullable<Config['http']>, watched: Watched): Watching {
  const { store, clock, log, connections } = watched;
  const metrics = createMetrics(async () => ({
    figures: await store.figures(clock.now()),
    now: clock.now(),
    connections: connections(),
    outboxPaused: isPaused(watched.outbox()),
  }));
  return {
    counted: (intake) => countedIntake(intake, metrics.mailTaken),
    sendTried: metrics.sendTried,
    door: createHttpDoor(http, metrics, () => factsOf(watched), log),
  };
}

async function factsOf({ config, store, clock, listening, outbox }: Watched): Promise<HealthFacts> {
  const { dataFolder, limits, smtp } = config();
  const now = clock.now();
  const [figures, space] = await Promise.all([figuresOf(store, now), statfs(dataFolder)]);
  const way = outbox();
  return {
    now,
    listening: listening(),
    storeFault: figures.ok ? null : figures.fault,
    freeBytes: space.bavail * space.bsize,
    neededBytes: limits.freeBytes,
    oldestQueuedAt: figures.ok ? figures.figures.oldestQueuedAt : null,
    outboxFault: isPaused(way) ? (way?.why ?? 'the smarthost is at fault') : null,
    certificateUntil: smtp.tls === undefined ? null : certificateEnd(smtp.tls.cert),
  };
}

type Figures = { readonly ok: true; readonly figures: StoreFigures } | { readonly ok: false; readonly fault: string };

async function figuresOf(store: Store, now: number): Promise<Figures> {
  try {
    return { ok: true, figures: await store.figures(now) };
  } catch (error) {
    return { ok: false, fault: error instanceof Error ? error.message : String(error) };
  }
}

function isPaused(status: WorkerStatus | null): boolean {
  return status !== null && status.failuresInARow > 0;
}

/** Epoch milliseconds; `null` where the file can't be read: the door goes on with the certificate that it has. */
function certificateEnd(file: string): number | null {
  try {
    return Date.parse(new X509Certificate(readFileSync(file)).validTo);
  } catch {
    return null;
  }
}
