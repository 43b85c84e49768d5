/** Clients that take their time, or talk and never send, over real sockets; the test beats the seconds. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { manualSeconds } from '../support/clock.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { tempFolder } from '../support/temp-folder.ts';

const TO = 'soporte@hosting.example';
const ACCOUNTS = [{ number: 'C-1', name: 'Empresa', contacts: ['ana@empresa.com'] }];

async function start(limits: Record<string, unknown> = {}) {
  const seconds = manualSeconds();
  const gateway = await testGateway({ accounts: ACCOUNTS, config: { limits } }, tempFolder(), {
    seconds: seconds.everySecond,
  });
  return { gateway, pass: seconds.pass };
}

async function connect(gateway: TestGateway): Promise<SmtpClient> {
  const client = await SmtpClient.open(gateway.port);
  onTestFinished(() => client.drop());
  return client;
}

async function inData(gateway: TestGateway): Promise<SmtpClient> {
  const client = await connect(gateway);
  for (const line of ['EHLO x', 'MAIL FROM:<ana@empresa.com>', `RCPT TO:<${TO}>`]) await client.command(line);
  expect((await client.command('DATA')).code).toBe(354);
  return client;
}

const ended = async (client: SmtpClient) => {
  const { code, text } = await client.reply();
  expect((await client.reply()).code, 'the connection is closed').toBe(0);
  return `${code} ${text.slice(0, 5)}`;
};

it('ends a connection that never says a word', async () => {
  const { gateway, pass } = await start();
  const client = await connect(gateway);
  pass(59);
  expect((await client.command('EHLO x')).code).toBe(250);
  const silent = await connect(gateway);
  pass(62);
  expect(await ended(silent)).toBe('421 4.4.2');
  // A command was said here: five minutes are left.
  expect((await client.command('NOOP')).code).toBe(250);
});

it('counts whole commands: single bytes hold no connection open', async () => {
  const { gateway, pass } = await start({ patience: { commandSeconds: 5 } });
  const client = await connect(gateway);
  await client.command('EHLO x');
  const other = await connect(gateway);
  for (const byte of 'NOOP..') {
    client.write(byte);
    // Its reply comes after the byte has arrived.
    await other.command('NOOP');
    pass(1);
  }
  pass(1);
  expect(await ended(client)).toBe('421 4.4.2');
});

it('gives idle clients little time while three quarters of all connections are taken', async () => {
  const { gateway, pass } = await start({ connections: 4 });
  const clients = [await connect(gateway), await connect(gateway), await connect(gateway)];
  for (const client of clients) await client.command('EHLO x');
  pass(20);
  for (const client of clients) expect((await client.command('NOOP')).code).toBe(250);
  const last = await connect(gateway);
  await last.command('EHLO x');
  pass(12);
  for (const client of [...clients, last]) expect(await ended(client)).toBe('421 4.4.2');
});

it('ends a connection after an hour, between two commands', async () => {
  const { gateway, pass } = await start();
  const client = await connect(gateway);
  await client.command('EHLO x');
  for (let minute = 0; minute < 60; minute += 4) {
    pass(240);
    expect((await client.command('NOOP')).code).toBe(250);
  }
  pass(1);
  expect(await ended(client)).toBe('421 4.4.2');
});

it('ends a mail that comes byte by byte, and keeps nothing of it', async () => {
  const { gateway, pass } = await start();
  const client = await inData(gateway);
  client.write('Subject: a\r\n\r\n');
  pass(50);
  client.write('b');
  pass(12);
  expect(await ended(client)).toBe('421 4.4.2');
  expect(await gateway.store.listMails({ limit: 10 })).toEqual([]);
  const blobs = join(gateway.folder, 'data', 'blobs');
  expect(readdirSync(blobs, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())).toEqual([]);
});

it.each([
  ['NOOP', 250],
  ['RSET', 250],
  ['EHLO again.example', 250],
])('ends a connection that only says %s', async (command, code) => {
  const { gateway } = await start({ recipients: 2, patience: { spareCommands: 3 } });
  const client = await connect(gateway);
  await client.command('EHLO x');
  for (let n = 0; n < 4; n += 1) expect((await client.command(command)).code).toBe(code);
  const { code: last, text } = await client.command(command);
  expect(`${last} ${text}`).toContain('421 4.7.0');
  expect((await client.reply()).code).toBe(0);
});

it('ends a connection that names the same recipient for ever', async () => {
  const { gateway } = await start({ recipients: 2, patience: { spareCommands: 3 } });
  const client = await connect(gateway);
  await client.command('EHLO x');
  await client.command('MAIL FROM:<x@y.example>');
  const codes: number[] = [];
  for (let n = 0; n < 4; n += 1) codes.push((await client.command(`RCPT TO:<${TO}>`)).code);
  expect(codes).toEqual([250, 250, 452, 421]);
});

it('counts commands afresh after each mail', async () => {
  const { gateway } = await start({ recipients: 2, patience: { spareCommands: 5 } });
  const client = await connect(gateway);
  await client.command('EHLO x');
  for (let n = 0; n < 10; n += 1) {
    const bytes = Buffer.from(`From: ana@empresa.com\r\nSubject: ${n}\r\nMessage-ID: <${n}@x>\r\n\r\nHola\r\n`);
    expect((await client.send({ from: 'ana@empresa.com', to: [TO], bytes })).code).toBe(250);
  }
});

it('sends clients away that would be one too many, with the reason', async () => {
  const { gateway } = await start({ connections: 2 });
  const greetings: string[] = [];
  for (let n = 0; n < 3; n += 1) {
    const client = await SmtpClient.open(gateway.port, '127.0.0.1', false);
    onTestFinished(() => client.drop());
    const { code, text } = await client.reply();
    greetings.push(`${code} ${text.slice(0, 5)}`);
  }
  expect(greetings.map((line) => line.slice(0, 3))).toEqual(['220', '220', '421']);
  expect(greetings.at(-1)).toBe('421 4.3.2');
});

it.each([
  ['a command nobody knows', 'HOLA', '500 5.5.2'],
  ['a command out of turn', 'DATA', '503 5.5.1'],
  ['a parameter nobody knows', 'MAIL FROM:<a@b.example> SIZE=', '501 5.5.4'],
  ['an address that is none', 'MAIL FROM:<a b>', '501 5.1.7'],
  ['a page of the web', 'GET / HTTP/1.1', '421 4.5.0'],
  ['an endless line', `NOOP ${'x'.repeat(20_000)}`, '421 4.5.0'],
])('answers %s in its own words', async (_, line, answer) => {
  const { gateway } = await start();
  const client = await connect(gateway);
  await client.command('EHLO x');
  const { code, text } = await client.command(line);
  expect(`${code} ${text}`).toContain(answer);
  expect(text).not.toContain('Error');
});

it('answers a client that does not wait for the greeting, and ends it', async () => {
  const { gateway } = await start();
  const client = await SmtpClient.open(gateway.port, '127.0.0.1', false);
  onTestFinished(() => client.drop());
  client.write('EHLO x\r\n');
  const { code, text } = await client.reply();
  expect(`${code} ${text}`).toContain('421 4.5.0');
});
