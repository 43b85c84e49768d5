/**
 * Is the database whole? What SQLite itself can say, and what must hold between the rows whatever was running when the
 * power went. Reads only; files are looked at elsewhere.
 */
import { counted } from '../../tickets/counted.ts';
import { sqliteCode } from './driver.ts';
import type { OpenDatabase } from './open-database.ts';

export interface VerifiedDatabase {
  /** False where the file itself is damaged: its rows say nothing then. */
  readonly readable: boolean;
  /** One line for each thing that is wrong. */
  readonly problems: readonly string[];
}

export function verifyDatabase(opened: OpenDatabase): VerifiedDatabase {
  try {
    return look(opened);
  } catch (error) {
    const code = sqliteCode(error);
    if (code === null) throw error;
    return { readable: false, problems: [`cannot be read (${code})`] };
  }
}

function look({ sqlite }: OpenDatabase): VerifiedDatabase {
  const integrity = sqlite.prepare<[], string>('pragma integrity_check(20)').pluck().all();
  const damaged = integrity.filter((line) => line !== 'ok').map((line) => `is damaged: ${line.replace(/\s+/g, ' ')}`);
  // In a damaged file further questions only give further damage.
  if (damaged.length > 0) return { readable: false, problems: damaged };
  const dangling = sqlite
    .prepare<[], { table: string; parent: string; count: number }>(
      'select "table", parent, count(*) as count from pragma_foreign_key_check group by 1, 2',
    )
    .all()
    .map(
      ({ table, parent, count }) =>
        `${counted(count, `row of ${table} names`, `rows of ${table} name`)} a row of ${parent} that is not there`,
    );
  const broken = RULES.flatMap(([one, many, sql]) => {
    const count = Number(sqlite.prepare(`select count(*) from (${sql})`).pluck().get());
    return count === 0 ? [] : [counted(count, one, many)];
  });
  return { readable: true, problems: [...dangling, ...broken] };
}

const RULES: readonly (readonly [one: string, many: string, sql: string])[] = [
  [
    'ticket has no message',
    'tickets have no message',
    'select 1 from tickets t where not exists (select 1 from messages m where m.ticket_id = t.id)',
  ],
  [
    'mail that opened or joined a ticket has no message',
    'mails that opened or joined a ticket have no message',
    `select 1 from intake_records r where r.verdict in ('open-ticket', 'append-message')
       and r.id not in (select m.intake_id from messages m where m.intake_id is not null)`,
  ],
  [
    'mail has its raw bytes nowhere',
    'mails have their raw bytes nowhere',
    `select 1 from intake_records r where r.raw_sha256 is null and r.raw_bytes is not null
       and not exists (select 1 from raw_mails w where w.intake_id = r.id)`,
  ],
  [
    'mail names a file of raw bytes that is not registered',
    'mails name a file of raw bytes that is not registered',
    `select 1 from intake_records r where r.raw_sha256 is not null
       and not exists (select 1 from blobs b where b.sha256 = r.raw_sha256)`,
  ],
];

/** Mails and tickets that name one file, for people who have to look for it. */
export function usersOfBlob({ sqlite }: OpenDatabase, sha256: string): string[] {
  const mails = sqlite
    .prepare<[string], string>("select 'mail ' || reference from intake_records where raw_sha256 = ? limit 3")
    .pluck()
    .all(sha256);
  const tickets = sqlite
    .prepare<[string], string>(
      `select distinct 'ticket ' || t.public_id from attachments a join messages m on m.id = a.message_id
         join tickets t on t.id = m.ticket_id where a.sha256 = ? limit 3`,
    )
    .pluck()
    .all(sha256);
  return [...mails, ...tickets];
}
