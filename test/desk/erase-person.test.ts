/** An erasure that is cut off anywhere and asked for again ends as one that was not. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isNobody } from '../../src/commands/privacy-erase.ts';
import { eraseRows } from '../../src/desk/erase-person.ts';
import type { PersonStore } from '../../src/store/keeping.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { erasedPerson, erasureNote } from '../../src/tickets/erasure.ts';
import type { IncomingMail } from '../../src/tickets/incoming-mail.ts';
import type { Policy } from '../../src/tickets/policy.ts';
import {
  ANA,
  NOW,
  POLICY,
  type SampleMail,
  sampleContact,
  sampleMail,
  sampleRecord,
  sampleRules,
} from '../support/sample-mail.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { staff } from '../tickets/samples.ts';

const LUIS = 'luis@empresa.com';
const AGENT = 'marta@example.com';
const PERSON = erasedPerson('ana@empresa.com', Buffer.alloc(32, 1));
const NOTE = `${erasureNote(PERSON)} by a test.`;

const policy: Policy = {
  ...POLICY,
  departments: POLICY.departments.map((one) => (one.key === 'soporte' ? { ...one, staff: [staff(AGENT)] } : one)),
};
const account = { ...ANA, contacts: [...ANA.contacts, sampleContact(LUIS, { name: 'Luis' })] };

async function open(file: string) {
  const opened = openDatabase(file);
  return { ...opened, store: sqliteStore(opened) };
}

const receive = async (store: Store, given: SampleMail, more: Partial<IncomingMail> = {}) =>
  (await store.recordMail(sampleRecord(given, more), sampleRules(NOW, policy))).ticket ?? 'none';

/** Ana opens two tickets, writes on others', is answered, copied in, named, reported and blocked, and was an agent once. */
async function world(): Promise<string> {
  const file = join(tempFolder(), 'taquilla.db');
  const { sqlite, store } = await open(file);
  await store.saveAccounts([account], 'merge', NOW);
  const first = await receive(store, { id: 'uno', subject: 'empresa.com falla' });
  await receive(store, { id: 'dos', subject: 'empresa.com falla' });
  const his = await receive(
    store,
    { id: 'tres', from: LUIS, subject: 'empresa.com falla', text: 'Lo de ana@empresa.com' },
    { headerRecipients: ['soporte@example.com', PERSON.address] },
  );
  await receive(store, { id: 'cuatro', subject: `[${his}] a` });
  const only = await receive(store, { id: 'nueve', from: LUIS, subject: 'Otra cosa' });
  await receive(store, { id: 'diez', subject: `[${only}] a` });
  await receive(store, { id: 'once', from: LUIS, subject: `[${only}] a`, text: 'Hablad con ana@empresa.com' });
  await receive(store, { id: 'cinco', from: LUIS, subject: `[${first}] b`, text: 'Ana es ana@empresa.com, creo.' });
  await receive(store, { id: 'seis', from: AGENT, name: 'Marta', subject: `[${first}] c`, text: 'Ya está, Ana.' });
  const [{ mail: { messageId = null } = {} } = {}] = await store.claimMails(1, NOW, 1000);
  const bounce = {
    recipient: PERSON.address,
    status: '5.1.1',
    action: 'failed',
    originalMessageId: messageId,
    diagnostic: 'no',
  } as const;
  const report = { kind: 'bounce', bounce, bounces: [bounce] } as const;
  await receive(store, { id: 'siete', from: 'mailer-daemon@empresa.com' }, report);
  await store.finishMails([{ id: 1, outcome: { state: 'sent' } }], NOW);
  await store.blockSender(PERSON.address, NOW);
  const toAgent = "kind = 'staff-new-ticket' and instr(mail, 'ana@empresa.com') > 0";
  const { changes } = sqlite
    .prepare(`update outbox set recipient = ? where id = (select min(id) from outbox where ${toAgent})`)
    .run(PERSON.address);
  expect(changes).toBe(1);
  await store.close();
  return file;
}

/** Row by row; throws in the place of the `cutAt`th step, counted from 0. */
function cutOff(store: PersonStore, cutAt: number): PersonStore {
  let steps = 0;
  const step = () => {
    if (steps === cutAt) throw new Error('cut off');
    steps += 1;
  };
  return {
    ...store,
    erasePart: async (person, part, now) => {
      if (part.kind === 'contacts') step();
      else {
        for (const id of part.ids) {
          step();
          await store.erasePart(person, { ...part, ids: [id] }, now);
        }
        return { rows: part.ids.length, bytes: 0, blobs: [] };
      }
      return store.erasePart(person, part, now);
    },
    noteErasure: async (person, tickets, text, now) => {
      for (const ticket of tickets) {
        step();
        await store.noteErasure(person, [ticket], text, now);
      }
    },
  };
}

const TABLES = ['contacts', 'blocked_senders', 'followers', 'tickets', 'messages', 'attachments'].concat(
  'intake_records',
  'raw_mails',
  'outbox',
);

/** Erases from a copy, cut off at this step where there is one, and again; what every table says then. */
async function erased(template: string, cutAt: number | null) {
  const file = join(tempFolder(), 'taquilla.db');
  copyFileSync(template, file);
  const { sqlite, store } = await open(file);
  const erase = async (to: PersonStore) =>
    eraseRows(to, PERSON, await store.findPerson(PERSON.address), NOTE, NOW).then(() => true);
  let isWhole = true;
  if (cutAt !== null) isWhole = await erase(cutOff(store, cutAt)).catch(() => false);
  if (cutAt === null || !isWhole) await erase(store);
  const left = await store.findPerson(PERSON.address);
  const rows = TABLES.map((table) => [table, sqlite.prepare(`select * from ${table} order by rowid`).all()]);
  await store.close();
  return { isWhole, left, rows: Object.fromEntries(rows) };
}

it('finds the rest again wherever it was cut off, and notes it once', async () => {
  const template = await world();
  const { store } = await open(template);
  const found = await store.findPerson(PERSON.address);
  await store.close();
  for (const [part, rows] of Object.entries(found)) expect({ part, rows }).not.toEqual({ part, rows: [] });
  expect(found.opened.length).toBeLessThan(found.tickets.length);

  const whole = await erased(template, null);
  expect(isNobody(whole.left)).toBe(true);
  expect(JSON.stringify(whole.rows)).not.toContain(PERSON.address);
  // Whoever has the mail could tell by them that it was here.
  const theirs = (start: unknown) =>
    expect.objectContaining({ author_address: PERSON.placeholder, fingerprint_start: start });
  expect(whole.rows.messages).toContainEqual(theirs(null));
  expect(whole.rows.messages).not.toContainEqual(theirs(expect.any(Number)));
  for (let cutAt = 0; ; cutAt += 1) {
    const again = await erased(template, cutAt);
    expect(isNobody(again.left), `cut off at step ${cutAt}`).toBe(true);
    expect(again.rows, `cut off at step ${cutAt}`).toEqual(whole.rows);
    if (!again.isWhole) continue;
    expect(cutAt).toBeGreaterThan(20);
    break;
  }
});

it('notes a second erasure of somebody who has come back', async () => {
  const { store } = await open(await world());
  const erase = async () => eraseRows(store, PERSON, await store.findPerson(PERSON.address), NOTE, NOW);
  await erase();
  await store.saveAccounts([account], 'merge', NOW);
  const { ticket } = (await store.findMail(sampleMail({ id: 'uno' }).reference)) ?? {};
  await receive(store, { id: 'ocho', subject: `[${ticket}] d` });
  await erase();
  const thread = (await store.findTicket(ticket ?? ''))?.thread ?? [];
  expect(thread.filter(({ text }) => text === NOTE)).toHaveLength(2);
  await store.close();
});

it('erases the domain of a stranger that was answered, which can be a name too', async () => {
  const { sqlite, store } = await open(join(tempFolder(), 'taquilla.db'));
  const stranger = erasedPerson('yo@ana-garcia.example', Buffer.alloc(32, 2));
  await receive(store, { id: 'web', from: stranger.address, to: 'ventas@example.com' });
  const domains = () => sqlite.prepare('select distinct stranger_domain from outbox').pluck().all();
  expect(domains()).toEqual(['ana-garcia.example']);
  await eraseRows(store, stranger, await store.findPerson(stranger.address), NOTE, NOW);
  expect(domains()).toEqual([null]);
  await store.close();
});
