/**
 * Debian's Postfix in front of Taquilla, as docs/examples configure it: by SMTP, by LMTP and through a pipe. Strangers get
 * our reason in Postfix's own bounce. Skipped where there is no Postfix or no root; with CI_REQUIRES_PARTS=1 that fails.
 */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type TestGateway, testGateway, type World } from '../support/gateway.ts';
import { type Sink, startSink } from '../support/sink.ts';
import { SmtpClient, submit } from '../support/smtp-client.ts';
import { type Postfix, startPostfix, whyNoPostfix } from './postfix.ts';

const ACCOUNTS = [{ number: 'C-1', name: 'Empresa', contacts: ['ana@empresa.com'] }];
/** Only from 127.0.0.5: whether a mail passes shows whether Taquilla knows who Postfix had it from. */
const ZONE = { 'empresa.com TXT': 'v=spf1 ip4:127.0.0.5 -all', '_dmarc.empresa.com TXT': 'v=DMARC1; p=reject' };
const department = (key: string, language: string) => ({
  key,
  names: { es: key, en: key },
  mailboxes: [`${key}@example.com`],
  language,
  helpUrl: 'https://example.com/ayuda',
});
const DEPARTMENTS = [department('soporte', 'es'), { ...department('facturacion', 'en'), accepts: 'anyone' }];

interface Way {
  readonly name: string;
  readonly config: World['config'];
  /** What stands in the example for this installation. */
  readonly placeholders: (gateway: TestGateway) => (readonly [string, string])[];
  /** Who a mail is from that was made on the mail server itself. */
  readonly localIp: string | null;
  /** What one mail to several mailboxes is for Taquilla: one, with an answer for each or for all, or one for each mailbox. */
  readonly shared: 'one answer' | 'an answer for each' | 'a mail for each';
}

const BIN = fileURLToPath(new URL('../../bin/taquilla.js', import.meta.url));

const WAYS: readonly Way[] = [
  {
    name: 'postfix-relay',
    config: { trustedRelays: [{ address: '127.0.0.1', tells: 'xforward' }] },
    placeholders: ({ port }) => [['[127.0.0.1]:2525', `[127.0.0.1]:${port}`]],
    localIp: '127.0.0.1',
    shared: 'one answer',
  },
  {
    name: 'postfix-lmtp',
    config: { lmtp: { socket: './lmtp.sock', socketMode: '0666' }, localRelay: { tells: 'xforward' } },
    placeholders: ({ folder }) => [['/var/spool/postfix/taquilla/lmtp.sock', join(folder, 'lmtp.sock')]],
    localIp: null,
    shared: 'an answer for each',
  },
  {
    name: 'postfix-pipe',
    config: {},
    placeholders: ({ folder }) => [
      ['/etc/taquilla/config.json', join(folder, 'config.json')],
      ['/usr/bin/taquilla', `${process.execPath} ${BIN}`],
      ['user=taquilla', 'user=nobody'],
    ],
    localIp: null,
    shared: 'a mail for each',
  },
];

let serial = 0;
function mail(from: string, to: readonly string[]) {
  serial += 1;
  const head = `From: ${from}\r\nTo: ${to.join(', ')}\r\nSubject: Asunto ${serial}\r\nMessage-ID: <${serial}@x>\r\n`;
  return { from, to, bytes: Buffer.from(`${head}\r\nHola\r\n.\r\nAdiós\r\n`) };
}

async function world({ name, config, placeholders }: Way): Promise<{
  readonly gateway: TestGateway;
  readonly postfix: Postfix;
  readonly sink: Sink;
}> {
  const gateway = await testGateway({
    accounts: ACCOUNTS,
    zone: ZONE,
    config: { authentication: 'dmarc', departments: DEPARTMENTS, ...config },
  });
  // Here the gateway runs as root, which Postfix gives no pipe to.
  chmodSync(gateway.folder, 0o711);
  chmodSync(join(gateway.folder, 'data'), 0o711);
  chmodSync(join(gateway.folder, 'data', 'deliver.sock'), 0o666);
  const sink = await startSink();
  onTestFinished(() => sink.close());
  const postfix = await startPostfix({
    example: name,
    placeholders: placeholders(gateway),
    relayPort: sink.port,
  });
  return { gateway, postfix, sink };
}

/** The bounce as its reader has it: lines put together again. */
function textOf(sink: Sink, at = 0): string {
  return sink.mails[at]?.bytes.toString('utf8').replace(/\s+/g, ' ') ?? '';
}

const missing = whyNoPostfix();
const required = process.env.CI_REQUIRES_PARTS === '1';
if (missing !== null && !required) console.warn(`Postfix is not tested here: ${missing}`);

it.runIf(missing !== null && required)('Postfix is here to be tested', () => {
  expect(missing).toBeNull();
});

describe.skipIf(missing !== null).each(WAYS)('$name', { timeout: 90_000 }, (way) => {
  it('hands mails over with their client, and its bounce tells strangers and forgers our reason', async () => {
    const { gateway, postfix, sink } = await world(way);
    const soporte = ['soporte@example.com'];

    expect((await submit(postfix.port, mail('ana@empresa.com', soporte), '127.0.0.5')).code).toBe(250);
    await vi.waitFor(async () => expect(await gateway.store.listTickets({ limit: 5 })).toHaveLength(1), 20_000);
    const [first] = await gateway.store.listMails({ limit: 1 });
    const taken = await gateway.store.findMail(first?.reference ?? '');
    expect(taken).toMatchObject({ ip: '127.0.0.5', helo: 'client.example', mailFrom: 'ana@empresa.com' });
    const raw = await gateway.store.findRawMail(first?.reference ?? '');
    expect(raw !== null && 'inline' in raw ? raw.inline.toString() : '').toContain('\r\nHola\r\n.\r\nAdiós\r\n');
    expect(sink.mails).toEqual([]);

    // The address of the client, from elsewhere: Postfix takes it, Taquilla does not.
    await submit(postfix.port, mail('ana@empresa.com', soporte), '127.0.0.66');
    await vi.waitFor(() => expect(sink.mails).toHaveLength(1), 20_000);
    expect(sink.mails[0]).toMatchObject({ from: '', to: ['ana@empresa.com'] });
    expect(textOf(sink)).toContain('El dominio del remitente pide rechazar este correo (DMARC)');

    await submit(postfix.port, mail('eva@nadie.example', soporte), '127.0.0.66');
    await vi.waitFor(() => expect(sink.mails).toHaveLength(2), 20_000);
    const [refused] = await gateway.store.listMails({ limit: 1 });
    expect(sink.mails[1]).toMatchObject({ from: '', to: ['eva@nadie.example'] });
    const bounce = textOf(sink, 1);
    expect(bounce).toContain('Tu direccion no puede escribir a este buzon.');
    expect(bounce).toContain(`https://example.com/ayuda (ref ${refused?.reference})`);
    expect(bounce).toContain('Status: 5.7.1');
    // What the first mail server takes, it must not lose.
    expect(postfix.log()).not.toMatch(/status=deferred|fatal:|panic:/);
  });

  it('the null sender stays null, and a mail without a sender comes back to nobody', async () => {
    const { gateway, postfix, sink } = await world(way);
    const report = mail('mailer-daemon@nadie.example', ['facturacion@example.com']);
    expect((await submit(postfix.port, { ...report, from: '' }, '127.0.0.5')).code).toBe(250);
    await vi.waitFor(async () => expect(await gateway.store.listMails({ limit: 5 })).toHaveLength(1), 20_000);
    const [first] = await gateway.store.listMails({ limit: 1 });
    expect(await gateway.store.findMail(first?.reference ?? '')).toMatchObject({ mailFrom: '' });
    expect(sink.mails).toEqual([]);
  });

  it('a mail that was made on the mail server itself has no client, whatever came before it', async () => {
    const { gateway, postfix, sink } = await world(way);
    await submit(postfix.port, mail('ana@empresa.com', ['soporte@example.com']), '127.0.0.5');
    await vi.waitFor(async () => expect(await gateway.store.listMails({ limit: 5 })).toHaveLength(1), 20_000);
    postfix.sendmail('ana@empresa.com', 'soporte@example.com', mail('ana@empresa.com', ['soporte@example.com']).bytes);
    await vi.waitFor(() => expect(sink.mails).toHaveLength(1), 20_000);
    expect(textOf(sink)).toContain('(DMARC)');
    const [local] = await gateway.store.listMails({ limit: 1 });
    expect((await gateway.store.findMail(local?.reference ?? ''))?.ip).toBe(way.localIp);
  });

  it.runIf(way.shared === 'an answer for each')(
    'of one mail to two mailboxes, one is taken and the other comes back',
    async () => {
      const { gateway, postfix, sink } = await world(way);
      await submit(postfix.port, mail('eva@nadie.example', ['soporte@example.com', 'facturacion@example.com']));
      await vi.waitFor(() => expect(sink.mails).toHaveLength(1), 20_000);
      expect(textOf(sink)).toContain('Final-Recipient: rfc822; soporte@example.com');
      expect(textOf(sink)).not.toContain('Final-Recipient: rfc822; facturacion@example.com');
      await vi.waitFor(async () => expect(await gateway.store.listTickets({ limit: 5 })).toHaveLength(1), 20_000);
    },
  );

  // Both come at the same time: which of them opens the ticket is up to the machine.
  it.runIf(way.shared === 'a mail for each')(
    'one mail to two mailboxes is one ticket, and nothing comes back',
    async () => {
      const { gateway, postfix, sink } = await world(way);
      const both = mail('ana@empresa.com', ['soporte@example.com', 'facturacion@example.com']);
      await submit(postfix.port, both, '127.0.0.5');
      await vi.waitFor(async () => expect(await gateway.store.listMails({ limit: 5 })).toHaveLength(2), 20_000);
      const mails = await gateway.store.listMails({ limit: 5 });
      expect(mails.map(({ verdict }) => verdict).sort()).toEqual(['duplicate', 'open-ticket']);
      expect(await gateway.store.listTickets({ limit: 5 })).toHaveLength(1);
      await vi.waitFor(() => expect(postfix.log().match(/status=sent/g)).toHaveLength(2), 20_000);
      expect(sink.mails).toEqual([]);
    },
  );

  it('keeps the mail while Taquilla is away', async () => {
    const { gateway, postfix, sink } = await world(way);
    await gateway.stop();
    const client = await SmtpClient.open(postfix.port, '127.0.0.5');
    onTestFinished(() => client.drop());
    await client.command('EHLO client.example');
    expect((await client.send(mail('ana@empresa.com', ['soporte@example.com']))).code).toBe(250);
    await vi.waitFor(() => expect(postfix.log()).toMatch(/to=<soporte@example\.com>.*status=deferred/), 20_000);
    expect(sink.mails).toEqual([]);
  });
});
