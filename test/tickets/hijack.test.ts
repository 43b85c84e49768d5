/**
 * Nobody else's ticket: who tries × what the mail shows. Real mails through the parser and a real store; after each the
 * victim's ticket is as it was, and the attacker has learned no more than from naming a ticket that does not exist.
 */
import { describe, expect, it } from 'vitest';
import { readMail } from '../../src/intake/read-mail.ts';
import { type SigningKey, signMessageId } from '../../src/mail/message-id.ts';
import { bufferSource } from '../../src/mail/parse.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { AccountToSave, Store } from '../../src/store/store.ts';
import type { Decision } from '../../src/tickets/decision.ts';
import { policy } from './samples.ts';

const KEY: SigningKey = { id: 'k2', secret: Buffer.alloc(32, 2), revoked: false };
const REVOKED: SigningKey = { id: 'k1', secret: Buffer.alloc(32, 1), revoked: true };
/** Another installation that happens to use the same name for its key. */
const ELSEWHERE: SigningKey = { id: 'k2', secret: Buffer.alloc(32, 9), revoked: false };
const KEYS = [KEY, REVOKED];
const DOMAIN = 'mail.example.com';

const account = (number: string, over: Partial<AccountToSave>): AccountToSave => ({
  number,
  name: number,
  contacts: [],
  services: [],
  ...over,
});
const ACCOUNTS: readonly AccountToSave[] = [
  account('C-1', {
    contacts: [{ address: 'ana@empresa.com' }, { address: 'conta@empresa.com', departments: ['ventas'] }],
  }),
  account('C-2', { contacts: [{ address: 'maya@otra.example' }] }),
  account('C-3', { state: 'closed', contacts: [{ address: 'eva@cerrada.example' }] }),
  account('C-4', { contacts: [{ address: '*@todo.example' }] }),
];

interface Victim {
  readonly id: string;
  readonly digits: string;
  readonly receipt: string;
}

let counter = 0;

async function deliver(store: Store, from: string, to: string, headers: string): Promise<Decision> {
  counter += 1;
  const own = headers.includes('Message-ID:') ? '' : `Message-ID: <mail-${counter}@client.example>\r\n`;
  const bytes = Buffer.from(`From: ${from}\r\nTo: ${to}\r\n${own}${headers}\r\nTexto ${counter}.\r\n`);
  const mail = await readMail(bufferSource(bytes), {
    reference: `REF${String(counter).padStart(7, '0')}`,
    receivedAt: 1_000 + counter,
    entropy: Buffer.alloc(32, counter),
    envelope: { mailFrom: from, recipients: [to], ip: '192.0.2.1', helo: 'x', utf8: false },
    keys: KEYS,
    keeper: null,
    authenticate: async () => ({
      outcome: 'verified',
      demanded: null,
      fromStaffNetwork: false,
      results: null,
      because: [],
    }),
  });
  const rules = { policy: policy(), signing: { key: KEY, domain: DOMAIN }, now: 1_000 + counter };
  return store.recordMail({ mail, raw: { inline: bytes }, size: bytes.length }, rules);
}

async function scene(victim: string, mailbox: string): Promise<{ store: Store; ticket: Victim }> {
  const store = sqliteStore(openDatabase(':memory:'));
  await store.saveAccounts(ACCOUNTS, 'merge', 0);
  const opened = await deliver(
    store,
    victim,
    mailbox,
    'Message-ID: <original@empresa.com>\r\nSubject: La web no carga\r\n',
  );
  const id = opened.ticket ?? '';
  return { store, ticket: { id, digits: id.slice(3), receipt: opened.outgoing[0]?.messageId ?? '' } };
}

const forged = (digits: string) => `<tq.${digits}.root.k2.${'0'.repeat(24)}@${DOMAIN}>`;

/** What a mail can show of a ticket that is not its sender's. `{id}` and the like are filled in. */
const VECTORS: Record<string, (ticket: Victim) => string> = {
  'its ID in the subject': ({ id }) => `Subject: Re: [${id}] La web no carga\r\n`,
  'its ID without brackets, in lower case, behind prefixes': ({ id }) =>
    `Subject: RV: Fwd: RE: ${id.toLowerCase()}\r\n`,
  'its ID in an encoded word': ({ id }) => `Subject: =?utf-8?B?${Buffer.from(`Re: [${id}]`).toString('base64')}?=\r\n`,
  'the Message-ID of its receipt': ({ receipt }) =>
    `Subject: x\r\nIn-Reply-To: ${receipt}\r\nReferences: ${receipt}\r\n`,
  'its signed root ID': ({ digits }) =>
    `Subject: x\r\nReferences: ${signMessageId({ ticket: digits, part: 'root' }, KEY, DOMAIN)}\r\n`,
  'a made-up signature': ({ digits }) => `Subject: x\r\nIn-Reply-To: ${forged(digits)}\r\n`,
  'an ID signed with a revoked key': ({ digits }) =>
    `Subject: x\r\nIn-Reply-To: ${signMessageId({ ticket: digits, part: 'root' }, REVOKED, DOMAIN)}\r\n`,
  'an ID signed by another installation': ({ digits }) =>
    `Subject: x\r\nIn-Reply-To: ${signMessageId({ ticket: digits, part: 'root' }, ELSEWHERE, DOMAIN)}\r\n`,
  'the Message-ID of the client’s first mail': () => 'Subject: x\r\nIn-Reply-To: <original@empresa.com>\r\n',
  'that Message-ID as its own': () => 'Subject: x\r\nMessage-ID: <original@empresa.com>\r\n',
  'everything at once': ({ id, digits, receipt }) =>
    `Subject: [${id}]\r\nIn-Reply-To: ${receipt}\r\nReferences: <original@empresa.com> ${signMessageId({ ticket: digits, part: 'root' }, KEY, DOMAIN)}\r\nReply-To: ana@empresa.com\r\nSender: ana@empresa.com\r\n`,
};

const ATTACKERS = [
  ['a client of another account', 'maya@otra.example'],
  ['a stranger', 'x@nadie.example'],
  ['a contact without rights for the department', 'conta@empresa.com'],
  ['a closed account', 'eva@cerrada.example'],
  ['a whole-domain contact of another account', 'ana@todo.example'],
  ['a tagged address of the client', 'ana+x@empresa.com'],
  ['a sub-domain of the client’s', 'ana@mail.empresa.com'],
] as const;

const nobody: Victim = { id: 'TQ-999999', digits: '999999', receipt: '<tq.abc.999999.k2.0123@mail.example.com>' };

async function attack(
  victim: string,
  mailbox: string,
  attacker: string,
  vector: (ticket: Victim) => string,
): Promise<void> {
  const { store, ticket } = await scene(victim, mailbox);
  // Closed: reopening it would be a way in, too.
  const rules = { policy: policy(), signing: { key: KEY, domain: DOMAIN }, now: 5_000, entropy: Buffer.alloc(32, 200) };
  const closed = await store.changeTicket(
    { kind: 'close', ticket: ticket.id, by: 'test', reason: '', silent: true },
    rules,
  );
  expect(closed.kind).toBe('done');
  const before = await store.findTicket(ticket.id);
  const decision = await deliver(store, attacker, mailbox, vector(ticket));
  expect(decision.verdict).not.toBe('append-message');
  expect(decision.verdict).not.toBe('duplicate');
  expect(await store.findTicket(ticket.id), 'the ticket is as it was').toEqual(before);
  for (const { recipient } of decision.outgoing) expect(recipient).toBe(attacker);
  // In an empty desk the same mail about a ticket that never was must end in the same way.
  const other = sqliteStore(openDatabase(':memory:'));
  await other.saveAccounts(ACCOUNTS, 'merge', 0);
  const blank = await deliver(other, attacker, mailbox, vector(nobody));
  expect([decision.verdict, decision.reason, decision.refusal]).toEqual([blank.verdict, blank.reason, blank.refusal]);
  await Promise.all([store.close(), other.close()]);
}

describe.each(ATTACKERS)('%s (%s) gets nothing of a client’s ticket by', (_, attacker) => {
  it.each(Object.entries(VECTORS))('%s', async (_name, vector) => {
    await attack('ana@empresa.com', 'soporte@example.com', attacker, vector);
  });
});

describe.each([
  ['a registered client', 'maya@otra.example'],
  ['another stranger', 'y@nadie.example'],
])('%s (%s) gets nothing of a stranger’s ticket by', (_, attacker) => {
  it.each(Object.entries(VECTORS))('%s', async (_name, vector) => {
    await attack('x@nadie.example', 'ventas@example.com', attacker, vector);
  });
});

/** The same mails from the client itself do join: the vectors above are real ones. */
const HONEST = [
  'its ID in the subject',
  'its ID without brackets, in lower case, behind prefixes',
  'its ID in an encoded word',
  'the Message-ID of its receipt',
  'its signed root ID',
  'the Message-ID of the client’s first mail',
  'everything at once',
];

describe('the client itself gets in by', () => {
  it.each(HONEST)('%s', async (name) => {
    const { store, ticket } = await scene('ana@empresa.com', 'soporte@example.com');
    const decision = await deliver(store, 'ana@empresa.com', 'soporte@example.com', VECTORS[name]?.(ticket) ?? '');
    expect([decision.verdict, decision.ticket]).toEqual(['append-message', ticket.id]);
    await store.close();
  });
});
