/**
 * What a reload of the config may change while the gateway runs. A new config is applied as a whole or refused as a
 * whole, with every reason; the one that was in force goes on then.
 */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { ConfigProblem } from '../config/problems.ts';
import type { Settings } from '../config/schema.ts';
import type { Config, ConfigResult } from '../config.ts';
import type { Log } from '../log.ts';
import type { UnfinishedTickets } from '../store/store.ts';
import { counted } from '../tickets/counted.ts';

type Fate = 'applied' | 'restart';

/** A record over all settings, so that a new one does not compile until somebody has thought about it. */
const FATES: Record<Exclude<keyof Settings, 'smtp' | 'log'>, Fate> = {
  company: 'applied',
  hostname: 'applied',
  dataFolder: 'restart',
  lmtp: 'restart',
  localRelay: 'applied',
  lookup: 'applied',
  authentication: 'applied',
  staffNetworks: 'applied',
  shadow: 'applied',
  stripTag: 'applied',
  ticketPrefix: 'applied',
  reopenDays: 'applied',
  autoCloseDays: 'applied',
  autoCloseWarningDays: 'applied',
  ticketPatterns: 'applied',
  receiptsPerHour: 'applied',
  receiptsPerDomainPerHour: 'applied',
  digestHour: 'applied',
  staffAnswersPerHour: 'applied',
  postmasterDepartment: 'applied',
  limits: 'applied',
  attachments: 'applied',
  trustedRelays: 'applied',
  departments: 'applied',
  outbound: 'applied',
  templatesFolder: 'applied',
  workers: 'restart',
  http: 'restart',
  retention: 'applied',
};
const SMTP_FATES: Record<keyof Settings['smtp'], Fate> = {
  host: 'restart',
  port: 'restart',
  tls: 'applied',
  drainSeconds: 'applied',
};
const LOG_FATES: Record<keyof Settings['log'], Fate> = { level: 'applied', json: 'restart' };

/** The threads that read mails are started with it. */
const READING_FATE = { reading: 'restart' } as const;

/** Why `next` can't take the place of `running`; empty when it can. */
export function againstReload(
  running: Config,
  next: Config,
  unfinished: readonly UnfinishedTickets[],
): readonly ConfigProblem[] {
  const restart = [
    ...changed(FATES, running, next, ''),
    ...changed(SMTP_FATES, running.smtp, next.smtp, 'smtp.'),
    ...changed(LOG_FATES, running.log, next.log, 'log.'),
    ...changed(READING_FATE, running.limits, next.limits, 'limits.'),
  ].map((path) => ({ path, message: 'cannot change while the gateway runs; restart it for that' }));
  return [...restart, ...lostDepartments(next, unfinished), ...unusableCertificate(next)];
}

/** Paths of the settings that need a restart and are different now. */
function changed(fates: Readonly<Record<string, Fate>>, running: object, next: object, prefix: string): string[] {
  return Object.keys(fates)
    .filter((name) => fates[name] === 'restart' && written(running, name) !== written(next, name))
    .map((name) => `${prefix}${name}`);
}

function written(settings: object, name: string): string | undefined {
  return JSON.stringify(Reflect.get(settings, name));
}

/** Nobody would see these tickets any more, and replies to them would find no department. */
function lostDepartments(next: Config, unfinished: readonly UnfinishedTickets[]): ConfigProblem[] {
  const kept = new Set(next.departments.map(({ key }) => key));
  return unfinished
    .filter(({ department }) => !kept.has(department))
    .map(({ department, tickets }) => ({
      path: 'departments',
      message: `"${department}" is gone and has ${counted(tickets, 'ticket that is', 'tickets that are')} not closed; move or close ${tickets === 1 ? 'it' : 'them'} first`,
    }));
}

function unusableCertificate({ smtp: { tls } }: Config): ConfigProblem[] {
  if (tls === undefined) return [];
  try {
    createSecureContext({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) });
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [{ path: 'smtp.tls', message: `certificate and key cannot be used: ${reason}` }];
  }
}

export interface ReloadParts {
  /** Resolves once there is something that can be reloaded. */
  readonly up: Promise<void>;
  readonly read: () => ConfigResult;
  /** Why it can't be applied. */
  readonly against: (next: Config) => Promise<readonly ConfigProblem[]>;
  /** Applies it as a whole; when it throws, nothing has changed. */
  readonly apply: (next: Config) => void;
  readonly log: Log;
}

/**
 * Reloads one after the other, in the order in which they were asked for. Answers why not; empty when it was applied.
 * Never rejects: a gateway that works does not end because of a config that it could not read.
 */
export function createReloader({
  up,
  read,
  against,
  apply,
  log,
}: ReloadParts): () => Promise<readonly ConfigProblem[]> {
  let last: Promise<unknown> = up;
  const reload = async (): Promise<readonly ConfigProblem[]> => {
    try {
      const result = read();
      if (!result.ok) return result.problems;
      const problems = await against(result.config);
      if (problems.length === 0) apply(result.config);
      return problems;
    } catch (error) {
      log.error({ error }, 'the configuration could not be read again');
      return [{ path: '', message: 'it could not be applied, by a fault of the gateway that its log tells' }];
    }
  };
  return () => {
    const turn = last.then(reload);
    last = turn;
    return turn;
  };
}

export function tellReload(log: Log, file: string, problems: readonly ConfigProblem[]): void {
  if (problems.length === 0) log.info({ file }, 'the configuration was read again and is in force');
  else
    log.error(
      { file, problems: problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)) },
      'the configuration was read again and refused; the one before goes on',
    );
}
