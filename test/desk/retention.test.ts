/** Retention on a real database: what is due goes with its bytes, all else stays, and a backup could never miss a file. */

import { createHash } from 'node:crypto';
import { statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { verifyFolder } from '../../src/commands/verify.ts';
import { carryOut } from '../../src/desk/retention.ts';
import { createRetentionClock } from '../../src/desk/retention-clock.ts';
import { BlobStore } from '../../src/store/blobs/blob-store.ts';
import { loadSigningKeys } from '../../src/store/signing-keys.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { RawMail } from '../../src/store/store.ts';
import type { Retention } from '../../src/tickets/retention.ts';
import { fakeClock } from '../support/clock.ts';
import { ANA, NOW, POLICY, sampleMail, sampleRecord, sampleRules } from '../support/sample-mail.ts';
import { tempFolder } from '../support/temp-folder.ts';

const DAY = 24 * 60 * 60 * 1000;
const RULES: Retention = {
  refuseDays: 7,
  refuseBytes: null,
  duplicateDays: 7,
  ignoreDays: 30,
  holdDays: 90,
  rawDays: null,
  outboxDays: null,
};

async function world() {
  const folder = tempFolder();
  loadSigningKeys(folder, (count) => Buffer.alloc(count, 1));
  const opened = openDatabase(join(folder, 'taquilla.db'));
  const store = sqliteStore(opened);
  onTestFinished(() => store.close());
  await store.saveAccounts([ANA], 'merge', NOW);
  let files = 0;
  const blobs = new BlobStore(join(folder, 'blobs'), () => `file-${++files}`);
  const references = async () => (await store.listMails({ limit: 1000 })).map(({ reference }) => reference);
  return { folder, opened, store, blobs, references };
}

type World = Awaited<ReturnType<typeof world>>;

const referenceOf = (id: string) => sampleMail({ id }).reference;

/** A mail of each verdict, `daysAgo`; resolves with the name of its sample. */
const KINDS: Record<string, (world: World, id: string, at: number) => Promise<unknown>> = {
  'open-ticket': ({ store }, id, at) => store.recordMail(sampleRecord({ id, receivedAt: at }), sampleRules(at)),
  refuse: ({ store }, id, at) =>
    store.recordMail(sampleRecord({ id, from: 'eva@otra.com', receivedAt: at }), sampleRules(at)),
  duplicate: async ({ store }, id, at) => {
    const { messageId, fingerprint } = sampleMail({ id: `same-${id}` });
    const same = { messageId, fingerprint };
    await store.recordMail(sampleRecord({ id: `${id}-first`, receivedAt: at }, same), sampleRules(at));
    return store.recordMail(sampleRecord({ id, receivedAt: at }, same), sampleRules(at));
  },
  ignore: ({ store }, id, at) =>
    store.recordMail(sampleRecord({ id, receivedAt: at }, { kind: 'bounce' }), sampleRules(at)),
  hold: ({ store }, id, at) => {
    const departments = POLICY.departments.map((one) => ({ ...one, unregistered: 'hold' as const }));
    const rules = sampleRules(at, { ...POLICY, departments });
    return store.recordMail(sampleRecord({ id, from: 'eva@otra.com', receivedAt: at }), rules);
  },
};

it.each([
  ['refuse', 7],
  ['duplicate', 7],
  ['ignore', 30],
  ['hold', 90],
])('a mail of the verdict %s goes after %i days with its bytes, not before', async (verdict, days) => {
  const here = await world();
  const make = KINDS[verdict];
  if (make === undefined) throw new Error(verdict);
  await make(here, 'old', NOW - days * DAY - 1);
  await make(here, 'young', NOW - days * DAY);
  expect(await here.store.findMail(referenceOf('old'))).toMatchObject({ verdict });
  const done = await carryOut({ store: here.store, blobs: here.blobs, retention: RULES, now: NOW });
  expect(done).toMatchObject([{ removal: { kind: 'mails', verdict }, rows: 1 }]);
  const left = await here.references();
  expect(left).not.toContain(referenceOf('old'));
  expect(left).toContain(referenceOf('young'));
  expect(await here.store.findRawMail(referenceOf('young'))).not.toBeNull();
  expect((await verifyFolder(here.folder, Date.now())).problems).toEqual([]);
});

it('keeps mails on tickets for ever, with their bytes', async () => {
  const here = await world();
  await KINDS['open-ticket']?.(here, 'old', NOW - 5000 * DAY);
  expect(await carryOut({ store: here.store, blobs: here.blobs, retention: RULES, now: NOW })).toEqual([]);
  expect(await here.store.findRawMail(referenceOf('old'))).not.toBeNull();
});

it('lets go of the bytes of mails on tickets where the config says so; record, text and duplicates stay known', async () => {
  const here = await world();
  const { store } = here;
  await KINDS['open-ticket']?.(here, 'old', NOW - 31 * DAY);
  const retention = { ...RULES, rawDays: 30 };
  const [done] = await carryOut({ store, blobs: here.blobs, retention, now: NOW });
  expect(done).toMatchObject({ removal: { kind: 'raw-of-tickets' }, rows: 1 });
  expect(await store.findRawMail(referenceOf('old'))).toBeNull();
  const [mail] = await store.listMails({ limit: 1 });
  expect((await store.findTicket(mail?.ticket ?? ''))?.thread[0]?.text).toBe('Hola, old\n');
  const again = await store.recordMail(
    sampleRecord({ id: 'old', receivedAt: NOW }, { entropy: Buffer.alloc(32, 9), reference: 'AGAIN' }),
    sampleRules(),
  );
  expect(again.verdict).toBe('duplicate');
  expect((await verifyFolder(here.folder, Date.now())).problems).toEqual([]);
  expect(await carryOut({ store, blobs: here.blobs, retention, now: NOW })).toEqual([]);
});

it('over the quota the oldest refused mails go first, and as many as have to', async () => {
  const here = await world();
  for (let count = 0; count < 250; count += 1) await KINDS.refuse?.(here, `r${count}`, NOW - DAY + count);
  const [first] = await here.store.pageRefusedSizes(null, 1);
  const each = 2048 + (first?.bytes ?? 0);
  const retention = { ...RULES, refuseBytes: each * 20 };
  const done = await carryOut({ store: here.store, blobs: here.blobs, retention, now: NOW });
  expect(done).toMatchObject([{ removal: { kind: 'over-quota' } }]);
  const left = await here.references();
  expect(left.length).toBeGreaterThanOrEqual(20);
  expect(left.length).toBeLessThan(25);
  expect(left).toContain(referenceOf('r249'));
  expect(left).not.toContain(referenceOf('r0'));
});

/** A large mail, whose bytes are a file that has lain there for a day. */
async function withFile(
  { blobs, folder }: World,
  content: string,
): Promise<{ raw: RawMail; sha256: string; path: string }> {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const size = content.length;
  await blobs.keep(Readable.from([Buffer.from(content)]), () => ({ sha256, size }));
  const path = BlobStore.pathIn(join(folder, 'blobs'), sha256);
  utimesSync(path, (Date.now() - DAY) / 1000, (Date.now() - DAY) / 1000);
  return { raw: { blob: { sha256, size } }, sha256, path };
}

it('touches a file before its last row goes, and keeps the row of a file that others name', async () => {
  const here = await world();
  const { store } = here;
  const shared = await withFile(here, 'shared');
  const alone = await withFile(here, 'alone');
  const refused = (id: string, raw: RawMail, at: number) =>
    store.recordMail({ mail: sampleMail({ id, from: 'eva@otra.com', receivedAt: at }), raw, size: 6 }, sampleRules(at));
  await refused('one', shared.raw, NOW - 8 * DAY);
  await refused('two', alone.raw, NOW - 8 * DAY);
  await refused('three', shared.raw, NOW - DAY);
  let touchedBefore = false;
  const watched = {
    ...store,
    removeDue: (...args: Parameters<typeof store.removeDue>) => {
      touchedBefore = Date.now() - statSync(alone.path).mtimeMs < 60_000;
      return store.removeDue(...args);
    },
  };
  await carryOut({
    store: watched,
    blobs: here.blobs,
    retention: { ...RULES, duplicateDays: null, ignoreDays: null, holdDays: null },
    now: NOW,
  });
  expect(touchedBefore).toBe(true);
  expect(await store.namedBlobs([shared.sha256, alone.sha256])).toEqual([shared.sha256]);
  expect(await store.findRawMail(referenceOf('three'))).toEqual(shared.raw);
});

it('leaves a mail that was let in between being found and being removed', async () => {
  const here = await world();
  const { store } = here;
  await KINDS.refuse?.(here, 'late', NOW - 8 * DAY);
  const removal = { kind: 'mails', verdict: 'refuse', before: NOW - 7 * DAY } as const;
  const due = await store.findDue(removal, 10);
  expect(due.ids).toHaveLength(1);
  const admitted = await store.replayMail(sampleMail({ id: 'late', from: 'eva@otra.com' }), {
    ...sampleRules(),
    admitted: true,
  });
  expect(admitted.kind).toBe('decided');
  expect((await store.removeDue(removal, due.ids)).rows).toBe(0);
  expect(await store.findRawMail(referenceOf('late'))).not.toBeNull();
});

it('removes the bytes of finished mails, and nothing of those that wait', async () => {
  const here = await world();
  const { store } = here;
  for (const id of ['one', 'two']) await KINDS['open-ticket']?.(here, id, NOW);
  const claimed = await store.claimMails(1, NOW, 1000);
  const [id = 0] = claimed.map((mail) => mail.id);
  await store.freezeMails([{ id, rendered: Buffer.from('the whole mail') }]);
  await store.finishMails([{ id, outcome: { state: 'sent' } }], NOW);
  const retention = { ...RULES, outboxDays: 1 };
  expect(await carryOut({ store, blobs: here.blobs, retention, now: NOW + DAY })).toEqual([]);
  const done = await carryOut({ store, blobs: here.blobs, retention, now: NOW + DAY + 1 });
  expect(done).toMatchObject([{ removal: { kind: 'outbox-bytes' }, rows: 1, bytes: 14 }]);
  expect(await store.findOutgoing(id)).toMatchObject({ state: 'sent', rendered: null });
  expect(await store.claimMails(5, NOW + 2 * DAY, 1000)).toHaveLength(1);
});

it('gives pages back to the disk where much has become free', async () => {
  const here = await world();
  const { store, opened } = here;
  const raw = { inline: Buffer.alloc(60_000, 1) };
  for (let count = 0; count < 600; count += 1)
    await store.recordMail(
      { mail: sampleMail({ id: `b${count}`, from: 'eva@otra.com' }), raw, size: 1 },
      sampleRules(),
    );
  const before = await store.fileSpace();
  await carryOut({ store, blobs: here.blobs, retention: RULES, now: NOW + 8 * DAY });
  const after = await store.fileSpace();
  expect(after.pages).toBeLessThan(before.pages - 4000);
  expect(after.free).toBe(4096);
  expect(opened.sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
});

it('works by the clock: at the start and every hour, and stops', async () => {
  const here = await world();
  await KINDS.refuse?.(here, 'one', NOW - 7 * DAY);
  const clock = fakeClock(NOW);
  const told: object[] = [];
  const fail = () => {
    throw new Error('something went wrong');
  };
  const log = { info: (fields: object) => void told.push(fields), warn: fail, error: fail, debug: () => undefined };
  const retention = createRetentionClock({ store: here.store, blobs: here.blobs, retention: RULES, clock, log });
  const settled = async () => {
    while (clock.timers().length === 0) await new Promise((resolve) => setImmediate(resolve));
  };
  retention.start();
  await settled();
  expect(told).toEqual([]);
  clock.advance(60 * 60 * 1000);
  await settled();
  expect(told).toMatchObject([{ kind: 'mails', verdict: 'refuse', rows: 1 }]);
  await retention.stop();
  expect(clock.timers()).toEqual([]);
});
