/**
 * What the senders and the smarthost know, against what stands in the database: pure, so that every way of losing or
 * doubling a mail is a case in a table (judge.test.ts).
 */
import type { TestMail } from './mails.ts';

export type Outcome =
  /** 250 behind the final dot. */
  | 'accepted'
  /** 5xx behind it. */
  | 'refused'
  /** 4xx behind it: the sender comes again. */
  | 'temporary'
  /** The connection ended before the answer: the sender comes again. */
  | 'unanswered';

export interface Attempt {
  readonly outcome: Outcome;
  /** Of the answer, where there was one. */
  readonly reference: string | null;
}

export interface Sent {
  readonly mail: TestMail;
  readonly attempts: readonly Attempt[];
}

/** One intake record with all that hangs on it. */
export interface StoredMail {
  readonly reference: string;
  readonly verdict: string;
  readonly reason: string;
  /** Of the raw bytes as they are really there; `null` where they aren't. */
  readonly rawSha256: string | null;
  readonly ticket: string | null;
  /** Public ID of the ticket of each message that a client wrote with it. */
  readonly messages: readonly string[];
  /** Hashes of the contents as they are really there, in their order; `null` where one isn't. */
  readonly attachments: readonly (string | null)[];
  /** Receipts that it caused. */
  readonly receipts: number;
}

export type FindingKind = 'lost' | 'doubled' | 'broken';

export interface Finding {
  readonly kind: FindingKind;
  readonly text: string;
}

const STORED: ReadonlySet<string> = new Set(['open-ticket', 'append-message']);

/** `rows` are all intake records with the mail's Message-ID. */
export function judgeMail({ mail, attempts }: Sent, rows: readonly StoredMail[]): Finding[] {
  const findings: Finding[] = [];
  const find = (kind: FindingKind, text: string) => findings.push({ kind, text: `${mail.messageId}: ${text}` });
  const stored = rows.filter(({ verdict }) => STORED.has(verdict));
  const accepted = attempts.filter(({ outcome }) => outcome === 'accepted');
  const { expected } = mail;
  const wanted = expected.kind === 'open' || expected.kind === 'append';

  if (wanted && accepted.length > 0 && stored.length === 0) find('lost', 'got 250 and is on no ticket');
  if (stored.length > 1) find('doubled', `is stored ${stored.length} times`);
  if (rows.length > attempts.length) find('doubled', `${rows.length} records of ${attempts.length} attempts`);
  for (const { outcome, reference } of attempts) {
    if (reference === null) continue;
    const records = rows.filter((row) => row.reference === reference);
    if (records.length === 0 && outcome !== 'temporary') find('lost', `answered with ${reference}, which is not there`);
    if (records.length > 1) find('doubled', `${reference} is there ${records.length} times`);
    if (wanted && outcome === 'refused') find('broken', `was refused (${reference})`);
  }
  for (const row of rows) {
    if (row.rawSha256 !== mail.sha256) find('broken', `${row.reference}: its raw bytes are not the mail's`);
    for (const text of faultsOf(row, mail)) find('broken', `${row.reference}: ${text}`);
  }
  return findings;
}

/** What is wrong with one record of this mail. */
function faultsOf(row: StoredMail, { expected, attachments }: TestMail): string[] {
  const isStored = STORED.has(row.verdict);
  const allowed = VERDICTS[expected.kind];
  const faults: string[] = [];
  if (!allowed.includes(row.verdict)) faults.push(`its verdict is ${row.verdict} (${row.reason})`);
  if (row.messages.length !== (isStored ? 1 : 0)) faults.push(`it has ${row.messages.length} messages`);
  if (isStored && row.messages[0] !== row.ticket) faults.push('its message is on another ticket');
  if (isStored && expected.kind === 'append' && row.ticket !== expected.ticket)
    faults.push(`it is on ${row.ticket} and answers ${expected.ticket}`);
  const files = isStored ? attachments : [];
  if (row.attachments.length !== files.length || files.some((hash, index) => row.attachments[index] !== hash))
    faults.push('its attachments are not whole');
  const receipts = row.verdict === 'open-ticket' ? 1 : 0;
  if (row.receipts !== receipts) faults.push(`it has ${row.receipts} receipts in the outbox`);
  return faults;
}

const VERDICTS: Record<TestMail['expected']['kind'], readonly string[]> = {
  open: ['open-ticket', 'duplicate'],
  append: ['append-message', 'duplicate'],
  refuse: ['refuse'],
  bounce: ['ignore'],
};

/** One row of the outbox, as the crash or the end left it. */
export interface QueuedMail {
  readonly messageId: string;
  readonly recipient: string;
  readonly state: string;
  /** In how many kills so far the row was claimed by the process that was killed. */
  readonly inFlight: number;
}

/** How one mail arrived at the smarthost. */
export interface Arrived {
  readonly recipients: ReadonlySet<string>;
  readonly copies: readonly string[];
}

/** `arrived` is `undefined` where the smarthost never got it. */
export function judgeOutgoing(row: QueuedMail, arrived: Arrived | undefined): Finding[] {
  const findings: Finding[] = [];
  const find = (kind: FindingKind, text: string) => findings.push({ kind, text: `outbox ${row.messageId}: ${text}` });
  const copies = arrived?.copies.length ?? 0;
  if (row.state === 'sent' && copies === 0) find('lost', 'is marked as sent and never arrived');
  if (copies > 1 + row.inFlight) find('doubled', `arrived ${copies} times, was in flight at ${row.inFlight} kills`);
  if (row.state === 'queued' && copies > row.inFlight) find('doubled', 'arrived and waits to be sent');
  if (row.state === 'failed') find('broken', 'failed');
  if (arrived === undefined) return findings;
  if (new Set(arrived.copies).size > 1) find('broken', 'its copies differ');
  if (arrived.recipients.size !== 1 || !arrived.recipients.has(row.recipient)) find('broken', 'went to somebody else');
  return findings;
}
