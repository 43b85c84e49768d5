/**
 * The crash harness: starts the real process, loads it with senders, kills it at a moment that the seed chooses, starts
 * it again, and compares what the senders and the smarthost know with what the crash left on the disk. From outside
 * only: the program, its sockets, and afterwards its files.
 *
 * SIGKILL does not lose what the kernel holds: whether a 250 waits for the disk itself is fsync-order.test.ts.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { copyDatabase, openEvidence } from './evidence.ts';
import { type Finding, judgeMail, judgeOutgoing, type StoredMail } from './judge.ts';
import { CONTACTS, MAILBOXES, RETURN_PATH } from './mails.ts';
import { killMoment } from './plan.ts';
import { type Command, type GatewayProcess, startProcess, TAQUILLA } from './process.ts';
import { type Random, seeded } from './random.ts';
import { Ledger, load } from './senders.ts';
import { type Smarthost, startSmarthost } from './smarthost.ts';

export interface CrashOptions {
  readonly cycles: number;
  readonly seed: number;
  /** An empty folder for data, config and logs; kept where something was found. */
  readonly folder: string;
  /** The gateway under test. */
  readonly gateway?: Command;
  readonly senders?: number;
  /** The whole database is looked at after so many cycles, and at the end. */
  readonly deepEvery?: number;
  /** Called after each cycle. */
  readonly progress?: (line: string) => void;
}

export interface CrashReport {
  readonly cycles: number;
  readonly kills: Readonly<Record<string, number>>;
  readonly accepted: number;
  readonly refused: number;
  readonly temporary: number;
  readonly unanswered: number;
  readonly resent: number;
  readonly duplicatesSwallowed: number;
  readonly tickets: number;
  readonly outboxSent: number;
  /** Copies beyond the first that the smarthost got: of mails that were in flight at a kill. */
  readonly extras: number;
  readonly inFlightAtKills: number;
  /** Files that a crash left without a row: for the sweeper. */
  readonly orphanFiles: number;
  readonly lost: number;
  readonly doubled: number;
  readonly broken: number;
  readonly findings: readonly string[];
  readonly seconds: number;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export async function crash(options: CrashOptions): Promise<CrashReport> {
  const smarthost = await startSmarthost(seeded(options.seed).fork('smarthost'));
  try {
    return await new Harness(options, smarthost).run();
  } finally {
    await smarthost.close();
  }
}

class Harness {
  private readonly options: CrashOptions;
  private readonly smarthost: Smarthost;
  private readonly command: Command;
  private readonly random: Random;
  private readonly home: string;
  private readonly ledger = new Ledger();
  private readonly findings = new Map<string, Finding>();
  private readonly kills: Record<string, number> = {};
  /** What was read of each mail so far, by Message-ID. */
  private readonly stored = new Map<string, StoredMail[]>();
  private lastIntakeId = 0;
  /** By row: the claim that the last crash left, and in how many kills the row was claimed. */
  private readonly claims = new Map<number, { lease: number; times: number }>();
  private expired: readonly { readonly id: number; readonly lease: number }[] = [];
  private readonly receiptsSeen = new Set<string>();
  private startMs = 1000;
  private lastCheckAt = 0;

  constructor(options: CrashOptions, smarthost: Smarthost) {
    this.options = options;
    this.smarthost = smarthost;
    this.command = options.gateway ?? TAQUILLA;
    this.random = seeded(options.seed);
    this.home = join(options.folder, 'gateway');
  }

  async run(): Promise<CrashReport> {
    const began = performance.now();
    this.setUp(this.home);
    for (let cycle = 1; cycle <= this.options.cycles; cycle += 1) {
      await this.cycle(cycle);
      this.options.progress?.(this.progressLine(cycle));
      if (this.findings.size > 0) break;
    }
    if (this.findings.size === 0) await this.lastStart();
    return this.report((performance.now() - began) / 1000);
  }

  /** A folder with a config, and the accounts of the senders. */
  private setUp(folder: string): void {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'config.json'), JSON.stringify(configFor(this.smarthost.port)));
    const accounts = CONTACTS.map(({ account, address }) => ({
      number: account,
      name: `Empresa ${account}`,
      contacts: [{ address }],
    }));
    writeFileSync(join(folder, 'accounts.json'), JSON.stringify(accounts));
    const [program, ...before] = TAQUILLA;
    const args = [...before, '--config', 'config.json', 'accounts', 'import', 'accounts.json'];
    const { status, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`the accounts could not be imported: ${stderr}`);
  }

  private start(folder = this.home): GatewayProcess {
    return startProcess(this.command, folder, join(this.options.folder, 'gateway.log'));
  }

  private async cycle(number: number): Promise<void> {
    const random = this.random.fork(`cycle ${number}`);
    const moment = killMoment(random, this.startMs);
    this.kills[moment.kind] = (this.kills[moment.kind] ?? 0) + 1;
    if (moment.kind === 'first-start') return this.firstStart(number, moment.afterMs);

    const gateway = this.start();
    if (moment.kind === 'start') {
      await pause(moment.afterMs);
    } else {
      const port = await this.listening(gateway);
      if (port === null) return;
      if (moment.kind === 'listening') await pause(moment.afterMs);
      else await this.underLoad(gateway, port, random, `c${number}`, moment);
    }
    await gateway.kill();
    this.check(number % (this.options.deepEvery ?? 25) === 0);
  }

  /** The port, or `null` and a finding. */
  private async listening(gateway: GatewayProcess): Promise<number | null> {
    const began = performance.now();
    const port = await gateway.listening;
    if (port === null) {
      this.find({ kind: 'broken', text: 'the gateway does not start after a crash (see gateway.log)' });
      return null;
    }
    this.startMs = (this.startMs + performance.now() - began) / 2;
    this.letClaimsExpire();
    return port;
  }

  private async underLoad(
    gateway: GatewayProcess,
    port: number,
    random: Random,
    name: string,
    moment: { kind: 'load'; afterMs: number } | { kind: 'drain'; loadMs: number; afterMs: number },
  ): Promise<void> {
    let going = true;
    const loading = load({
      port,
      senders: this.options.senders ?? 8,
      random,
      name,
      ledger: this.ledger,
      goOn: () => going && !gateway.over(),
      newMails: true,
    });
    if (moment.kind === 'drain') {
      await pause(moment.loadMs);
      gateway.askToStop();
    }
    await pause(moment.afterMs);
    going = false;
    await gateway.kill();
    await loading;
  }

  /** A data folder that nobody has used: killed while the database is made, it has to start all the same. */
  private async firstStart(number: number, afterMs: number): Promise<void> {
    const folder = join(this.options.folder, `first-${number}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'config.json'), JSON.stringify(configFor(this.smarthost.port)));
    const first = this.start(folder);
    await pause(afterMs);
    await first.kill();
    const second = this.start(folder);
    if ((await second.listening) === null) this.find({ kind: 'broken', text: `${folder}: does not start again` });
    await second.kill();
    const copy = join(this.options.folder, 'check.db');
    copyDatabase(join(folder, 'data'), copy);
    const evidence = openEvidence(copy, join(folder, 'data', 'blobs'));
    for (const text of [...evidence.faults(), ...evidence.deepFaults()])
      this.find({ kind: 'broken', text: `${folder}: ${text}` });
    evidence.close();
  }

  /**
   * The claims of a killed process end after ten minutes; this is the passing of that time. Only claims that were seen
   * in the crashed database are touched.
   */
  private letClaimsExpire(): void {
    if (this.expired.length === 0) return;
    const sqlite = new Database(join(this.home, 'data', 'taquilla.db'), { timeout: 5000 });
    const end = sqlite.prepare(
      "update outbox set lease_until = 0 where id = ? and state = 'sending' and lease_until = ?",
    );
    for (const { id, lease } of this.expired) end.run(id, lease);
    sqlite.close();
    this.expired = [];
  }

  /** Compares what the crash left with what the senders and the smarthost know. */
  private check(deep: boolean): void {
    this.smarthost.collect();
    const copy = join(this.options.folder, 'check.db');
    copyDatabase(join(this.home, 'data'), copy);
    const evidence = openEvidence(copy, join(this.home, 'data', 'blobs'));
    if (deep) {
      // From the beginning: nothing that was there may have gone.
      this.stored.clear();
      this.lastIntakeId = 0;
    }
    for (const [messageId, rows] of evidence.storedSince(this.lastIntakeId)) {
      this.stored.set(messageId, [...(this.stored.get(messageId) ?? []), ...rows]);
      if (!this.ledger.written.has(messageId))
        this.find({ kind: 'broken', text: `${messageId}: is stored and nobody sent it` });
    }
    this.lastIntakeId = evidence.lastIntakeId();
    const touched = this.ledger.takeTouched();
    for (const sent of deep ? this.ledger.written.values() : touched)
      for (const finding of judgeMail(sent, this.stored.get(sent.mail.messageId) ?? [])) this.find(finding);
    this.checkOutbox(evidence, deep);
    for (const text of [...evidence.faults(), ...(deep ? evidence.deepFaults() : [])])
      this.find({ kind: 'broken', text });
    evidence.close();
    this.learnTickets();
  }

  private checkOutbox(evidence: ReturnType<typeof openEvidence>, deep: boolean): void {
    // A little earlier than the last look, because the clocks of both processes are read at different moments.
    const rows = evidence.outboxSince(deep ? 0 : this.lastCheckAt - 60_000);
    this.lastCheckAt = Date.now();
    const claimed: { id: number; lease: number }[] = [];
    for (const row of rows) {
      const claim = this.claims.get(row.id) ?? { lease: 0, times: 0 };
      if (row.state === 'sending' && row.leaseUntil !== null) {
        // The claim of this process, not one that an earlier one left.
        if (row.leaseUntil !== 0 && row.leaseUntil !== claim.lease) claim.times += 1;
        claim.lease = row.leaseUntil;
        this.claims.set(row.id, claim);
        claimed.push({ id: row.id, lease: row.leaseUntil });
      }
      const arrived = this.smarthost.delivered.get(row.messageId);
      for (const finding of judgeOutgoing({ ...row, inFlight: claim.times }, arrived)) this.find(finding);
    }
    this.expired = claimed;
    if (!deep) return;
    const known = new Set(rows.map(({ messageId }) => messageId));
    for (const messageId of this.smarthost.delivered.keys())
      if (!known.has(messageId)) this.find({ kind: 'broken', text: `outbox ${messageId}: arrived and is in no row` });
  }

  /** A client knows its ticket from the receipt that came. */
  private learnTickets(): void {
    for (const [receiptId, { subject, inReplyTo }] of this.smarthost.delivered) {
      if (this.receiptsSeen.has(receiptId)) continue;
      this.receiptsSeen.add(receiptId);
      const id = /\[(TQ-\d+)\]/.exec(subject)?.[1];
      const written = this.ledger.written.get(inReplyTo);
      if (id === undefined || written?.mail.expected.kind !== 'open') continue;
      this.ledger.known.push({ id, opener: written.mail.from, firstId: inReplyTo, receiptId });
    }
  }

  /** Starts once more: everything that waits is sent, in both directions, and the whole is looked at. */
  private async lastStart(): Promise<void> {
    const gateway = this.start();
    const port = await this.listening(gateway);
    if (port === null) return;
    const random = this.random.fork('end');
    const common = { port, random, ledger: this.ledger, goOn: () => !gateway.over() };
    // Mails that have to come again, and one new one behind which the outbox looks for expired claims.
    for (let round = 1; round <= 5 && this.ledger.unfinished > 0; round += 1)
      await load({ ...common, senders: 5, name: `end${round}`, newMails: false });
    let count = 0;
    await load({ ...common, senders: 1, name: 'end', newMails: true, goOn: () => ++count <= 12 });
    await this.outboxEmpty();
    await gateway.stop();
    if (this.ledger.unfinished > 0)
      this.find({ kind: 'broken', text: `${this.ledger.unfinished} mails got no answer without a crash` });
    this.check(true);
    for (const text of this.unsent()) this.find({ kind: 'lost', text });
  }

  private async outboxEmpty(): Promise<void> {
    const sqlite = new Database(join(this.home, 'data', 'taquilla.db'), { readonly: true });
    const waiting = sqlite.prepare("select count(*) from outbox where state in ('queued', 'sending')").pluck();
    for (let tries = 0; tries < 300 && Number(waiting.get()) > 0; tries += 1) await pause(100);
    sqlite.close();
  }

  private unsent(): string[] {
    const sqlite = new Database(join(this.home, 'data', 'taquilla.db'), { readonly: true });
    const rows = sqlite
      .prepare<[], { id: number; state: string }>("select id, state from outbox where state <> 'sent'")
      .all();
    sqlite.close();
    return rows.map(({ id, state }) => `outbox ${id} is ${state} at the end`);
  }

  private find(finding: Finding): void {
    this.findings.set(finding.text, finding);
  }

  private progressLine(cycle: number): string {
    const { ledger } = this;
    return `cycle ${cycle}: ${ledger.count('accepted')} accepted, ${ledger.count('unanswered')} unanswered, ${this.findings.size} findings`;
  }

  private report(seconds: number): CrashReport {
    const copy = join(this.options.folder, 'check.db');
    copyDatabase(join(this.home, 'data'), copy);
    const evidence = openEvidence(copy, join(this.home, 'data', 'blobs'));
    const { tickets, sent, orphans } = evidence.counts();
    evidence.close();
    const findings = [...this.findings.values()];
    const countOf = (kind: Finding['kind']) => findings.filter((finding) => finding.kind === kind).length;
    let extras = 0;
    for (const { copies } of this.smarthost.delivered.values()) extras += copies.length - 1;
    let inFlight = 0;
    for (const { times } of this.claims.values()) inFlight += times;
    let swallowed = 0;
    for (const rows of this.stored.values()) swallowed += rows.filter(({ verdict }) => verdict === 'duplicate').length;
    return {
      cycles: Object.values(this.kills).reduce((sum, count) => sum + count, 0),
      kills: this.kills,
      accepted: this.ledger.count('accepted'),
      refused: this.ledger.count('refused'),
      temporary: this.ledger.count('temporary'),
      unanswered: this.ledger.count('unanswered'),
      resent: this.ledger.resent,
      duplicatesSwallowed: swallowed,
      tickets,
      outboxSent: sent,
      extras,
      inFlightAtKills: inFlight,
      orphanFiles: orphans,
      lost: countOf('lost'),
      doubled: countOf('doubled'),
      broken: countOf('broken'),
      findings: findings.map(({ kind, text }) => `${kind}: ${text}`),
      seconds: Math.round(seconds),
    };
  }
}

function configFor(smarthostPort: number): object {
  const department = (key: string, mailbox: string) => ({ key, names: { es: key, en: key }, mailboxes: [mailbox] });
  const many = 1_000_000;
  return {
    company: 'Hosting de Prueba',
    hostname: 'mail.hosting.example',
    dataFolder: './data',
    smtp: { port: 0, drainSeconds: 5 },
    authentication: 'off',
    departments: [department('soporte', MAILBOXES[0]), department('facturacion', MAILBOXES[1])],
    // A thousand mails of one contact in a few minutes are no flood here.
    receiptsPerHour: many,
    receiptsPerDomainPerHour: many,
    limits: {
      connectionsPerAddress: 200,
      mailsPerSenderPerHour: many,
      unverifiedMailsPerAddressPerHour: many,
      refusedSendersPerAddressPerHour: many,
    },
    outbound: {
      transport: { type: 'smtp', host: '127.0.0.1', port: smarthostPort },
      envelopeFrom: RETURN_PATH,
    },
  };
}
