/** The SMTP dialogue and its limits, over real sockets. */
import { expect, it, onTestFinished } from 'vitest';
import { testGateway } from '../support/gateway.ts';
import { SmtpClient, submit } from '../support/smtp-client.ts';

const ACCOUNTS = [{ number: 'C-1', name: 'Empresa', contacts: ['ana@empresa.com', 'luis@empresa.com'] }];

function mail(subject: string, from = 'ana@empresa.com', body = 'Hola'): Buffer {
  return Buffer.from(
    `From: ${from}\r\nTo: soporte@hosting.example\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@x>\r\n\r\n${body}\r\n`,
  );
}

async function client(port: number, address?: string): Promise<SmtpClient> {
  const opened = await SmtpClient.open(port, address);
  onTestFinished(() => opened.drop());
  await opened.command('EHLO client.example');
  return opened;
}

const TO = ['soporte@hosting.example'];

it.each([
  ['nadie@hosting.example', 550, '5.1.1 Ese buzon no existe aqui'],
  ['ana@gmail.example', 550, '5.7.1 Este servidor no recibe correo para ese dominio'],
  ['soporte@hosting.example', 250, ''],
  ['SOPORTE@Hosting.Example', 250, ''],
  ['soporte+urgente@hosting.example', 250, ''],
  ['postmaster@hosting.example', 250, ''],
  ['abuse@hosting.example', 250, ''],
  ['postmaster', 250, ''],
])('RCPT TO:<%s> is answered with %i %s', async (recipient, code, text) => {
  const gateway = await testGateway();
  const smtp = await client(gateway.port);
  await smtp.command('MAIL FROM:<x@nadie.example>');
  const reply = await smtp.command(`RCPT TO:<${recipient}>`);
  expect(reply.code).toBe(code);
  expect(reply.text).toContain(text);
});

it('never offers STARTTLS, AUTH, VRFY or the toys of the library without being told to', async () => {
  const gateway = await testGateway();
  const smtp = await SmtpClient.open(gateway.port);
  onTestFinished(() => smtp.drop());
  const { lines } = await smtp.command('EHLO client.example');
  expect(lines.join('\n')).not.toMatch(/STARTTLS|AUTH|VRFY|XCLIENT/);
  for (const command of ['STARTTLS', 'VRFY ana', 'WIZ', 'SHELL', 'KILL', 'XCLIENT ADDR=127.0.0.9']) {
    const { code } = await smtp.command(command);
    expect(code, command).toBeGreaterThanOrEqual(500);
  }
});

it('takes the null sender', async () => {
  const gateway = await testGateway();
  const smtp = await client(gateway.port);
  expect((await smtp.command('MAIL FROM:<>')).code).toBe(250);
});

it('refuses a mail that says it is too large before it is sent, and one that grows too large while it is sent', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS, config: { limits: { mailBytes: 20_000 } } });
  const smtp = await client(gateway.port);
  const declared = await smtp.command('MAIL FROM:<ana@empresa.com> SIZE=20001');
  expect(`${declared.code} ${declared.text}`).toContain('552 5.3.4');
  const sent = await smtp.send({
    from: 'ana@empresa.com',
    to: TO,
    bytes: mail('grande', 'ana@empresa.com', 'x'.repeat(25_000)),
  });
  expect(`${sent.code} ${sent.text}`).toContain('552 5.3.4');
  const [record] = await gateway.store.listMails({ limit: 1 });
  expect(record).toMatchObject({
    verdict: 'refuse',
    reason: 'too-large',
    sender: 'ana@empresa.com',
    subject: 'grande',
  });
  // The connection lives on.
  expect((await smtp.send({ from: 'ana@empresa.com', to: TO, bytes: mail('pequeno') })).code).toBe(250);
});

it('hangs up on a client that sends more than twice the limit', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS, config: { limits: { mailBytes: 20_000 } } });
  const smtp = await client(gateway.port);
  const reply = await smtp.send({
    from: 'ana@empresa.com',
    to: TO,
    bytes: mail('enorme', 'ana@empresa.com', 'x'.repeat(3_000_000)),
  });
  expect([0, 552]).toContain(reply.code);
  // A client that is only refused could go on, and would never hear the end of the connection.
  expect((await smtp.reply()).code).toBe(0);
  expect(await gateway.store.listTickets({ limit: 1 })).toEqual([]);
});

it.each([
  ['a bare LF', 'Hola\nque tal'],
  ['a bare CR', 'Hola\rque tal'],
  ['an end of data that only a bare LF makes', 'Hola\r\n\n.\r\nMAIL FROM:<x@y>'],
  ['a bare LF before the dot', 'Hola\n.\r\nMAIL FROM:<x@y>'],
])('refuses a mail with %s instead of guessing where lines end', async (_, body) => {
  const gateway = await testGateway({ accounts: ACCOUNTS });
  const smtp = await client(gateway.port);
  const reply = await smtp.send({ from: 'ana@empresa.com', to: TO, bytes: mail('smuggle', 'ana@empresa.com', body) });
  expect(`${reply.code} ${reply.text}`).toContain('550 5.5.2');
  const mails = await gateway.store.listMails({ limit: 10 });
  expect(mails.map(({ reason }) => reason)).toEqual(['bare-line-break']);
});

it('takes no more recipients than the limit', async () => {
  const gateway = await testGateway({ config: { limits: { recipients: 2 } } });
  const smtp = await client(gateway.port);
  await smtp.command('MAIL FROM:<x@nadie.example>');
  const codes: number[] = [];
  for (const tag of ['a', 'b', 'c']) codes.push((await smtp.command(`RCPT TO:<soporte+${tag}@hosting.example>`)).code);
  expect(codes).toEqual([250, 250, 452]);
});

it('ends a connection with too many errors', async () => {
  const gateway = await testGateway({ config: { limits: { errorsPerConnection: 3 } } });
  const smtp = await client(gateway.port);
  await smtp.command('MAIL FROM:<x@nadie.example>');
  const codes: number[] = [];
  for (let n = 0; n < 6; n += 1) codes.push((await smtp.command(`RCPT TO:<nadie${n}@hosting.example>`)).code);
  expect(codes.slice(0, 4)).toEqual([550, 550, 550, 421]);
  expect(codes.at(-1)).toBe(0);
});

it('caps the connections of one address and leaves others alone', async () => {
  const gateway = await testGateway({ config: { limits: { connectionsPerAddress: 2 } } });
  const greetings: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    const smtp = await SmtpClient.open(gateway.port, '127.0.0.7', false);
    onTestFinished(() => smtp.drop());
    greetings.push((await smtp.reply()).code);
  }
  expect(greetings).toEqual([220, 220, 421]);
  const other = await SmtpClient.open(gateway.port, '127.0.0.8', false);
  onTestFinished(() => other.drop());
  expect((await other.reply()).code).toBe(220);
});

it('asks a verified sender over its rate to come again, and counts each sender alone', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS, config: { limits: { mailsPerSenderPerHour: 2 } } });
  const smtp = await client(gateway.port);
  const replies: string[] = [];
  for (const subject of ['a', 'b', 'c']) {
    const { code, text } = await smtp.send({ from: 'ana@empresa.com', to: TO, bytes: mail(subject) });
    replies.push(`${code} ${text.slice(0, 5)}`);
  }
  expect(replies).toEqual(['250 2.0.0', '250 2.0.0', '452 4.4.5']);
  const other = await smtp.send({ from: 'luis@empresa.com', to: TO, bytes: mail('d', 'luis@empresa.com') });
  expect(other.code).toBe(250);
});

it('counts unverified mails by the network they come from: a forger uses up nobody else’s share', async () => {
  const gateway = await testGateway({
    accounts: ACCOUNTS,
    config: { authentication: 'monitor', limits: { unverifiedMailsPerAddressPerHour: 1, mailsPerSenderPerHour: 1 } },
    zone: { 'empresa.com TXT': 'v=spf1 ip4:127.0.0.5 -all' },
  });
  const forged = async (subject: string) =>
    (await submit(gateway.port, { from: 'ana@empresa.com', to: TO, bytes: mail(subject) }, '127.0.0.66')).code;
  expect(await forged('a')).toBe(250);
  expect(await forged('b')).toBe(452);
  const real = await submit(gateway.port, { from: 'ana@empresa.com', to: TO, bytes: mail('c') }, '127.0.0.5');
  expect(real.code).toBe(250);
});

it('sends a client away that tries one sender after the other', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS, config: { limits: { refusedSendersPerAddressPerHour: 2 } } });
  const attempt = async (name: string, address: string) =>
    (await submit(gateway.port, { from: 'x@y.example', to: TO, bytes: mail(name, `${name}@empresa.com`) }, address))
      .code;
  expect([
    await attempt('a', '127.0.0.66'),
    await attempt('b', '127.0.0.66'),
    await attempt('c', '127.0.0.66'),
  ]).toEqual([550, 550, 550]);
  expect(await attempt('luis', '127.0.0.66')).toBe(421);
  expect(await attempt('luis', '127.0.0.67')).toBe(250);
});

it('stores nothing of a mail whose client disappears in the middle', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS });
  const smtp = await client(gateway.port);
  await smtp.command('MAIL FROM:<ana@empresa.com>');
  await smtp.command('RCPT TO:<soporte@hosting.example>');
  await smtp.command('DATA');
  smtp.write(mail('a medias'));
  smtp.drop();
  expect((await submit(gateway.port, { from: 'ana@empresa.com', to: TO, bytes: mail('entera') })).code).toBe(250);
  const mails = await gateway.store.listMails({ limit: 10 });
  expect(mails.map(({ subject }) => subject)).toEqual(['entera']);
});

it('takes any bytes: a ticket or a refusal with a listed reason, and the next mail is served', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS });
  const smtp = await client(gateway.port);
  const hostile = [
    Buffer.from('\r\n'),
    Buffer.from('no es un correo\r\n'),
    Buffer.from(Array.from({ length: 2000 }, (_, n) => (n * 31) % 256).filter((byte) => byte !== 10 && byte !== 13)),
    mail('nul', 'ana@empresa.com', 'a\u0000b'),
    Buffer.from(
      `From: ana@empresa.com\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n${'--x\r\n\r\n'.repeat(3000)}`,
    ),
    Buffer.from(`From: ana@empresa.com\r\n${'X-A: b\r\n'.repeat(50_000)}\r\nhola\r\n`),
  ];
  for (const bytes of hostile) {
    const { code } = await smtp.send({ from: 'ana@empresa.com', to: TO, bytes });
    expect([250, 550]).toContain(code);
  }
  expect((await smtp.send({ from: 'ana@empresa.com', to: TO, bytes: mail('bueno') })).code).toBe(250);
  expect(await gateway.store.listMails({ limit: 100 })).toHaveLength(hostile.length + 1);
});

it('answers in Unicode where SMTPUTF8 is in force and in ASCII elsewhere', async () => {
  const gateway = await testGateway();
  const smtp = await client(gateway.port);
  await smtp.command('MAIL FROM:<x@nadie.example>');
  const plain = await smtp.command('RCPT TO:<nadie@hosting.example>');
  expect(plain.text).toMatch(/^[\x20-\x7e]+$/);
  await smtp.command('RSET');
  await smtp.command('MAIL FROM:<x@nadie.example> SMTPUTF8');
  const unicode = await smtp.command('RCPT TO:<nadie@hosting.example>');
  expect(unicode.text).toContain('buzón');
});
