/** What smtp-server does by itself and must not, over real sockets. The whole list is in docs/library-traps.md. */
import dns from 'node:dns';
import { connect } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Intake } from '../../src/intake/intake.ts';
import type { Log } from '../../src/log.ts';
import { createSmtpDoor } from '../../src/smtp/server.ts';
import type { Policy } from '../../src/tickets/policy.ts';
import { testGateway } from '../support/gateway.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { policy } from '../tickets/samples.ts';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
const MAIL = Buffer.from('From: ana@empresa.com\r\nSubject: Hola\r\n\r\nHola\r\n');
const FAULT = new Error('/var/lib/taquilla/secret.db is locked');

/** A door whose inside fails as it is told. */
async function brokenDoor(take: Intake['take'], ask: () => Policy = policy): Promise<SmtpClient> {
  const door = createSmtpDoor(
    {
      host: '127.0.0.1',
      port: 0,
      hostname: 'mail.example.com',
      tls: null,
      limits: {
        mailBytes: 10_000,
        recipients: 10,
        connections: 10,
        connectionsPerAddress: 10,
        errorsPerConnection: 10,
        patience: {
          firstCommandSeconds: 60,
          commandSeconds: 60,
          crowdedCommandSeconds: 60,
          connectionSeconds: 60,
          dataBytesPerSecond: 1,
          dataSeconds: 60,
          workSeconds: 60,
          spareCommands: 100,
        },
      },
      xclientRelays: [],
      xforwardRelays: [],
      space: { isShort: async () => false, noteFull: () => undefined },
      proxyRelays: [],
      relays: new Set(),
      drainMs: 100,
    },
    { take },
    ask,
    { isGuessing: () => false },
    silent,
  );
  const client = await SmtpClient.open(await door.listen());
  onTestFinished(async () => {
    client.drop();
    await door.close();
  });
  await client.command('EHLO client.example');
  return client;
}

const submission = { from: 'ana@empresa.com', to: ['soporte@example.com'], bytes: MAIL };

it('answers a fault of ours with "try again", and never in its words', async () => {
  const client = await brokenDoor(async (_, stream) => {
    for await (const _chunk of stream);
    throw FAULT;
  });
  const first = await client.send(submission);
  expect(`${first.code} ${first.text}`).toMatch(/^451 4\.3\.0 /);
  expect(first.text).not.toMatch(/secret|locked|\//);
  // One reply, and the dialogue goes on in step.
  expect((await client.command('NOOP')).code).toBe(250);
});

it('answers a fault of ours at RCPT with "try again", not with a refusal for good', async () => {
  let broken = false;
  const client = await brokenDoor(
    async () => Promise.reject(FAULT),
    () => {
      if (broken) {
        broken = false;
        throw FAULT;
      }
      return policy();
    },
  );
  await client.command('MAIL FROM:<ana@empresa.com>');
  broken = true;
  const { code, text } = await client.command('RCPT TO:<soporte@example.com>');
  expect(`${code} ${text}`).toMatch(/^451 4\.3\.0 /);
  expect(text).not.toMatch(/secret|locked|\//);
});

it('lives through a client that resets the connection in the middle of anything', async () => {
  const gateway = await testGateway();
  for (const said of [
    '',
    'EHLO x\r\n',
    'EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<soporte@hosting.example>\r\nDATA\r\nSub',
  ]) {
    const socket = connect({ port: gateway.port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('data', resolve));
    if (said !== '') {
      socket.write(said);
      await new Promise((resolve) => socket.once('data', resolve));
    }
    socket.resetAndDestroy();
  }
  const client = await SmtpClient.open(gateway.port);
  onTestFinished(() => client.drop());
  expect((await client.command('EHLO x')).code).toBe(250);
});

it('says one enhanced code in each refusal', async () => {
  const gateway = await testGateway();
  const client = await SmtpClient.open(gateway.port);
  onTestFinished(() => client.drop());
  for (const line of [
    'HOLA',
    'EHLO x',
    'DATA',
    'MAIL FROM:<a b>',
    'MAIL FROM:<a@b.example>',
    'RCPT TO:<nadie@hosting.example>',
  ]) {
    const { code, text } = await client.command(line);
    if (code < 400) continue;
    expect(text.match(/\d\.\d+\.\d+/g), line).toHaveLength(1);
    expect(text.charAt(0), line).toBe(String(code).charAt(0));
  }
});

it('asks nobody for the name of a client’s address', async () => {
  const reverse = vi.spyOn(dns, 'reverse');
  onTestFinished(() => reverse.mockRestore());
  const gateway = await testGateway();
  const client = await SmtpClient.open(gateway.port);
  onTestFinished(() => client.drop());
  await client.command('EHLO x');
  expect(reverse).not.toHaveBeenCalled();
});

it.each(['soporte@españa.example', 'soporte@xn--espaa-rta.example', 'SOPORTE@XN--ESPAA-RTA.EXAMPLE'])(
  'knows the mailbox %s however its domain is written, with SMTPUTF8 or without',
  async (recipient) => {
    const department = { key: 'soporte', names: { es: 'S', en: 'S' }, mailboxes: ['soporte@españa.example'] };
    const gateway = await testGateway({ config: { departments: [department] } });
    const client = await SmtpClient.open(gateway.port);
    onTestFinished(() => client.drop());
    await client.command('EHLO x');
    for (const parameter of ['', ' SMTPUTF8']) {
      await client.command(`MAIL FROM:<a@b.example>${parameter}`);
      expect((await client.command(`RCPT TO:<${recipient}>`)).code).toBe(250);
      await client.command('RSET');
    }
  },
);
