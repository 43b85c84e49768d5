/**
 * Whole mails through real sockets: each folder of fixtures/intake is one case. `world.json` says what is different
 * from the common world beside the folders and what was sent before, `envelope.json` who connects and says what,
 * `decision.json` what must come of it; keys that it does not name are not looked at. `{{ticket}}` is the ID of the
 * first ticket, `{{messageId}}` the Message-ID of the newest mail in the outbox (`{{MESSAGE-ID}}`: in capitals), `{{key}}`
 * the test's DKIM key.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ed25519Key, signed } from '../auth/signing.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { SmtpClient, type SmtpReply } from '../support/smtp-client.ts';

const root = fileURLToPath(new URL('../../fixtures/intake/', import.meta.url));
const cases = readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
const key = ed25519Key();

interface Sent {
  readonly from: string;
  readonly to: readonly string[];
  /** Address from which the test connects. */
  readonly ip: string;
  /** Domain that signs the mail. */
  readonly sign?: string;
  /** Address that the client names with XCLIENT. */
  readonly xclient?: string;
}

interface CaseWorld {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly accounts?: readonly unknown[];
  readonly zone?: Record<string, string>;
  readonly blocked?: readonly string[];
  readonly before?: readonly (Sent & { readonly mail: string })[];
}

interface Expected {
  readonly reply: string;
  readonly replyContains?: readonly string[];
  readonly verdict: string;
  readonly reason: string;
  readonly department?: string | null;
  readonly account?: string | null;
  readonly contact?: string | null;
  readonly service?: string | null;
  readonly threadBy?: string;
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly verified?: boolean;
  readonly wouldRefuse?: string;
  readonly because?: readonly string[];
  readonly tickets?: number;
  readonly messages?: number;
  readonly status?: string;
  readonly outbox?: readonly string[];
  /** What is noted on the mails of the outbox, oldest first: action and status, `-` for nothing. */
  readonly bounces?: readonly string[];
  /** Contacts that are marked, of all accounts. */
  readonly undeliverable?: readonly string[];
  /** The system notes of the ticket, oldest first. */
  readonly notes?: readonly string[];
}

function read<T>(...path: readonly string[]): T {
  return JSON.parse(readFileSync(join(root, ...path), 'utf8').replaceAll('{{key}}', key.record));
}

const common = read<Required<Pick<CaseWorld, 'config' | 'accounts' | 'zone'>>>('world.json');

async function deliver(gateway: TestGateway, sent: Sent, message: Buffer): Promise<SmtpReply> {
  const ticket = (await gateway.store.listTickets({ limit: 100 })).at(-1)?.id ?? '';
  const [newest] = await gateway.store.listOutbox({ limit: 1 });
  const outgoing = newest === undefined ? null : await gateway.store.findOutgoing(newest.id);
  const messageId = outgoing?.mail.messageId ?? '';
  const text = message
    .toString('latin1')
    .replaceAll('{{ticket}}', ticket)
    .replaceAll('{{messageId}}', messageId)
    .replaceAll('{{MESSAGE-ID}}', messageId.toUpperCase());
  const bytes = Buffer.from(sent.sign === undefined ? text : await signed(text, sent.sign, key), 'latin1');
  const client = await SmtpClient.open(gateway.port, sent.ip);
  await client.command('EHLO client.example');
  if (sent.xclient !== undefined) {
    await client.command(`XCLIENT ADDR=${sent.xclient}`);
    await client.command('EHLO client.example');
  }
  const reply = await client.send({ from: sent.from, to: sent.to, bytes });
  await client.quit();
  return reply;
}

it.each(cases)('%s', async (name) => {
  const world = read<CaseWorld>(name, 'world.json');
  const envelope = read<Sent>(name, 'envelope.json');
  const expected = read<Expected>(name, 'decision.json');
  const gateway = await testGateway({
    config: { ...common.config, ...world.config },
    accounts: [...common.accounts, ...(world.accounts ?? [])],
    zone: { ...common.zone, ...world.zone },
  });
  const { store } = gateway;
  for (const address of world.blocked ?? []) await store.blockSender(address, 0);
  for (const { mail, ...sent } of world.before ?? []) {
    const { code } = await deliver(gateway, sent, readFileSync(join(root, name, mail)));
    expect(code, `before: ${mail}`).toBe(250);
  }

  const reply = await deliver(gateway, envelope, readFileSync(join(root, name, 'message.eml')));

  const line = `${reply.code} ${reply.text}`;
  expect(line.slice(0, expected.reply.length)).toBe(expected.reply);
  for (const part of expected.replyContains ?? []) expect(line).toContain(part);
  const [mail] = await store.listMails({ limit: 1 });
  const found = mail === undefined ? null : await store.findMail(mail.reference);
  if (found === null) throw new Error('the mail has no intake record');
  expect(line, 'the client is told the reference').toContain(found.reference);

  const { explanation } = found;
  const [ticket] = await store.listTickets({ limit: 1 });
  const detail = ticket === undefined ? null : await store.findTicket(found.ticket ?? ticket.id);
  const last = detail?.thread.filter(({ author }) => author !== 'system').at(-1);
  const sent = (await store.listOutbox({ limit: 100 })).reverse();
  const accounts = await Promise.all(
    (await store.listAccounts({ limit: 100 })).map(({ number }) => store.findAccount(number)),
  );
  const actual: Record<string, unknown> = {
    verdict: found.verdict,
    reason: found.reason,
    department: explanation.department,
    account: explanation.account,
    contact: explanation.contact,
    service: explanation.service,
    threadBy: explanation.thread?.by,
    wouldRefuse: found.wouldRefuse,
    verified: last?.verified,
    tickets: (await store.listTickets({ limit: 100 })).length,
    messages: detail?.messages,
    status: detail?.status,
    outbox: sent.map(({ kind, recipient }) => `${kind} to ${recipient}`),
    bounces: sent.map(({ bounce }) => (bounce === null ? '-' : `${bounce.action} ${bounce.status}`)),
    undeliverable: accounts.flatMap((account) => account?.undeliverable.map(({ address }) => address) ?? []),
    notes: detail?.thread.filter(({ author }) => author === 'system').map(({ text }) => text),
  };
  const { reply: _, replyContains: __, because = [], auth = {}, ...compared } = expected;
  expect(Object.fromEntries(Object.keys(compared).map((one) => [one, actual[one]]))).toEqual(compared);
  expect(explanation.auth ?? {}).toMatchObject(auth);
  for (const part of because) expect(explanation.because.join('\n')).toContain(part);
});
