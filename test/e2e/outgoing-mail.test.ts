/** What leaves the gateway, as a receiving server gets it: signed, with a return path of its own, to one recipient. */
import { writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readHeaderLines } from '../../src/mail/header-lines.ts';
import { check } from '../auth/check-mail.ts';
import { ed25519Key, type Key, rsaKey } from '../auth/signing.ts';
import { testGateway, type World } from '../support/gateway.ts';
import { type Sink, type SunkMail, startSink } from '../support/sink.ts';
import { SmtpClient, submit } from '../support/smtp-client.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ACCOUNTS = [{ number: 'C-1', name: 'La Espiga', contacts: ['ana@laespiga.example'] }];
const BOUNCES = 'bounces@hosting.example';

async function sink(): Promise<Sink> {
  const started = await startSink();
  onTestFinished(() => started.close());
  return started;
}

function world(port: number, outbound: object = {}, config: object = {}): World {
  const transport = { type: 'smtp', host: '127.0.0.1', port };
  return { accounts: ACCOUNTS, config: { ...config, outbound: { transport, ...outbound } } };
}

function write(port: number, mail: string, to = 'soporte@hosting.example', from = 'ana@laespiga.example') {
  return submit(port, { from, to: [to], bytes: Buffer.from(mail) });
}

const QUESTION =
  'From: Ana <ana@laespiga.example>\r\nSubject: La web no carga\r\nMessage-ID: <1@laespiga.example>\r\n\r\nHola\r\n';

async function firstMail(from: Sink): Promise<SunkMail> {
  const [mail] = await from.received(1);
  if (mail === undefined) throw new Error('nothing came');
  return mail;
}

describe('DKIM', () => {
  it.each<[string, () => Key]>([
    ['RSA', rsaKey],
    ['Ed25519', ed25519Key],
  ])('%s: a signature that the project itself verifies, aligned with the From', async (_, make) => {
    const key = make();
    const folder = tempFolder();
    writeFileSync(join(folder, 'dkim.pem'), key.privateKey);
    const receiver = await sink();
    const dkim = { domain: 'hosting.example', selector: 's1', keyFile: './dkim.pem' };
    const gateway = await testGateway(world(receiver.port, { dkim }), folder);
    await write(gateway.port, QUESTION);
    const { bytes } = await firstMail(receiver);
    const zone = {
      's1._domainkey.hosting.example TXT': key.record,
      '_dmarc.hosting.example TXT': 'v=DMARC1; p=reject; adkim=s',
    };
    const input = { zone, fromDomain: 'hosting.example', mailFrom: '' };
    expect(await check({ ...input, mail: bytes.toString('latin1') })).toMatchObject({ dkim: 'pass', dmarc: 'pass' });
    const changed = bytes.toString('latin1').replace('La web', 'La otra web');
    expect(await check({ ...input, mail: changed })).toMatchObject({ dkim: 'fail', dmarc: 'fail' });
  });

  it.each([
    ['no key at all', 'hola', 'is not a private key in PEM format without a passphrase'],
    ['not there', null, 'cannot be read; correct outbound.dkim.keyFile or its permissions'],
  ])('a key file that is %s stops the start, with its name', async (_, content, message) => {
    const folder = tempFolder();
    if (content !== null) writeFileSync(join(folder, 'dkim.pem'), content);
    const dkim = { domain: 'hosting.example', selector: 's1', keyFile: './dkim.pem' };
    await expect(testGateway(world(1, { dkim }), folder)).rejects.toThrow(`${join(folder, 'dkim.pem')}: ${message}`);
  });
});

describe('the bounce mailbox', () => {
  /** A report in the form of RFC 3464 that quotes nothing of the mail. */
  const report = (recipient: string) =>
    [
      'From: MAILER-DAEMON@laespiga.example',
      'Subject: Undelivered Mail Returned to Sender',
      'Message-ID: <report@laespiga.example>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
      '',
      '--b',
      '',
      'No pudo ser.',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.laespiga.example',
      '',
      `Final-Recipient: rfc822; ${recipient}`,
      'Action: failed',
      'Status: 5.1.1',
      '',
      '--b--',
      '',
    ].join('\r\n');

  async function sent() {
    const receiver = await sink();
    const gateway = await testGateway(world(receiver.port, { envelopeFrom: BOUNCES }));
    await write(gateway.port, QUESTION);
    const mail = await firstMail(receiver);
    return { gateway, returnPath: mail.from };
  }

  it('each mail has a return path of its own, to which a report without a Message-ID of ours is enough', async () => {
    const { gateway, returnPath } = await sent();
    expect(returnPath).toMatch(/^bounces\+1-k1-[0-9a-f]{16}@hosting\.example$/);
    // Some servers change the case; some recipients have their mail passed on.
    const reply = await write(gateway.port, report('otra@gmail.example'), returnPath.toUpperCase(), '');
    expect(reply.code).toBe(250);
    expect((await gateway.store.findOutgoing(1))?.bounce).toMatchObject({ action: 'failed', status: '5.1.1' });
    expect((await gateway.store.findAccount('C-1'))?.undeliverable).toMatchObject([
      { address: 'ana@laespiga.example' },
    ]);
    expect((await gateway.store.listMails({ limit: 1 }))[0]).toMatchObject({
      verdict: 'ignore',
      reason: 'bounce-noted',
    });
    expect(await gateway.store.listOutbox({ limit: 10 })).toHaveLength(1);
  });

  it.each([
    ['a made-up token', (path: string) => path.replace(/-[0-9a-f]{16}@/, '-0123456789abcdef@')],
    ['the token of another mail', (path: string) => path.replace('+1-', '+2-')],
    ['no token', () => BOUNCES],
    ['something else', () => 'bounces+hola@hosting.example'],
  ])('%s: the report is kept and ignored', async (_, change) => {
    const { gateway, returnPath } = await sent();
    expect((await write(gateway.port, report('ana@laespiga.example'), change(returnPath), '')).code).toBe(250);
    expect((await gateway.store.findOutgoing(1))?.bounce).toBeNull();
    expect((await gateway.store.listMails({ limit: 1 }))[0]).toMatchObject({ verdict: 'ignore', reason: 'bounce' });
    expect(await gateway.store.listOutbox({ limit: 10 })).toHaveLength(1);
  });

  it('takes mail from the null sender only', async () => {
    const { gateway, returnPath } = await sent();
    expect(await write(gateway.port, QUESTION, returnPath)).toMatchObject({ code: 550 });
    expect(await write(gateway.port, QUESTION, BOUNCES)).toMatchObject({ code: 550 });
  });
});

describe('nothing that is written in a mail, an account or the config adds a recipient or a header', () => {
  const PAYLOADS = [
    'x\r\nBcc: evil@attacker.example\r\n',
    'x\nBcc: evil@attacker.example\n\n<b>',
    '=?utf-8?B?eA0KQmNjOiBldmlsQGF0dGFja2VyLmV4YW1wbGU=?=',
    '=?utf-8?Q?x=0D=0ABcc:_evil@attacker.example?=',
    'a, evil@attacker.example, "b',
    '<evil@attacker.example>',
    '"\\"; Bcc: evil@attacker.example',
    'x\u2028Bcc: evil@attacker.example\u0085Cc: evil@attacker.example',
    'x\rBcc: evil@attacker.example',
  ];
  /** What a header of a mail may hold without ending it. */
  const folded = (text: string) => text.replace(/[\r\n]+/g, '\r\n ').trimEnd();

  const names = ({ bytes }: SunkMail) => readHeaderLines(bytes).lines.map(({ name }) => name.toLowerCase());

  it.each(PAYLOADS)('%j', async (payload) => {
    const receiver = await sink();
    const config = {
      company: `Hosting ${payload}`,
      departments: [
        {
          key: 'soporte',
          names: { es: `Soporte ${payload}`, en: `Support ${payload}` },
          mailboxes: ['soporte@hosting.example'],
          hint: { es: payload },
        },
      ],
    };
    const gateway = await testGateway({ config: world(receiver.port, {}, config).config ?? {} });
    const contact = { address: 'ana@laespiga.example', name: payload } as const;
    await gateway.store.saveAccounts(
      [{ number: 'C-1', name: `La Espiga ${payload}`, services: [payload], contacts: [contact] }],
      'merge',
      0,
    );
    const field = folded(payload);
    const mail = [
      `From: "${field.replace(/["\\]/g, '\\$&')}" <ana@laespiga.example>`,
      `Reply-To: ${field}`,
      `Sender: ${field}`,
      `To: ${field} <soporte@hosting.example>`,
      `Cc: ${field}`,
      `Subject: ${field}`,
      `Message-ID: <1${field}@laespiga.example>`,
      `In-Reply-To: <2${field}@laespiga.example>`,
      `References: <3${field}@laespiga.example> <${field}>`,
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain; charset=utf-8',
      '',
      payload.replace(/\r(?!\n)|(?<!\r)\n/g, '\r\n'),
      '--b',
      `Content-Type: application/pdf; name="${field.replace(/["\\]/g, '')}"`,
      `Content-Disposition: attachment; filename="${field.replace(/["\\]/g, '')}"`,
      '',
      'x',
      '--b--',
      '',
    ].join('\r\n');
    expect((await write(gateway.port, mail.replace(/\r(?!\n)/g, ' '))).code).toBe(250);
    const clean =
      'From: Ana <ana@laespiga.example>\r\nSubject: Otra\r\nMessage-ID: <c@laespiga.example>\r\n\r\nHola\r\n';
    expect((await write(gateway.port, clean)).code).toBe(250);

    const mails = await receiver.received(2);
    const expected = new Set(
      names(mails.find(({ bytes }) => bytes.includes('Otra')) ?? { from: '', to: [], bytes: Buffer.alloc(0) }),
    );
    expect(expected.has('to')).toBe(true);
    for (const one of mails) {
      expect([one.from, one.to]).toEqual(['', ['ana@laespiga.example']]);
      expect(
        names(one).filter((name) => !expected.has(name) && name !== 'in-reply-to' && name !== 'references'),
      ).toEqual([]);
      expect(new Set(names(one)).size).toBe(names(one).length);
      const to = readHeaderLines(one.bytes).lines.find(({ name }) => name.toLowerCase() === 'to');
      expect(to?.raw.match(/<[^<>]*>\s*$/)?.[0].trim() ?? to?.raw.trim()).toMatch(
        /^(?:<ana@laespiga\.example>|ana@laespiga\.example)$/,
      );
    }
  });
});

it('a smarthost that hangs does not slow intake', { timeout: 60_000 }, async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
  const hanging = await new Promise<number>((resolve) => {
    silent.listen(0, '127.0.0.1', () => {
      const address = silent.address();
      resolve(address !== null && typeof address === 'object' ? address.port : 0);
    });
  });
  const working = await sink();

  /** 99th percentile of a mail from MAIL FROM to the reply, milliseconds. */
  const p99 = async (port: number): Promise<number> => {
    const gateway = await testGateway(world(port, {}, { receiptsPerHour: 1000 }));
    const client = await SmtpClient.open(gateway.port);
    await client.command('EHLO client.example');
    const times: number[] = [];
    for (let n = 0; n < 100; n += 1) {
      const started = performance.now();
      const mail = QUESTION.replace('<1@', `<${n}@`).replace('no carga', `no carga ${n}`);
      const sent = await client.send({
        from: 'ana@laespiga.example',
        to: ['soporte@hosting.example'],
        bytes: Buffer.from(mail),
      });
      expect(sent.code).toBe(250);
      times.push(performance.now() - started);
    }
    await client.quit();
    const unsent = (await gateway.store.listOutbox({ limit: 1000 })).filter(({ state }) => state !== 'sent');
    if (port === hanging) expect(unsent).toHaveLength(100);
    for (const socket of sockets) socket.destroy();
    return times.sort((one, other) => one - other)[98] ?? 0;
  };
  const usual = await p99(working.port);
  // One after the other on the same machine; the margin is for whatever else runs on it.
  expect(await p99(hanging)).toBeLessThan(usual * 3 + 100);
  await new Promise((resolve) => silent.close(resolve));
});
