/**
 * Every statement that the intake, the outbox, the clocks and those who watch send finds its rows by an index, however
 * large the tables are, and each index is there for one of them.
 */
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Removal } from '../../src/tickets/retention.ts';
import { ANA, entropyOf, NOW, sampleMail, sampleRecord, sampleRules } from '../support/sample-mail.ts';
import { staff } from '../tickets/samples.ts';

/** Tables that grow with use. `json_each` is the list of keys that a look-up is made with. */
const LARGE = ['accounts', 'contacts', 'services', 'tickets', 'messages', 'intake_records', 'outbox', 'attachments'];

/** One of each kind. */
const REMOVALS: readonly Removal[] = [
  { kind: 'mails', verdict: 'refuse', before: NOW + 1 },
  { kind: 'over-quota', upTo: { receivedAt: NOW, id: 1 } },
  { kind: 'raw-of-tickets', before: NOW },
  { kind: 'outbox-bytes', before: NOW },
  { kind: 'outbox-without-ticket', before: NOW },
];

/** Partial indexes that hold few rows however much there is: what waits, what has failed, what shadow mode let in. */
const SHORT = ['outbox_due', 'outbox_lease', 'outbox_failed', 'intake_would_refuse'];

let sqlite: Database.Database;
const seen = new Set<string>();

beforeAll(async () => {
  let listening = false;
  sqlite = new Database(':memory:', {
    verbose: (statement) => {
      if (listening) seen.add(String(statement));
    },
  });
  migrate(drizzle(sqlite), { migrationsFolder: 'drizzle/sqlite' });
  const store = sqliteStore({ sqlite, db: drizzle(sqlite) });
  await store.saveAccounts([ANA], 'merge', NOW);
  listening = true;
  const { ticket, outgoing } = await store.recordMail(
    sampleRecord({ id: 'uno', subject: 'empresa.com falla' }),
    sampleRules(),
  );
  const reply = { inReplyTo: ['<uno@empresa.com>'], references: ['<x@y>'], subject: `Re: ${ticket ?? ''} empresa.com` };
  await store.recordMail(sampleRecord({ id: 'dos' }, reply), sampleRules());
  await store.decideMail(sampleMail({ id: 'tres' }), sampleRules());
  await store.decideMail(sampleMail({ id: 'cuatro', from: 'nadie@evil.example' }), sampleRules());
  const { policy } = sampleRules();
  const departments = policy.departments.map((one) => ({ ...one, staff: [staff('eva@example.com')] }));
  await store.decideMail(sampleMail({ id: 'seis', from: 'eva@example.com' }), {
    ...sampleRules(),
    policy: { ...policy, departments },
  });
  const ticketPatterns = [{ before: '[ticket id: ', after: ']' }];
  await store.decideMail(sampleMail({ id: 'siete', subject: 'Re: [ticket id: 77] x' }), {
    ...sampleRules(),
    policy: { ...policy, ticketPatterns },
  });
  const originalMessageId = outgoing[0]?.messageId ?? null;
  const bounce = { recipient: null, status: '5.1.1', action: 'failed', originalMessageId, diagnostic: null } as const;
  const { reason } = await store.recordMail(
    sampleRecord({ id: 'b' }, { kind: 'bounce', bounces: [bounce] }),
    sampleRules(),
  );
  expect(reason).toBe('bounce-noted');
  const [claimed] = await store.claimMails(4, NOW, 1000);
  const id = claimed?.id ?? 0;
  await store.freezeMails([{ id, rendered: Buffer.from('x') }]);
  await store.findFrozen(id);
  await store.finishMails([{ id, outcome: { state: 'sent' } }], NOW);
  const failed = { state: 'failed', error: '550 5.1.1 no', badAddress: true } as const;
  await store.finishMails([{ id: id + 1, outcome: failed }], NOW);
  await store.retryMails([id], 'x', NOW);
  await store.cancelMails([id], 'x', NOW);
  await store.nextDueAt();
  await store.countUnfinished();
  const close = {
    ...sampleRules(),
    policy: { ...sampleRules().policy, autoCloseWarningDays: 1 },
    entropy: entropyOf('x'),
  };
  await store.closeStale(close, 50);
  const set = { kind: 'set', ticket: ticket ?? '', by: 'x', reason: '', silent: false } as const;
  await store.changeTicket({ ...set, status: 'pending', legacyId: '7' }, close);
  await store.closeStale({ ...close, now: NOW + 9 * 24 * 60 * 60 * 1000 }, 50);
  const raw = { blob: { sha256: 'ab'.repeat(32), size: 70_000 } };
  const stranger = sampleMail({ id: 'cinco', from: 'nadie@evil.example' });
  await store.recordMail({ mail: stranger, raw, size: 70_000 }, sampleRules());
  for (const removal of REMOVALS) {
    await store.summarizeDue(removal);
    const { ids } = await store.findDue(removal, 100);
    await store.removeDue(removal, [1, ...ids]);
  }
  await store.pageRefusedSizes(null, 100);
  await store.pageRefusedSizes({ receivedAt: NOW, id: 1 }, 100);
  await store.figures(NOW);
  await store.live(NOW);
  await store.findTicket(ticket ?? '');
  await store.findAccounts(['C-1001']);
  await store.findMail('0000000000');
  await store.listMails({ wouldRefuse: true, limit: 50 });
  await store.pageMails({ since: NOW - 1000, after: null, limit: 50 });
  await store.pageMails({ since: NOW - 1000, after: 1, limit: 50 });
  listening = false;
});

afterAll(() => sqlite.close());

function planOf(statement: string): string[] {
  return sqlite
    .prepare<[], { detail: string }>(`explain query plan ${statement}`)
    .all()
    .map(({ detail }) => detail);
}

const isQuery = (statement: string) => /^\s*(select|update|delete)/i.test(statement);

it('was shown the statements of the intake and the outbox', () => {
  const queries = [...seen].filter(isQuery);
  for (const table of ['contacts', 'tickets', 'messages', 'intake_records', 'services', 'outbox', 'blocked_senders']) {
    expect(
      queries.some((statement) => statement.includes(`from "${table}"`)),
      table,
    ).toBe(true);
  }
});

it('would notice a table that is read from end to end', () => {
  expect(planOf("select * from tickets where subject = 'x'")).toEqual(['SCAN tickets']);
});

/** The newest mails, as many as are asked for. */
const isNewest = (statement: string) =>
  / order by "intake_records"\."id" desc limit [\d.]+$/.test(statement) && !statement.includes(' where ');

function isFromEndToEnd(step: string, table: string, statement: string): boolean {
  if (!new RegExp(`^SCAN ${table}\\b`).test(step) || isNewest(statement)) return false;
  return !SHORT.some((index) => step.endsWith(` INDEX ${index}`));
}

describe('no table is read from end to end', () => {
  it.each(LARGE)('%s', (table) => {
    const scans = [...seen].filter(isQuery).flatMap((statement) =>
      planOf(statement)
        // min() and max() of an indexed column read one row from the end of the index and are shown as SEARCH.
        .filter((step) => isFromEndToEnd(step, table, statement))
        .map((step) => `${step}\n  ${statement}`),
    );
    expect(scans).toEqual([]);
  });
});

it('each index is used by a statement: every write pays for it', () => {
  // A constraint alone looks nothing up.
  const indexes = sqlite
    .prepare<[], string>(
      "select name from sqlite_master where type = 'index' and sql is not null and name <> 'contacts_one_primary' order by name",
    )
    .pluck()
    .all();
  expect(indexes.length).toBeGreaterThan(25);
  const steps = [...seen].filter(isQuery).flatMap(planOf);
  const used = new Set(steps.flatMap((step) => / INDEX (\w+)/.exec(step)?.[1] ?? []));
  expect(indexes.filter((name) => !used.has(name))).toEqual([]);
});

it('a mail that comes again is looked for by Message-ID and fingerprint, however many mails share the one', () => {
  const repeats = [...seen].filter((statement) => statement.includes('"fingerprint_start" ='));
  const search = 'SEARCH messages USING INDEX messages_message_id (message_id=? AND fingerprint_start=?)';
  expect(repeats.length).toBeGreaterThan(0);
  for (const statement of repeats) expect(planOf(statement)).toContain(search);
});

it('what was sent to an address lately is looked for among the mails of two days', () => {
  const lately = [...seen].filter((statement) => statement.includes('/ 86400000 in ('));
  expect(lately.length).toBeGreaterThan(0);
  for (const statement of lately)
    expect(planOf(statement)).toContain('SEARCH outbox USING INDEX outbox_recipient (<expr>=? AND recipient=?)');
});

it('retention and the auto-close clock read only what is due, in its order', () => {
  const due = [...seen].filter((statement) =>
    / order by [^(]*(received_at|finished_at|idle_since)" asc limit/.test(statement),
  );
  expect(due.length).toBeGreaterThan(REMOVALS.length);
  expect(due.filter((statement) => planOf(statement).includes('USE TEMP B-TREE FOR ORDER BY'))).toEqual([]);
});

it('no look-up builds an index of its own for the query', () => {
  const steps = [...seen].filter(isQuery).flatMap(planOf);
  expect(steps.filter((step) => step.includes('AUTOMATIC'))).toEqual([]);
});
