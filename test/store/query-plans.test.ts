/** Every statement that the intake and the outbox send for a mail finds its rows by an index, however large the tables are. */
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { ANA, entropyOf, NOW, sampleMail, sampleRecord, sampleRules } from '../support/sample-mail.ts';

/** Tables that grow with use. `json_each` is the list of keys that a look-up is made with. */
const LARGE = ['accounts', 'contacts', 'services', 'tickets', 'messages', 'intake_records', 'outbox', 'attachments'];

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

describe('no table is read from end to end', () => {
  it.each(LARGE)('%s', (table) => {
    const scans = [...seen].filter(isQuery).flatMap((statement) =>
      planOf(statement)
        // min() and max() of an indexed column read one row from the end of the index and are shown as SEARCH.
        .filter((step) => new RegExp(`^SCAN ${table}\\b`).test(step))
        .map((step) => `${step}\n  ${statement}`),
    );
    expect(scans).toEqual([]);
  });
});

it('no look-up builds an index of its own for the query', () => {
  const steps = [...seen].filter(isQuery).flatMap(planOf);
  expect(steps.filter((step) => step.includes('AUTOMATIC'))).toEqual([]);
});
