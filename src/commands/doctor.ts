/**
 * `taquilla doctor`: everything that an installation needs, looked at from outside, each finding with what to do. Exit
 * code 0: nothing is broken. 1: at least one problem. Changes nothing but for `--test-mail`.
 */
import type { Lookup } from '../auth/resolver.ts';
import type { ConfigProblem } from '../config/problems.ts';
import type { Config } from '../config.ts';
import { normalizeAddress } from '../mail/address.ts';
import { openDatabase, openReadOnly } from '../store/sqlite/open-database.ts';
import { sqliteStore } from '../store/sqlite/sqlite-store.ts';
import { counted } from '../tickets/counted.ts';
import { coloured, type Tone } from './colour.ts';
import {
  CommandError,
  databaseFile,
  describeProblem,
  type JsonOption,
  print,
  printJson,
  readConfig,
  shownPath,
  withStore,
} from './command.ts';
import { checkCertificate } from './doctor/certificate.ts';
import { checkDataFolder, type Room, roomIn } from './doctor/disk.ts';
import { checkDomains } from './doctor/domain-records.ts';
import { type Finding, type Level, ok, problem, skipped, warning } from './doctor/finding.ts';
import { checkPort } from './doctor/port.ts';
import { checkSecrets, checkSettings } from './doctor/settings.ts';
import { sendTestMail } from './doctor/test-mail.ts';
import { checkOutbox, checkWayOut } from './doctor/way-out.ts';
import { safe } from './table.ts';

export interface DoctorOptions extends JsonOption {
  /** `false`: nothing is asked of DNS. */
  readonly dns: boolean;
  /** The registered address that a test mail is sent from. */
  readonly testMail?: string;
}

/** What tests replace. */
export interface DoctorSurroundings {
  readonly lookup: Lookup;
  readonly room: (folder: string) => Room;
  readonly now: number;
}

export async function doctor(options: DoctorOptions): Promise<void> {
  const { testMail } = options;
  if (testMail !== undefined && normalizeAddress(testMail) === null)
    throw new CommandError(`--test-mail ${testMail}: is not a mail address`, 2);
  const { systemLookup } = await import('../auth/resolver.ts');
  const { AUTH_LIMITS } = await import('../auth/limits.ts');
  const surroundings = { lookup: systemLookup(AUTH_LIMITS), room: roomIn, now: Date.now() };
  const { path, demo, result } = readConfig(options);
  const findings = result.ok
    ? [
        demo
          ? warning(
              'config-demo',
              'there is no config.json here: this is the example configuration',
              'make one: taquilla init',
            )
          : ok('config', `${shownPath(path)} is good`),
        ...(await examine(result.config, options, surroundings)),
      ]
    : configFindings(path, result.problems);
  tell(findings, options);
  if (findings.some(({ level }) => level === 'problem')) process.exitCode = 1;
}

function configFindings(path: string, problems: readonly ConfigProblem[]): Finding[] {
  return problems.map((one) =>
    problem('config', describeProblem(path, one), 'correct it; taquilla check-config looks again'),
  );
}

export async function examine(
  config: Config,
  { dns, testMail }: Pick<DoctorOptions, 'dns' | 'testMail'>,
  { lookup, room, now }: DoctorSurroundings,
): Promise<Finding[]> {
  const { hostname, smtp, policy, trustedRelays } = config;
  const [port, domains, wayOut] = await Promise.all([
    checkPort(smtp.host, smtp.port, hostname),
    dns
      ? checkDomains(policy.domains, hostname, lookup, trustedRelays.length > 0)
      : [skipped('dns', 'DNS was not asked (--no-dns)')],
    checkWayOut(config),
  ]);
  const findings = [
    ...checkSettings(config),
    ...checkSecrets(config),
    ...checkDataFolder(config.dataFolder, databaseFile(config), room),
    ...checkCertificate(smtp.tls ?? null, hostname, now),
    ...port,
    ...domains,
    ...wayOut,
  ];
  const usable = !findings.some(({ id }) => id.startsWith('database-') || id === 'data-folder-missing');
  return usable ? [...findings, ...(await lookInside(config, testMail, port, now))] : findings;
}

async function lookInside(
  config: Config,
  testMail: string | undefined,
  port: readonly Finding[],
  now: number,
): Promise<Finding[]> {
  const opened = testMail === undefined ? openReadOnly(databaseFile(config)) : openDatabase(databaseFile(config));
  if (opened === null) return [];
  return withStore(sqliteStore(opened), async (store) => {
    const [account] = await store.listAccounts({ limit: 1 });
    const clientsOnly = config.policy.departments.every(({ accepts }) => accepts === 'clients');
    const nobody =
      account === undefined && clientsOnly
        ? [problem('no-accounts', 'there are no accounts: every sender is a stranger', 'taquilla accounts import FILE')]
        : [];
    const answered = port.some(({ id }) => id === 'gateway');
    const tested =
      testMail === undefined
        ? []
        : answered
          ? await sendTestMail(config, store, normalizeAddress(testMail) ?? testMail)
          : [skipped('test-mail', 'no test mail was sent: the gateway does not answer')];
    return [...nobody, ...(await checkOutbox(store, now)), ...tested];
  });
}

const MARKS: Record<Level, string> = { ok: 'ok     ', warning: 'WARNING', problem: 'PROBLEM', skipped: 'skipped' };

const TONES: Record<Level, Tone> = { ok: 'good', warning: 'warning', problem: 'bad', skipped: 'soft' };

function tell(findings: readonly Finding[], { json }: JsonOption): void {
  const count = (level: Level) => findings.filter((one) => one.level === level).length;
  if (json === true) {
    printJson({ problems: count('problem'), warnings: count('warning'), findings });
    return;
  }
  for (const { level, message, todo } of findings) {
    print(`${coloured(TONES[level], MARKS[level])}  ${safe(message)}`);
    if (todo !== null) print(`         → ${safe(todo)}`);
  }
  print('');
  print(`${counted(count('problem'), 'problem')}, ${counted(count('warning'), 'warning')}, ${count('ok')} good.`);
}
