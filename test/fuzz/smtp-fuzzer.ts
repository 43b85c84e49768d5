/** Broken dialogues against a real gateway on a socket, many at once, until the time is over. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AUTH_LIMITS } from '../../src/auth/limits.ts';
import { systemLookup } from '../../src/auth/resolver.ts';
import { systemClock } from '../../src/clock.ts';
import { shipped } from '../../src/commands/command.ts';
import { importDemoAccounts } from '../../src/commands/demo-accounts.ts';
import { type Gateway, startGateway } from '../../src/commands/gateway.ts';
import { loadConfig } from '../../src/config.ts';
import type { Log } from '../../src/log.ts';
import { type ManualSeconds, manualSeconds } from '../support/clock.ts';
import { submit } from '../support/smtp-client.ts';
import { makeDialogue, type Step } from './dialogue.ts';
import { corpus, type FuzzOptions } from './mime-fuzzer.ts';
import { play } from './play-dialogue.ts';
import { Random } from './random.ts';

const AT_ONCE = 40;
/** Connections that the server has closed linger for a few seconds. */
const LINGER_MS = 12_000;

export interface SmtpFind {
  readonly what: string;
  /** The dialogue, or those that were played last where the fault is of no single one. */
  readonly dialogues: readonly (readonly Step[])[];
}

export interface SmtpRun {
  readonly dialogues: number;
  readonly accepted: number;
  readonly stored: number;
  readonly finds: readonly SmtpFind[];
}

export async function fuzzSmtp({ seconds, seed }: FuzzOptions): Promise<SmtpRun> {
  const mails = corpus().filter((mail) => mail.length < 15_000);
  let number = 0;
  return run(async (playOne) => {
    const end = performance.now() + seconds * 1000;
    const oneAfterTheOther = async () => {
      while (performance.now() < end) {
        number += 1;
        await playOne(makeDialogue(`f${number}`, new Random(seed * 1_000_003 + number), mails));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, oneAfterTheOther));
  });
}

/** The same judgement for dialogues that are known. */
export function playAll(dialogues: readonly (readonly Step[])[]): Promise<SmtpRun> {
  return run(async (playOne) => {
    for (const steps of dialogues) await playOne(steps);
  });
}

async function run(session: (playOne: (steps: readonly Step[]) => Promise<void>) => Promise<void>): Promise<SmtpRun> {
  const finds: SmtpFind[] = [];
  const recent: (readonly Step[])[] = [];
  const faults: string[] = [];
  const note = (error: unknown) => {
    faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  };
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
  const folder = mkdtempSync(join(tmpdir(), 'taquilla-fuzz-'));
  // Warm: what is opened once for the process (time zones, templates, the search) is open before handles are counted.
  const beat = manualSeconds();
  const gateway = await startFuzzed(folder, beat, (message) => faults.push(message));
  await ordinary(gateway, 'first');
  // The thread of the full-text index begins with the first mail, and has its files open from then on.
  await gateway.store.catchUpSearch();
  const before = handles();
  const accepted: string[] = [];
  let dialogues = 0;
  let sinceCheck = 0;
  try {
    await session(async (steps) => {
      dialogues += 1;
      recent.push(steps);
      if (recent.length > 2 * AT_ONCE) recent.shift();
      const played = await play(gateway.port, steps);
      accepted.push(...played.accepted);
      if (played.wrong.length > 0) finds.push({ what: [...new Set(played.wrong)].join('; '), dialogues: [steps] });
      sinceCheck += 1;
      if (sinceCheck < 100) return;
      sinceCheck = 0;
      const reply = await ordinary(gateway, `o${dialogues}`);
      if (reply !== 250) finds.push({ what: `an ordinary sender got ${reply}`, dialogues: [...recent] });
    });
    if ((await ordinary(gateway, 'last')) !== 250) finds.push({ what: 'dead at the end', dialogues: [...recent] });
    // Whoever is only idle, or whose end was missed, is sent away by the deadlines.
    const leak = (await leaked(before)) === null ? null : await afterDeadlines(beat, before);
    if (leak !== null) finds.push({ what: leak, dialogues: [...recent] });
    const stored = (await gateway.store.listMails({ limit: 1_000_000 })).map(({ reference }) => reference);
    const known = new Set(stored);
    if (known.size !== stored.length) finds.push({ what: 'a reference is there twice', dialogues: [] });
    if (new Set(accepted).size !== accepted.length) finds.push({ what: 'acknowledged twice', dialogues: [] });
    for (const reference of accepted)
      if (!known.has(reference)) finds.push({ what: `${reference} was acknowledged and is not stored`, dialogues: [] });
    await gateway.stop();
    for (const fault of faults) finds.push({ what: fault, dialogues: [...recent] });
    return { dialogues, accepted: accepted.length, stored: stored.length, finds };
  } finally {
    process.off('unhandledRejection', note);
    process.off('uncaughtException', note);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startFuzzed(folder: string, beat: ManualSeconds, onFault: (message: string) => void): Promise<Gateway> {
  const config = {
    company: 'Hosting Ejemplo',
    hostname: 'mail.example.com',
    smtp: {
      port: 0,
      drainSeconds: 2,
      tls: { cert: shipped('fixtures/tls/cert.pem'), key: shipped('fixtures/tls/key.pem') },
    },
    authentication: 'off',
    departments: [
      { key: 'soporte', names: { es: 'Soporte', en: 'Support' }, mailboxes: ['soporte@example.com'] },
      { key: 'facturacion', names: { es: 'F', en: 'B' }, mailboxes: ['facturacion@example.com'] },
      { key: 'ventas', names: { es: 'Ventas', en: 'Sales' }, mailboxes: ['ventas@example.com'], accepts: 'anyone' },
    ],
    limits: {
      mailBytes: 20_000,
      connectionsPerAddress: 1000,
      mailsPerSenderPerHour: 1_000_000,
      unverifiedMailsPerAddressPerHour: 1_000_000,
      refusedSendersPerAddressPerHour: 1_000_000,
    },
    outbound: { transport: { type: 'file', folder: './outbox' } },
  };
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify(config));
  const loaded = loadConfig(file, {});
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const silent = () => undefined;
  // What this program calls an error is a fault of its own: no client may cause one.
  const error = (...words: unknown[]) =>
    onFault(
      `logged: ${words.map((word) => (word instanceof Error ? word.stack : JSON.stringify(word, errorText))).join(' ')}`,
    );
  const log: Log = { info: silent, warn: silent, debug: silent, error };
  const gateway = await startGateway(loaded.config, log, {
    clock: systemClock,
    lookup: systemLookup(AUTH_LIMITS),
    seconds: beat.everySecond,
  });
  await importDemoAccounts(gateway.store, loaded.config);
  return gateway;
}

function errorText(_: string, value: unknown): unknown {
  return value instanceof Error ? value.stack : value;
}

async function ordinary(gateway: Gateway, name: string): Promise<number> {
  const bytes = Buffer.from(
    `From: ana@laespiga.example\r\nSubject: ${name}\r\nMessage-ID: <${name}@ordinary>\r\n\r\nHola\r\n`,
  );
  const { code } = await submit(gateway.port, { from: 'ana@laespiga.example', to: ['soporte@example.com'], bytes });
  return code;
}

async function afterDeadlines(beat: ManualSeconds, before: Handles): Promise<string | null> {
  beat.pass(400);
  return leaked(before);
}

interface Handles {
  readonly sockets: number;
  /** Open files; 0 where the system has no /proc. */
  readonly files: number;
}

function handles(): Handles {
  const sockets = process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
  try {
    return { sockets, files: readdirSync('/proc/self/fd').length };
  } catch {
    return { sockets, files: 0 };
  }
}

/** What is still open when everything should be closed. */
async function leaked(before: Handles): Promise<string | null> {
  const end = performance.now() + LINGER_MS;
  for (;;) {
    const now = handles();
    // The outbox may be writing a receipt.
    if (now.sockets <= before.sockets && now.files <= before.files + 4) return null;
    if (performance.now() > end)
      return `left open: sockets ${before.sockets} → ${now.sockets}, files ${before.files} → ${now.files}`;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
