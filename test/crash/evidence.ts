/**
 * Reads the database as a crash left it: from a copy, so that the gateway itself repairs the original. Knows the
 * tables, on purpose: a store that reads its own mistakes back would not notice them.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { textIndexFaults } from '../support/text-index.ts';
import type { StoredMail } from './judge.ts';

export interface Evidence {
  /** Records with an `id` above this one, by Message-ID; `null` in the name's place where a record has none. */
  storedSince(id: number): Map<string, StoredMail[]>;
  lastIntakeId(): number;
  /** Rows of the outbox that changed lately: unfinished ones, and those finished at or after `since`. */
  outboxSince(since: number): OutboxRow[];
  /** What must hold for the database as a whole; one line for each thing that doesn't. */
  faults(): string[];
  /** `PRAGMA integrity_check`, full-text index, files of blobs. */
  deepFaults(): string[];
  /** Rows that nothing but an accident explains. */
  counts(): { readonly mails: number; readonly tickets: number; readonly sent: number; readonly orphans: number };
  close(): void;
}

export interface OutboxRow {
  readonly id: number;
  readonly messageId: string;
  readonly recipient: string;
  readonly state: string;
  readonly leaseUntil: number | null;
  readonly finishedAt: number | null;
}

/** Copies the database and its full-text index with their write-ahead logs; the process that wrote them must be gone. */
export function copyDatabase(dataFolder: string, to: string): void {
  const files = ['', '-wal', '-search', '-search-wal'];
  for (const suffix of [...files, '-shm', '-search-shm']) rmSync(`${to}${suffix}`, { force: true });
  for (const suffix of files) {
    const from = join(dataFolder, `taquilla.db${suffix}`);
    if (existsSync(from)) copyFileSync(from, `${to}${suffix}`);
  }
}

export function openEvidence(database: string, blobs: string): Evidence {
  const sqlite = new Database(database);
  const hashes = new Map<string, string | null>();
  /** The hash of what the file really holds. */
  const contentHash = (name: string): string | null => {
    const known = hashes.get(name);
    if (known !== undefined) return known;
    const path = join(blobs, name.slice(0, 2), name);
    const hash = existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : null;
    hashes.set(name, hash);
    return hash;
  };

  const records = sqlite.prepare<[number], RecordRow>(RECORDS);
  const inlineOf = sqlite.prepare<[number], Buffer>('select bytes from raw_mails where intake_id = ?').pluck();
  const attachmentsOf = sqlite
    .prepare<[number], string>(
      `select a.sha256 from attachments a join messages m on m.id = a.message_id where m.intake_id = ?
       order by m.id, a.position`,
    )
    .pluck();
  const messagesOf = sqlite
    .prepare<[number], string>(
      `select t.public_id from messages m join tickets t on t.id = m.ticket_id
       where m.intake_id = ? and m.author = 'client'`,
    )
    .pluck();

  const read = (row: RecordRow): StoredMail => {
    const inline = inlineOf.get(row.id);
    const inlineHash = inline === undefined ? null : createHash('sha256').update(inline).digest('hex');
    // In the row or in a file: both would be as wrong as none.
    const raw = row.raw === null ? inlineHash : inline === undefined ? contentHash(row.raw) : null;
    return {
      ...row,
      rawSha256: raw,
      messages: messagesOf.all(row.id),
      attachments: attachmentsOf.all(row.id).map(contentHash),
    };
  };

  return {
    storedSince: (id) => {
      const byMessageId = new Map<string, StoredMail[]>();
      for (const row of records.all(id)) {
        const rows = byMessageId.get(row.messageId) ?? [];
        rows.push(read(row));
        byMessageId.set(row.messageId, rows);
      }
      return byMessageId;
    },
    lastIntakeId: () => numberOf(sqlite, 'select coalesce(max(id), 0) from intake_records'),
    outboxSince: (since) =>
      sqlite
        .prepare<[number], OutboxRow>(
          `select id, message_id as messageId, recipient, state, lease_until as leaseUntil, finished_at as finishedAt
           from outbox where finished_at is null or finished_at >= ?`,
        )
        .all(since),
    faults: () => RULES.flatMap(([text, sql]) => counted(text, numberOf(sqlite, sql))),
    deepFaults: () => [
      ...sqlite
        .prepare<[], string>('pragma integrity_check(5)')
        .pluck()
        .all()
        .flatMap((line) => (line === 'ok' ? [] : [`integrity: ${line}`])),
      ...textIndexFaults(sqlite.name),
      ...blobFaults(sqlite, contentHash),
    ],
    counts: () => ({
      mails: numberOf(sqlite, 'select count(*) from intake_records'),
      tickets: numberOf(sqlite, 'select count(*) from tickets'),
      sent: numberOf(sqlite, "select count(*) from outbox where state = 'sent'"),
      orphans: orphans(sqlite, blobs),
    }),
    close: () => {
      sqlite.close();
    },
  };
}

interface RecordRow {
  readonly id: number;
  readonly reference: string;
  readonly verdict: string;
  readonly reason: string;
  readonly messageId: string;
  readonly raw: string | null;
  readonly ticket: string | null;
  readonly receipts: number;
}

const RECORDS = `select r.id, r.reference, r.verdict, r.reason, r.message_id as messageId, r.raw_sha256 as raw,
    t.public_id as ticket,
    (select count(*) from outbox o where o.intake_id = r.id and o.kind = 'receipt') as receipts
  from intake_records r left join tickets t on t.id = r.ticket_id
  where r.id > ? order by r.id`;

/** What is counted must be zero. */
const RULES: readonly (readonly [string, string])[] = [
  ['rows that point nowhere', 'select count(*) from pragma_foreign_key_check'],
  [
    'tickets without a message of their opener',
    `select count(*) from tickets t where not exists
       (select 1 from messages m where m.ticket_id = t.id and m.author = 'client')`,
  ],
  [
    'tickets that not exactly one mail opened',
    `select count(*) from (select t.id from tickets t
       left join intake_records r on r.ticket_id = t.id and r.verdict = 'open-ticket' group by t.id having count(r.id) <> 1)`,
  ],
  [
    'mails that opened or joined a ticket and have not exactly one message on it',
    `select count(*) from intake_records r where r.verdict in ('open-ticket', 'append-message') and 1 <>
       (select count(*) from messages m where m.intake_id = r.id and m.author = 'client' and m.ticket_id = r.ticket_id)`,
  ],
  [
    'messages of clients from mails that made none',
    `select count(*) from messages m join intake_records r on r.id = m.intake_id
       where m.author = 'client' and r.verdict not in ('open-ticket', 'append-message')`,
  ],
  [
    'records whose raw bytes are not in exactly one place',
    `select count(*) from intake_records r where (r.raw_sha256 is not null) =
       exists (select 1 from raw_mails w where w.intake_id = r.id)`,
  ],
  [
    'raw mails in files that no row of blobs names',
    `select count(*) from intake_records r where r.raw_sha256 is not null and not exists
       (select 1 from blobs b where b.sha256 = r.raw_sha256)`,
  ],
  [
    'receipts of one mail that stand in the outbox twice',
    `select count(*) from (select 1 from outbox where intake_id is not null
       group by intake_id, kind, recipient having count(*) > 1)`,
  ],
  [
    'mails that were kept because of a fault of ours',
    `select count(*) from intake_records where reason = 'internal-error'`,
  ],
];

function counted(text: string, count: number): string[] {
  return count === 0 ? [] : [`${count} ${text}`];
}

function numberOf(sqlite: Database.Database, sql: string): number {
  return Number(sqlite.prepare(sql).pluck().get());
}

function blobFaults(sqlite: Database.Database, contentHash: (name: string) => string | null): string[] {
  const names = sqlite.prepare<[], string>('select sha256 from blobs').pluck().all();
  return names.flatMap((name) => {
    const hash = contentHash(name);
    if (hash === name) return [];
    return [hash === null ? `blob ${name} has no file` : `the file of blob ${name} holds something else`];
  });
}

/** Files that no row names: what a crash may leave, and the sweeper takes away. */
function orphans(sqlite: Database.Database, folder: string): number {
  const named = sqlite.prepare<[string], number>('select 1 from blobs where sha256 = ?').pluck();
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && named.get(entry.name) === undefined,
  ).length;
}
