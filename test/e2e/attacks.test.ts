/** Attacks that once worked, over real sockets. Single senders and verdicts are cases in fixtures/intake. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { expect, it, onTestFinished } from 'vitest';
import { ed25519Key, signed } from '../auth/signing.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { startSink } from '../support/sink.ts';
import { SmtpClient, submit } from '../support/smtp-client.ts';

const key = ed25519Key();
const TO = ['soporte@hosting.example'];
const ACCOUNTS = [
  {
    number: 'C-1',
    name: 'Empresa',
    contacts: [
      { address: 'ana@empresa.com', name: 'Ana Registrada' },
      { address: 'conta@empresa.com', departments: ['facturacion'] },
    ],
  },
  { number: 'C-2', name: 'Floja', contacts: [{ address: 'eva@floja.example', name: 'Eva Registrada' }] },
];
const ZONE = {
  'empresa.com TXT': 'v=spf1 ip4:127.0.0.7 ip4:127.0.0.5 -all',
  's1._domainkey.empresa.com TXT': key.record,
  '_dmarc.empresa.com TXT': 'v=DMARC1; p=reject',
  'hosting.example TXT': 'v=spf1 ip4:127.0.0.7 -all',
};
const DEPARTMENTS = [
  {
    key: 'soporte',
    names: { es: 'Soporte', en: 'Support' },
    mailboxes: ['soporte@hosting.example'],
    staff: [{ name: 'Jefa', address: 'jefa@hosting.example' }],
  },
  { key: 'facturacion', names: { es: 'Facturación', en: 'Billing' }, mailboxes: ['facturacion@hosting.example'] },
  { key: 'ventas', names: { es: 'Ventas', en: 'Sales' }, mailboxes: ['ventas@hosting.example'], accepts: 'anyone' },
];

function world(config: Record<string, unknown> = {}) {
  return { accounts: ACCOUNTS, zone: ZONE, config: { authentication: 'dmarc', departments: DEPARTMENTS, ...config } };
}

function mail(from: string, subject = 'Hola', extra = '', body = 'Hola'): string {
  return `${extra}From: ${from}\r\nTo: soporte@hosting.example\r\nSubject: ${subject}\r\nDate: Thu, 15 Jan 2026 10:00:00 +0000\r\n\r\n${body}\r\n`;
}

const send = (gateway: TestGateway, from: string, text: string, ip: string, to: readonly string[] = TO) =>
  submit(gateway.port, { from, to, bytes: Buffer.from(text, 'latin1') }, ip);

it.each([
  ['names no client', null],
  ['says that it does not know the client', 'XCLIENT ADDR=[UNAVAILABLE]'],
])('a relay that %s proves nobody, and is no staff network', async (_, command) => {
  const gateway = await testGateway(
    world({ trustedRelays: [{ address: '127.0.0.7', tells: 'xclient' }], staffNetworks: ['127.0.0.0/8'] }),
  );
  for (const from of ['ana@empresa.com', 'jefa@hosting.example']) {
    const client = await SmtpClient.open(gateway.port, '127.0.0.7');
    await client.command('EHLO relay.example');
    if (command !== null) {
      await client.command(command);
      await client.command('EHLO relay.example');
    }
    const reply = await client.send({ from, to: TO, bytes: Buffer.from(mail(from)) });
    await client.quit();
    expect(reply.code, from).toBe(550);
  }
});

it.each([
  [
    'cannot be read',
    'Authentication-Results: mx.hosting.example; spf=fail smtp.mailfrom=a(b@evil.example; dmarc=fail (p=reject) header.from=empresa.com\r\n',
  ],
  [
    'is too long',
    `Authentication-Results: mx.hosting.example;${` dkim=fail header.d=${'x'.repeat(300)}.example;`.repeat(60)} dmarc=fail (p=reject) header.from=empresa.com\r\n`,
  ],
  ['has no DMARC result', 'Authentication-Results: mx.hosting.example; spf=fail smtp.mailfrom=evil.example\r\n'],
  ['is missing', ''],
])('a relay’s report that %s does not let a forger past the domain’s own policy', async (_, report) => {
  const gateway = await testGateway(
    world({
      trustedRelays: [{ address: '127.0.0.40', tells: 'authentication-results', authservId: 'mx.hosting.example' }],
    }),
  );
  const reply = await send(
    gateway,
    'x@evil.example',
    mail(
      'ana@empresa.com',
      'Hola',
      `${report}Received: from x by mx.hosting.example; Thu, 15 Jan 2026 10:00:00 +0000\r\n`,
    ),
    '127.0.0.40',
  );
  expect(`${reply.code} ${reply.text}`).toContain('550 5.7.1');
});

it('a relay is the same however its address is written', async () => {
  const gateway = await testGateway(
    world({
      trustedRelays: [
        { address: '::FFFF:127.0.0.40', tells: 'authentication-results', authservId: 'mx.hosting.example' },
      ],
    }),
  );
  const report =
    'Authentication-Results: mx.hosting.example; dmarc=pass header.from=empresa.com\r\nReceived: from x by mx.hosting.example; Thu, 15 Jan 2026 10:00:00 +0000\r\n';
  expect((await send(gateway, 'ana@empresa.com', mail('ana@empresa.com', 'Hola', report), '127.0.0.40')).code).toBe(
    250,
  );
});

it.each([
  'Subject: otra cosa\r\n',
  'Message-ID: <otro@evil.example>\r\n',
  'In-Reply-To: <otro@evil.example>\r\nIn-Reply-To: <b@x>\r\n',
])('a signed mail that somebody sends again with %j on top proves nothing', async (added) => {
  const gateway = await testGateway(world());
  const original = await signed(mail('ana@empresa.com', 'Hola', 'Message-ID: <1@empresa.com>\r\n'), 'empresa.com', key);
  expect((await send(gateway, 'x@evil.example', original, '127.0.0.66')).code).toBe(250);
  expect((await send(gateway, 'x@evil.example', `${added}${original}`, '127.0.0.66')).code).toBe(550);
});

it('nothing that a forger writes stands in the mails that the client gets from us', async () => {
  const sink = await startSink();
  onTestFinished(() => sink.close());
  const gateway = await testGateway(
    world({ outbound: { transport: { type: 'smtp', host: '127.0.0.1', port: sink.port } } }),
  );
  const forged = mail(
    '=?utf-8?q?paga_en_evil=2Eexample?= <eva@floja.example>',
    'URGENTE: paga en https://evil.example',
    '',
    'paga',
  );
  expect((await send(gateway, 'x@evil.example', forged, '127.0.0.66')).code).toBe(250);
  const [receipt] = await sink.received(1);
  const raw = receipt?.bytes.toString('latin1') ?? '';
  const { subject, text } = await simpleParser(receipt?.bytes ?? '');
  expect(raw).not.toContain('evil.example');
  expect(`${subject}${text}`).not.toMatch(/paga|URGENTE/);
  expect(text).toContain('Hola, Eva Registrada:');
  expect(text).toContain('No hemos podido comprobar');
});

it('replies without proof are held once the client has been told of so many: none gets in unseen', async () => {
  const gateway = await testGateway(world({ receiptsPerHour: 2 }));
  await send(gateway, 'eva@floja.example', mail('eva@floja.example', 'Uno', 'Message-ID: <0@x>\r\n'), '127.0.0.66');
  const [ticket] = await gateway.store.listTickets({ limit: 1 });
  for (const n of [1, 2, 3]) {
    await send(
      gateway,
      'eva@floja.example',
      mail('eva@floja.example', `Re: [${ticket?.id}]`, `Message-ID: <${n}@x>\r\n`, `forjado ${n}`),
      '127.0.0.66',
    );
  }
  const found = await gateway.store.findTicket(ticket?.id ?? '');
  expect(found?.messages).toBe(2);
  const toClient = found?.mails.filter(({ recipient }) => recipient === 'eva@floja.example');
  expect(toClient?.map(({ kind }) => kind)).toEqual(['receipt', 'reply-notice']);
  const held = await gateway.store.listMails({ limit: 10, verdict: 'hold' });
  expect(held).toHaveLength(2);
});

it('two different mails without a Message-ID are two mails', async () => {
  const gateway = await testGateway(world());
  const monday = mail('ana@empresa.com', 'La web no carga');
  expect((await send(gateway, 'ana@empresa.com', monday, '127.0.0.5')).code).toBe(250);
  expect((await send(gateway, 'ana@empresa.com', monday, '127.0.0.5')).code).toBe(250);
  expect(await gateway.store.listTickets({ limit: 10 })).toHaveLength(1);
  expect((await send(gateway, 'ana@empresa.com', monday.replace('15 Jan', '16 Jan'), '127.0.0.5')).code).toBe(250);
  expect(await gateway.store.listTickets({ limit: 10 })).toHaveLength(2);
});

it('a receipt lists no tickets of departments that its reader may not write to', async () => {
  const gateway = await testGateway(world());
  await send(gateway, 'ana@empresa.com', mail('ana@empresa.com', 'Despido'), '127.0.0.5');
  const mine = mail('conta@empresa.com', 'RE: Despido').replace('soporte@', 'facturacion@');
  expect((await send(gateway, 'conta@empresa.com', mine, '127.0.0.5', ['facturacion@hosting.example'])).code).toBe(250);
  const [row] = await gateway.store.listOutbox({ limit: 1 });
  const receipt = await gateway.store.findOutgoing(row?.id ?? 0);
  expect(receipt?.mail.data).toMatchObject({ kind: 'receipt', otherTickets: [] });
});

it('staff are believed from a staff network, whatever the domain’s policy says', async () => {
  for (const authentication of ['dmarc', 'strict']) {
    const gateway = await testGateway(world({ authentication, staffNetworks: ['127.0.0.77'] }));
    const reply = await send(gateway, 'jefa@hosting.example', mail('jefa@hosting.example'), '127.0.0.77');
    expect(reply.code).toBe(250);
    expect((await send(gateway, 'jefa@hosting.example', mail('jefa@hosting.example'), '127.0.0.66')).code).toBe(550);
  }
});

it('postmaster of our own domain is no client, not even where anyone may write', async () => {
  const gateway = await testGateway(world({ authentication: 'off' }));
  const reply = await send(gateway, 'x@y.example', mail('postmaster@hosting.example'), '127.0.0.66', [
    'ventas@hosting.example',
  ]);
  expect(`${reply.code} ${reply.text}`).toContain('554 5.4.6');
});

it('what is refused or comes too often leaves no files behind', async () => {
  const gateway = await testGateway(
    world({ authentication: 'monitor', limits: { unverifiedMailsPerAddressPerHour: 1 } }),
  );
  const file = Buffer.alloc(150_000, 'fichero ').toString('base64');
  const bomb = (n: number) =>
    `From: x@nadie.example\r\nMessage-ID: <${n}@x>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHola\r\n--b\r\nContent-Type: application/zip\r\nContent-Disposition: attachment; filename=a${n}.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n${n}AAA${file}\r\n--b--\r\n`;
  const codes: number[] = [];
  for (const n of [1, 2, 3]) codes.push((await send(gateway, 'x@nadie.example', bomb(n), '127.0.0.66')).code);
  expect(codes).toEqual([550, 452, 452]);
  const blobs = join(gateway.config.dataFolder, 'blobs');
  const files = readdirSync(blobs, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(blobs, name)).isFile(),
  );
  // The raw bytes of the refused mail, for the admin; nothing of the others.
  expect(files).toHaveLength(1);
});

it.each([
  [
    'many HTML parts',
    Array.from({ length: 400 }, () => `--b\r\nContent-Type: text/html\r\n\r\n${'<p>a '.repeat(3000)}\r\n`).join(''),
  ],
  [
    'HTML that makes three times its text',
    `--b\r\nContent-Type: text/html\r\n\r\n${'<blockquote>a</blockquote>\r\n'.repeat(180_000)}\r\n`,
  ],
  [
    'many large texts',
    Array.from(
      { length: 10 },
      () => `--b\r\nContent-Type: text/plain\r\n\r\n${'a b c d e f g\r\n'.repeat(100_000)}\r\n`,
    ).join(''),
  ],
])('a stranger’s mail of %s costs no more than seconds', async (_, parts) => {
  const gateway = await testGateway(world());
  const bytes = `From: x@nadie.example\r\nMessage-ID: <1@x>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${parts}--b--\r\n`;
  // Of the processor, in all threads: what else this machine does meanwhile is no fault of the mail.
  const before = process.cpuUsage();
  const reply = await send(gateway, 'x@nadie.example', bytes, '127.0.0.66');
  expect(reply.code).toBe(550);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(4000);
  const [record] = await gateway.store.listMails({ limit: 1 });
  expect((await gateway.store.findMail(record?.reference ?? ''))?.explanation.defects.join()).toMatch(
    /text-cut|html-too-large/,
  );
});
