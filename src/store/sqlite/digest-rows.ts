/** The daily digest of held and refused mails: its mails and the mark that says which day is done, in one transaction. */
import { and, desc, eq, gt, inArray, lt, max } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import {
  DIGEST_REASONS,
  type DigestRecord,
  digestDay,
  isDigestDue,
  isDigestReason,
  writeDigests,
} from '../../tickets/digest.ts';
import type { DeskRules } from '../../tickets/status-mails.ts';
import type { DigestOutcome, DigestTime } from '../store.ts';
import { queueMail } from './queue-mail.ts';
import { digestMark, intakeRecords } from './schema.ts';

/** Records of each verdict that one digest looks at, the newest: of a flood the older part is not counted. */
const MAX_RECORDS = 10_000;
/** What the very first digest may tell of, milliseconds: not of the years before. */
const FIRST_REACH_MS = 24 * 60 * 60 * 1000;

export function writeDigest(
  db: BetterSQLite3Database,
  rules: DeskRules,
  { hour, timeZone }: DigestTime,
): DigestOutcome {
  const mark = db.select().from(digestMark).where(eq(digestMark.id, 1)).get();
  const day = digestDay(rules.now, hour, timeZone);
  if (!isDigestDue(day, mark?.day ?? null)) return { mails: 0 };
  if (mark === undefined) {
    // Begins here: the first one goes out when the next day's is due.
    db.insert(digestMark)
      .values({ id: 1, day, upTo: newestBefore(db, rules.now - FIRST_REACH_MS) })
      .run();
    return { mails: 0 };
  }
  const upTo = newestBefore(db, null);
  const mails =
    hour === null
      ? []
      : writeDigests([...recordsAfter(db, mark.upTo, 'hold'), ...recordsAfter(db, mark.upTo, 'refuse')], rules);
  for (const mail of mails) queueMail(db, mail, null, null, rules.now);
  db.update(digestMark).set({ day, upTo }).where(eq(digestMark.id, 1)).run();
  return { mails: mails.length };
}

/** By row and not by time: a clock that is put back neither repeats nor loses a mail. `before`: `null` for now. */
function newestBefore(db: BetterSQLite3Database, before: number | null): number {
  const row = db
    .select({ id: max(intakeRecords.id) })
    .from(intakeRecords)
    .where(before === null ? undefined : lt(intakeRecords.receivedAt, before))
    .get();
  return row?.id ?? 0;
}

/** As they stand now: what was let in since is not among them. Newest first. */
function recordsAfter(db: BetterSQLite3Database, upTo: number, verdict: DigestRecord['verdict']): DigestRecord[] {
  return db
    .select({
      reference: intakeRecords.reference,
      reason: intakeRecords.reason,
      sender: intakeRecords.sender,
      subject: intakeRecords.subject,
      department: intakeRecords.department,
      recipients: intakeRecords.recipients,
    })
    .from(intakeRecords)
    .where(
      and(
        gt(intakeRecords.id, upTo),
        eq(intakeRecords.verdict, verdict),
        inArray(intakeRecords.reason, [...DIGEST_REASONS]),
      ),
    )
    .orderBy(desc(intakeRecords.id))
    .limit(MAX_RECORDS)
    .all()
    .flatMap(({ reason, ...record }) => (isDigestReason(reason) ? [{ ...record, verdict, reason }] : []));
}
