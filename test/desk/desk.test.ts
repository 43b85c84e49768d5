/** What people do to tickets, through the store on a database file: the change, the note that says so, and the mail. */
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { changeTicket } from '../../src/desk/desk.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { DeskResult, Store } from '../../src/store/store.ts';
import type { DeskRequest } from '../../src/tickets/desk-request.ts';
import type { IncomingMail } from '../../src/tickets/incoming-mail.ts';
import type { Policy } from '../../src/tickets/policy.ts';
import { searchTerms } from '../../src/tickets/search-terms.ts';
import {
  ANA,
  entropyOf,
  NOW,
  POLICY,
  type SampleMail,
  sampleAccount,
  sampleContact,
  sampleRecord,
  sampleRules,
} from '../support/sample-mail.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { staff } from '../tickets/samples.ts';

const EVA = 'eva@example.com';
const DAY = 24 * 60 * 60 * 1000;
const policy: Policy = {
  ...POLICY,
  departments: POLICY.departments.map((one) =>
    one.key === 'soporte' ? { ...one, staff: [staff(EVA, { notify: 'none' })] } : one,
  ),
  ticketPatterns: [{ before: '[ticket id: ', after: ']' }],
  autoCloseWarningDays: 1,
};

let store: Store;
let file: string;
let now: number;
let count = 0;

beforeEach(async () => {
  file = join(tempFolder(), 'taquilla.db');
  store = sqliteStore(openDatabase(file));
  now = NOW;
  const luis = sampleAccount('C-2', { contacts: [sampleContact('luis@otra.com')], services: ['otra.com'] });
  await store.saveAccounts([ANA, luis], 'merge', NOW);
  return () => store.close();
});

const rules = () => ({ policy, signing: sampleRules().signing });
const receive = (given: SampleMail, more: Partial<IncomingMail> = {}) =>
  store.recordMail(sampleRecord({ receivedAt: now, ...given }, more), sampleRules(now, policy));
const opened = async (given: SampleMail, more: Partial<IncomingMail> = {}) => (await receive(given, more)).ticket ?? '';

type Wanted<Request = DeskRequest> = Request extends DeskRequest ? Omit<Request, 'by' | 'reason' | 'silent'> : never;
const desk = (wanted: Wanted, over: { reason?: string; silent?: boolean } = {}): Promise<DeskResult> => {
  count += 1;
  return changeTicket(
    { store, rules, clock: { now: () => now }, randomBytes: () => entropyOf(`desk-${count}`) },
    { by: 'eva', reason: 'porque sí', silent: false, ...over, ...wanted },
  );
};
const show = async (ticket: string) => {
  const found = await store.findTicket(ticket);
  if (found === null) throw new Error(`no ticket ${ticket}`);
  return found;
};
const notes = async (ticket: string) =>
  (await show(ticket)).thread.filter(({ author }) => author === 'system').map(({ text }) => text);
const mails = async (ticket: string) => (await show(ticket)).mails.map(({ kind }) => kind);

describe('a change', () => {
  it('says who did what and why, and tells the opener in the thread of its newest mail', async () => {
    const ticket = await opened({ id: 'uno' });
    await receive({ id: 'dos', subject: ticket });
    expect(await desk({ kind: 'close', ticket })).toMatchObject({ kind: 'done', mailed: true });
    expect(await show(ticket)).toMatchObject({ status: 'closed', statusChangedAt: NOW });
    expect(await notes(ticket)).toEqual(['Status: open → closed. By eva: porque sí.']);
    const [row] = await store.listOutbox({ limit: 1 });
    const mail = (await store.findOutgoing(row?.id ?? 0))?.mail;
    expect(mail).toMatchObject({
      recipient: 'ana@empresa.com',
      inReplyTo: '<dos@empresa.com>',
      data: { kind: 'ticket-closed' },
    });
    expect(mail?.references[0]).toMatch(/^<tq\.root\.\d+\./);
  });

  it('tells nobody where that is wanted, and says so', async () => {
    const ticket = await opened({ id: 'uno' });
    await desk({ kind: 'close', ticket }, { silent: true });
    expect(await mails(ticket)).toEqual(['receipt']);
    expect(await notes(ticket)).toEqual([
      'Status: open → closed. No mail to the client: eva wanted none. By eva: porque sí.',
    ]);
  });

  it.each<[string, Partial<SampleMail>, Partial<IncomingMail>, string]>([
    ['a program', {}, { kind: 'machine' }, 'no person wrote'],
    [
      'a stranger without proof',
      { from: 'x@fuera.com', to: 'ventas@example.com' },
      { authenticity: { outcome: 'unverified', demanded: null, fromStaffNetwork: false, results: null, because: [] } },
      'nothing proves',
    ],
  ])('tells nothing to %s', async (_, given, more, why) => {
    const ticket = await opened({ id: 'uno', ...given }, more);
    expect(await desk({ kind: 'close', ticket })).toMatchObject({ kind: 'done', mailed: false });
    expect((await notes(ticket)).join()).toContain(why);
  });

  it('tells nothing to one that is no contact any more', async () => {
    const ticket = await opened({ id: 'uno' });
    await store.saveAccounts([{ ...ANA, contacts: [] }], 'replace', NOW);
    await desk({ kind: 'close', ticket });
    expect((await notes(ticket)).join()).toContain('no longer a contact');
    expect(await mails(ticket)).toEqual(['receipt']);
  });

  it('sets everything at once, and nothing a second time', async () => {
    const ticket = await opened({ id: 'uno' });
    const set = {
      kind: 'set',
      ticket,
      status: 'pending',
      priority: 'high',
      assignee: EVA,
      service: 'empresa.com',
      legacyId: '77',
    } as const;
    expect(await desk(set)).toMatchObject({ kind: 'done', mailed: false });
    expect(await show(ticket)).toMatchObject({
      status: 'pending',
      priority: 'high',
      assignee: EVA,
      service: 'empresa.com',
      legacyId: '77',
    });
    expect(await desk(set)).toMatchObject({ kind: 'done', changes: [] });
    expect(await notes(ticket)).toHaveLength(1);
    await desk({ kind: 'set', ticket, account: 'c-2' });
    expect(await show(ticket)).toMatchObject({ account: 'C-2', service: null });
  });

  it('moves an open ticket: mails come from the new department, nobody there is assigned yet', async () => {
    const ticket = await opened({ id: 'uno' });
    await desk({ kind: 'set', ticket, assignee: EVA });
    expect(await desk({ kind: 'move', ticket, department: 'facturacion' })).toMatchObject({ mailed: true });
    expect(await show(ticket)).toMatchObject({
      department: 'facturacion',
      mailbox: 'facturacion@example.com',
      assignee: null,
    });
    expect(await mails(ticket)).toEqual(['receipt', 'ticket-moved']);
  });

  it.each<[string, Wanted<DeskRequest>, string]>([
    ['an unknown ticket', { kind: 'close', ticket: 'TQ-1' }, 'missing'],
    ['an open ticket that is opened', { kind: 'reopen', ticket: 'T' }, 'impossible'],
    ['an unknown department', { kind: 'move', ticket: 'T', department: 'nada' }, 'wrong'],
    ['the same department', { kind: 'move', ticket: 'T', department: 'soporte' }, 'impossible'],
    ['somebody of another department', { kind: 'set', ticket: 'T', assignee: 'x@example.com' }, 'wrong'],
    ['an unknown account', { kind: 'set', ticket: 'T', account: 'C-9' }, 'missing'],
    ['the service of another account', { kind: 'set', ticket: 'T', service: 'otra.com' }, 'missing'],
    ['a number that is none', { kind: 'set', ticket: 'T', legacyId: '7a' }, 'wrong'],
    ['itself', { kind: 'merge', ticket: 'T', into: 'T' }, 'wrong'],
    ['a message that is not there', { kind: 'split', ticket: 'T', messages: [99], subject: 's' }, 'missing'],
    ['its only message', { kind: 'split', ticket: 'T', messages: [1], subject: 's' }, 'impossible'],
  ])('refuses %s', async (_, wanted, why) => {
    const ticket = await opened({ id: 'uno' });
    const here = (id: string) => (id === 'T' ? ticket : id);
    const into = 'into' in wanted ? { into: here(wanted.into) } : {};
    expect(await desk({ ...wanted, ...into, ticket: here(wanted.ticket) } as Wanted)).toMatchObject({
      kind: 'refused',
      why,
    });
    expect(await notes(ticket)).toEqual([]);
  });
});

describe('a number of another system', () => {
  it('leads to its ticket, for those who may write to it', async () => {
    const ticket = await opened({ id: 'uno' });
    await desk({ kind: 'set', ticket, legacyId: '482913' });
    expect(await receive({ id: 'dos', subject: 'RE: [Ticket ID: 482913] hola' })).toMatchObject({
      verdict: 'append-message',
      ticket,
      thread: { by: 'subject' },
    });
    const other = await receive({ id: 'tres', subject: 'RE: [Ticket ID: 482913] hola', from: 'luis@otra.com' });
    expect(other.verdict).toBe('open-ticket');
    expect((await notes(other.ticket ?? '')).join()).toContain('names 482913');
    const twice = await desk({ kind: 'set', ticket: other.ticket ?? '', legacyId: '482913' });
    expect(twice).toMatchObject({ kind: 'refused', why: 'impossible' });
  });
});

describe('merge and split', () => {
  it('keep history, and the old ID leads to the new ticket', async () => {
    const [old, next, last] = [await opened({ id: 'uno' }), await opened({ id: 'dos' }), await opened({ id: 'tres' })];
    await desk({ kind: 'set', ticket: next, status: 'pending' });
    now += 1000;
    expect(await desk({ kind: 'merge', ticket: old, into: next })).toMatchObject({ kind: 'done', other: next });
    expect(await show(old)).toMatchObject({ status: 'closed', mergedInto: next, messages: 1 });
    expect(await show(next), 'who waits goes on waiting').toMatchObject({
      status: 'open',
      merged: [old],
      messages: 2,
      statusChangedAt: NOW,
    });
    expect(await receive({ id: 'cuatro', subject: `Re: [${old}]` })).toMatchObject({
      verdict: 'append-message',
      ticket: next,
    });
    expect(await receive({ id: 'cinco', subject: 'x' }, { inReplyTo: ['<uno@empresa.com>'] })).toMatchObject({
      ticket: next,
    });
    expect(await desk({ kind: 'reopen', ticket: old })).toMatchObject({ kind: 'refused', why: 'impossible' });
    await desk({ kind: 'merge', ticket: next, into: last });
    expect(await receive({ id: 'seis', subject: old })).toMatchObject({ verdict: 'append-message', ticket: last });
    expect((await show(last)).merged).toEqual([old, next]);
    expect((await show(last)).thread.filter(({ author }) => author === 'client')).toHaveLength(6);
  });

  it('never make one ticket of two that different people may write to', async () => {
    const ana = await opened({ id: 'uno' });
    const luis = await opened({ id: 'dos', from: 'luis@otra.com' });
    const strangers = [
      await opened({ id: 'tres', from: 'a@fuera.com', to: 'ventas@example.com' }),
      await opened({ id: 'cuatro', from: 'b@fuera.com', to: 'ventas@example.com' }),
    ];
    expect(await desk({ kind: 'merge', ticket: ana, into: luis })).toMatchObject({ why: 'impossible' });
    expect(await desk({ kind: 'merge', ticket: strangers[0] ?? '', into: strangers[1] ?? '' })).toMatchObject({
      why: 'impossible',
    });
  });

  it('make a ticket of some messages', async () => {
    const ticket = await opened({ id: 'uno' });
    now += DAY;
    await receive({ id: 'dos', subject: ticket });
    const moved = (await show(ticket)).thread.find(({ text }) => text.includes('dos'))?.id ?? 0;
    const result = await desk({ kind: 'split', ticket, messages: [moved], subject: 'Otra cosa' });
    const other = result.kind === 'done' ? (result.other ?? '') : '';
    expect(await show(other)).toMatchObject({
      subject: 'Otra cosa',
      account: 'C-1001',
      opener: 'ana@empresa.com',
      status: 'open',
      splitFrom: ticket,
      createdAt: now,
      messages: 1,
    });
    expect(await show(ticket)).toMatchObject({ messages: 1, splitOff: [other] });
    expect(await receive({ id: 'tres', subject: 'x' }, { inReplyTo: ['<dos@empresa.com>'] })).toMatchObject({
      ticket: other,
    });
    expect(await desk({ kind: 'close', ticket: other })).toMatchObject({ mailed: true });
  });
});

describe('the clock', () => {
  const sweep = (by: Store = store) => {
    count += 1;
    return by.closeStale({ ...rules(), now, entropy: entropyOf(`sweep-${count}`) }, 100);
  };

  it('warns and closes once, though two processes look at the same moment', async () => {
    const ticket = await opened({ id: 'uno' });
    await desk({ kind: 'set', ticket, status: 'pending' });
    const second = sqliteStore(openDatabase(file));
    now += 2 * DAY;
    expect((await Promise.all([sweep(), sweep(second), sweep()])).flat()).toEqual([
      { ticket, action: 'warned', mailed: true },
    ]);
    now += 5 * DAY;
    expect(await sweep(), 'the warning has not left yet').toEqual([]);
    const due = (await store.claimMails(10, now, 1000)).find(({ kind }) => kind === 'auto-close-warning');
    await store.finishMails([{ id: due?.id ?? 0, outcome: { state: 'sent' } }], now);
    now += DAY - 1;
    expect(await sweep()).toEqual([]);
    now += 1;
    expect((await Promise.all([sweep(), sweep(second)])).flat()).toEqual([{ ticket, action: 'closed', mailed: true }]);
    await second.close();
  });

  it('takes a warning back that has not left when the client writes', async () => {
    const ticket = await opened({ id: 'uno' });
    await desk({ kind: 'set', ticket, status: 'pending' });
    now += 2 * DAY;
    await sweep();
    await receive({ id: 'dos', subject: ticket });
    expect((await show(ticket)).mails).toMatchObject([
      { kind: 'receipt' },
      { kind: 'auto-close-warning', state: 'cancelled' },
    ]);
  });

  it('goes on while only programs write, and leaves open tickets alone', async () => {
    const ticket = await opened({ id: 'uno' });
    await opened({ id: 'otro' });
    await desk({ kind: 'set', ticket, status: 'pending' });
    now += DAY;
    await receive({ id: 'dos', subject: ticket }, { kind: 'auto-reply' });
    now += DAY;
    expect(await sweep()).toEqual([{ ticket, action: 'warned', mailed: true }]);
  });
});

it('lists the queue: by priority, then who has waited longest', async () => {
  const ids: string[] = [];
  for (const id of ['a', 'b', 'c', 'd']) {
    ids.push(await opened({ id }));
    now += 1000;
  }
  const [a = '', b = '', c = '', d = ''] = ids;
  await desk({ kind: 'set', ticket: c, priority: 'high' });
  await desk({ kind: 'set', ticket: a, status: 'pending' });
  now += 1000;
  await receive({ id: 'e', subject: a });
  await desk({ kind: 'set', ticket: d, status: 'pending' });
  const queue = await store.listTickets({ limit: 10, status: 'open', inQueueOrder: true });
  expect(queue.map(({ id }) => id)).toEqual([c, b, a]);
  expect((await store.listTickets({ limit: 10, inQueueOrder: true })).map(({ id }) => id)).toEqual([c, b, a, d]);
});

describe('the search', () => {
  const find = async (typed: string) =>
    (await store.searchTickets(searchTerms(typed), { limit: 10 })).map(({ id }) => id);

  it('finds words of subject and messages without accents and case, also on what was merged', async () => {
    const one = await opened({ id: 'uno', subject: 'Llamadas a España', text: 'No llega el correo\n' });
    const two = await opened({ id: 'dos', subject: 'Otra', text: 'La factura de MARZO\n' });
    expect(await find('espana')).toEqual([one]);
    expect(await find('ESPAÑA correo')).toEqual([one]);
    expect(await find('espana marzo')).toEqual([]);
    expect(await find('"no llega"')).toEqual([one]);
    expect(await find('"llega no"')).toEqual([]);
    expect(await find('factur*')).toEqual([two]);
    await receive({ id: 'tres', subject: two, text: 'también en julio\n' });
    expect(await find('tambien julio marzo')).toEqual([two]);
    await desk({ kind: 'merge', ticket: two, into: one });
    expect(await find('julio espana')).toEqual([one]);
  });

  it.each(['"', 'a OR', 'NEAR(', 'subject:x', '-x', 'a"b', '^a', '{a}', 'a + b', "'; drop table tickets; --", '***a'])(
    'takes %j for text',
    async (typed) => {
      await opened({ id: 'uno' });
      expect(await find(typed)).toEqual([]);
    },
  );
});
