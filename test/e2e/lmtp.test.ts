/** The LMTP door: a reply for each recipient, over a Unix socket and over TCP. */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type TestGateway, testGateway, type World } from '../support/gateway.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ACCOUNTS = [
  {
    number: 'C-1',
    name: 'Empresa',
    contacts: [{ address: 'ana@empresa.com', departments: ['soporte', 'facturacion'] }],
  },
];
const department = (key: string, more: object = {}) => ({
  key,
  names: { es: key, en: key },
  mailboxes: [`${key}@hosting.example`],
  ...more,
});
const DEPARTMENTS = [
  department('soporte', { helpUrl: 'https://hosting.example/ayuda' }),
  department('facturacion', { language: 'en' }),
  department('ventas', { accepts: 'anyone' }),
  department('respuestas', { accepts: 'replies' }),
  department('revision', { unregistered: 'hold' }),
  department('cerrado', { accepts: 'none' }),
];
const at = (...keys: string[]) => keys.map((key) => `${key}@hosting.example`);

let serial = 0;
function mail(to: readonly string[], from = 'ana@empresa.com') {
  serial += 1;
  const head = `From: ${from}\r\nTo: ${to.join(', ')}\r\nSubject: Asunto ${serial}\r\nMessage-ID: <${serial}@x>\r\n`;
  return { from, to, bytes: Buffer.from(`${head}\r\nHola\r\n`) };
}

async function onSocket(config: World['config'] = {}, world: World = {}) {
  const gateway = await testGateway({
    accounts: ACCOUNTS,
    ...world,
    config: { departments: DEPARTMENTS, lmtp: { socket: './lmtp.sock' }, ...config },
  });
  return { gateway, client: await open(gateway) };
}

async function open({ folder }: TestGateway): Promise<SmtpClient> {
  const client = await SmtpClient.onSocket(join(folder, 'lmtp.sock'));
  onTestFinished(() => client.drop());
  expect((await client.command('LHLO relay.example')).code).toBe(250);
  return client;
}

const codes = (replies: readonly { code: number; text: string }[]) =>
  replies.map(({ code, text }) => `${code} ${text.split(' ')[0]}`);

const TAKEN = '250 2.0.0';
it.each([
  [
    'a client to two departments: one ticket, both say yes',
    at('soporte', 'facturacion'),
    'ana@empresa.com',
    [TAKEN, TAKEN],
    1,
  ],
  [
    'a mailbox that does not exist beside one that does',
    at('nadie', 'soporte'),
    'ana@empresa.com',
    ['550 5.1.1', TAKEN],
    1,
  ],
  [
    'a department that takes no mail beside one that does',
    at('cerrado', 'soporte'),
    'ana@empresa.com',
    ['550 5.2.1', TAKEN],
    1,
  ],
  ['replies only beside one that takes it', at('respuestas', 'soporte'), 'ana@empresa.com', ['550 5.7.1', TAKEN], 1],
  [
    'a stranger: refused by one department, taken by another',
    at('soporte', 'ventas'),
    'eva@nadie.example',
    ['550 5.7.1', TAKEN],
    1,
  ],
  [
    'a stranger: taken by one department, refused by another',
    at('ventas', 'soporte'),
    'eva@nadie.example',
    [TAKEN, '550 5.7.1'],
    1,
  ],
  [
    'a stranger: refused by one, kept for review by another',
    at('soporte', 'revision'),
    'eva@nadie.example',
    ['550 5.7.1', TAKEN],
    0,
  ],
  ['a stranger: refused by both', at('soporte', 'facturacion'), 'eva@nadie.example', ['550 5.7.1', '550 5.7.1'], 0],
  ['a loop: no department is asked', at('soporte', 'ventas'), 'ventas@hosting.example', ['554 5.4.6', '554 5.4.6'], 0],
  [
    'the same mailbox twice: a reply for each',
    [...at('soporte'), 'SOPORTE@hosting.example'],
    'ana@empresa.com',
    [TAKEN, TAKEN],
    1,
  ],
  [
    'a mailbox with a tag',
    ['soporte+web@hosting.example', ...at('ventas')],
    'eva@nadie.example',
    ['550 5.7.1', TAKEN],
    1,
  ],
] as const)('%s', async (_, to, from, expected, tickets) => {
  const { gateway, client } = await onSocket();
  expect(codes(await client.sendLmtp(mail(to, from)))).toEqual(expected);
  expect(await gateway.store.listTickets({ limit: 5 })).toHaveLength(tickets);
  // Nothing is left over from one mail to the next.
  expect(codes(await client.sendLmtp(mail(at('soporte'))))).toEqual([TAKEN]);
});

it('each department refuses in its own language and with its own help', async () => {
  const { client } = await onSocket();
  const [soporte, facturacion] = await client.sendLmtp(mail(at('soporte', 'facturacion'), 'eva@nadie.example'));
  expect(soporte?.text).toMatch(/Tu direccion no puede escribir .*https:\/\/hosting\.example\/ayuda/);
  expect(facturacion?.text).toMatch(/Your address may not write to this mailbox/);
});

it('a reply to a ticket is taken for every mailbox that it names', async () => {
  const { gateway, client } = await onSocket();
  await client.sendLmtp(mail(at('soporte')));
  const [ticket] = await gateway.store.listTickets({ limit: 1 });
  const reply = mail(at('soporte', 'respuestas'));
  const bytes = Buffer.from(reply.bytes.toString().replace('Subject: ', `Subject: Re: [${ticket?.id}] `));
  expect(codes(await client.sendLmtp({ ...reply, bytes }))).toEqual([TAKEN, TAKEN]);
  expect(await gateway.store.listTickets({ limit: 5 })).toHaveLength(1);
});

it('goes on after many refusals on one connection: a mail server hands over everybody’s mail', async () => {
  const { client } = await onSocket({ limits: { errorsPerConnection: 3 } });
  for (let count = 0; count < 8; count += 1) {
    expect(codes(await client.sendLmtp(mail(at('soporte'), `x${count}@nadie.example`)))).toEqual(['550 5.7.1']);
  }
  expect(codes(await client.sendLmtp(mail(at('soporte'))))).toEqual([TAKEN]);
});

it('speaks no SMTP there, and no LMTP at the SMTP door', async () => {
  const { gateway, client } = await onSocket();
  expect((await client.command('EHLO relay.example')).code).toBe(500);
  const smtp = await SmtpClient.open(gateway.port);
  onTestFinished(() => smtp.drop());
  expect((await smtp.command('LHLO relay.example')).code).toBe(500);
});

it('listens on a port too', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS, config: { departments: DEPARTMENTS, lmtp: { port: 0 } } });
  const client = await SmtpClient.open(gateway.lmtpPort ?? 0);
  onTestFinished(() => client.drop());
  await client.command('LHLO relay.example');
  expect(codes(await client.sendLmtp(mail(at('soporte', 'nadie'))))).toEqual([TAKEN, '550 5.1.1']);
});

it('the socket file has its rights, goes with the gateway, and one that was left behind is replaced', async () => {
  const folder = tempFolder();
  const config = { departments: DEPARTMENTS, lmtp: { socket: './lmtp.sock', socketMode: '0666' } };
  const path = join(folder, 'lmtp.sock');
  const first = await testGateway({ config }, folder);
  expect(statSync(path).mode & 0o777).toBe(0o666);
  await first.stop();
  expect(existsSync(path)).toBe(false);
  writeFileSync(path, 'not a socket');
  await expect(testGateway({ config }, folder)).rejects.toThrow(/is in the way/);
});

const ZONE = { 'empresa.com TXT': 'v=spf1 ip4:192.0.2.5 -all', '_dmarc.empresa.com TXT': 'v=DMARC1; p=reject' };

it('nothing proves a sender that the mail server says nothing about', async () => {
  const { client } = await onSocket({ authentication: 'dmarc' }, { zone: ZONE });
  expect((await client.command('LHLO relay.example')).lines.join()).not.toContain('XFORWARD');
  expect(codes(await client.sendLmtp(mail(at('soporte'))))).toEqual(['550 5.7.1']);
});

it('believes XFORWARD where the mail server is said to send it, for the one mail', async () => {
  const { gateway, client } = await onSocket(
    { authentication: 'dmarc', localRelay: { tells: 'xforward' } },
    { zone: ZONE },
  );
  const forward = (text: string) => client.command(`XFORWARD ${text}`);
  expect((await forward('NAME=mail.empresa.com ADDR=192.0.2.5 PORT=40000')).code).toBe(250);
  expect((await forward('PROTO=ESMTP HELO=mail.empresa.com SOURCE=REMOTE')).code).toBe(250);
  expect(codes(await client.sendLmtp(mail(at('soporte'))))).toEqual([TAKEN]);
  const [last] = await gateway.store.listMails({ limit: 1 });
  expect(await gateway.store.findMail(last?.reference ?? '')).toMatchObject({
    ip: '192.0.2.5',
    helo: 'mail.empresa.com',
  });

  // Made on the mail server itself: not from the client of the mail before.
  await forward('NAME=localhost ADDR=[UNAVAILABLE] PORT=[UNAVAILABLE]');
  await forward('PROTO=[UNAVAILABLE] HELO=[UNAVAILABLE] SOURCE=LOCAL');
  expect(codes(await client.sendLmtp(mail(at('soporte'))))).toEqual(['550 5.7.1']);
  // And a mail about which nothing is said.
  await forward('ADDR=192.0.2.5');
  expect(codes(await client.sendLmtp(mail(at('soporte'))))).toEqual([TAKEN]);
  expect(codes(await client.sendLmtp(mail(at('soporte'))))).toEqual(['550 5.7.1']);
});

it('believes the results that the mail server writes where it is said to', async () => {
  const { client } = await onSocket(
    { authentication: 'dmarc', localRelay: { tells: 'authentication-results', authservId: 'mx.hosting.example' } },
    { zone: ZONE },
  );
  const checked = (result: string) => {
    const { bytes, ...rest } = mail(at('soporte'));
    const field = `Authentication-Results: mx.hosting.example; dmarc=${result} (p=reject) header.from=empresa.com\r\nReceived: from x\r\n`;
    return { ...rest, bytes: Buffer.concat([Buffer.from(field), bytes]) };
  };
  expect(codes(await client.sendLmtp(checked('pass')))).toEqual([TAKEN]);
  expect(codes(await client.sendLmtp(checked('fail')))).toEqual(['550 5.7.1']);
  expect(codes(await client.sendLmtp(mail(at('soporte'))))).toEqual(['550 5.7.1']);
});

it('believes XFORWARD of a trusted relay at the SMTP door, and of nobody else', async () => {
  const gateway = await testGateway({
    accounts: ACCOUNTS,
    zone: ZONE,
    config: {
      departments: DEPARTMENTS,
      authentication: 'dmarc',
      trustedRelays: [{ address: '127.0.0.43', tells: 'xforward' }],
    },
  });
  for (const [address, code] of [
    ['127.0.0.43', 250],
    ['127.0.0.66', 550],
  ] as const) {
    const client = await SmtpClient.open(gateway.port, address);
    onTestFinished(() => client.drop());
    await client.command('EHLO relay.example');
    expect((await client.command('XFORWARD ADDR=192.0.2.5 HELO=mail.empresa.com')).code).toBe(code);
    expect((await client.send(mail(at('soporte')))).code).toBe(code);
  }
});
