/** `taquilla deliver` against a gateway that runs: exit codes, what is printed, who the mail is from. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type DeliverOptions, deliver } from '../../src/deliver/deliver.ts';
import { exitCodeOf } from '../../src/deliver/exit-codes.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ACCOUNTS = [{ number: 'C-1', name: 'Empresa', contacts: ['ana@empresa.com'] }];
const MAIL = 'From: ana@empresa.com\nTo: soporte@hosting.example\nSubject: Hola\nMessage-ID: <1@x>\n\nHola\n.\nAdiós\n';
const TO = { to: ['soporte@hosting.example'] };

interface Given extends DeliverOptions {
  readonly mail?: string;
  readonly environment?: Record<string, string>;
}

async function run(gateway: Pick<TestGateway, 'folder'>, { mail = MAIL, environment = {}, ...options }: Given) {
  const said: string[] = [];
  const complained: string[] = [];
  async function* stdin() {
    yield Buffer.from(mail);
  }
  const code = await deliver(
    { config: join(gateway.folder, 'config.json'), ...options },
    { environment, stdin: stdin(), print: (line) => said.push(line), complain: (line) => complained.push(line) },
  );
  return { code, said, complained };
}

async function lastMail({ store }: TestGateway) {
  const [mail] = await store.listMails({ limit: 1 });
  return store.findMail(mail?.reference ?? '');
}

it('hands a mail over and ends with 0; its lines end as they should and its dots are all there', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS });
  expect(await run(gateway, TO)).toEqual({ code: 0, said: [], complained: [] });
  const mail = await lastMail(gateway);
  expect(mail).toMatchObject({ verdict: 'open-ticket', mailFrom: 'ana@empresa.com', ip: null });
  const raw = await gateway.store.findRawMail(mail?.reference ?? '');
  expect(raw !== null && 'inline' in raw && raw.inline.toString()).toBe(MAIL.replaceAll('\n', '\r\n'));
});

describe('refusals', () => {
  it.each([
    [
      'a stranger',
      { mail: MAIL.replace('ana@', 'eva@') },
      77,
      /^5\.7\.1 Tu direccion no puede escribir .* \(ref \w+\)$/,
    ],
    ['an unknown mailbox', { to: ['nadie@hosting.example'] }, 67, /^5\.1\.1 Ese buzon no existe aqui$/],
    ['a domain that is not ours', { to: ['x@gmail.example'] }, 77, /^5\.7\.1 Este servidor no recibe/],
    ['a mail over the limit', { mail: `${MAIL}${'x\n'.repeat(9000)}` }, 69, /^5\.3\.4 El correo es demasiado grande/],
    [
      'a mail far over the limit',
      { mail: `${MAIL}${'x\n'.repeat(900_000)}` },
      69,
      /^5\.3\.4 El correo es demasiado grande/,
    ],
    [
      'a mail far over the limit for two mailboxes',
      {
        to: ['soporte@hosting.example', 'support@hosting.example'],
        mail: `${MAIL}${'x\n'.repeat(900_000)}`,
      },
      69,
      /^5\.3\.4 El correo es demasiado grande/,
    ],
    ['a sender that is no address', { from: 'a b' }, 65, /^5\.1\.7 /],
  ])('of %s have a code of their own and a reason', async (_, given, code, reason) => {
    const gateway = await testGateway({ accounts: ACCOUNTS, config: { limits: { mailBytes: 20_000 } } });
    const result = await run(gateway, { ...TO, ...given });
    expect(result).toMatchObject({ code, complained: [] });
    expect(result.said).toEqual([expect.stringMatching(reason)]);
  });

  it('of one of two recipients are told once the other has its mail; a repeat changes nothing', async () => {
    const gateway = await testGateway({ accounts: ACCOUNTS });
    const both = { to: ['soporte@hosting.example', 'nadie@hosting.example'] };
    expect(await run(gateway, both)).toMatchObject({ code: 67 });
    expect(await run(gateway, both)).toMatchObject({ code: 67 });
    expect(await gateway.store.listTickets({ limit: 5 })).toHaveLength(1);
  });
});

describe('what is no fault of the sender is 75', () => {
  it('where no gateway runs', async () => {
    const gateway = await testGateway();
    await gateway.stop();
    expect(await run(gateway, TO)).toEqual({ code: 75, said: [], complained: ['4.3.2 the gateway does not run'] });
  });

  it('where there is no config', async () => {
    const result = await run({ folder: tempFolder() }, TO);
    expect(result).toMatchObject({ code: 75, said: [] });
    expect(result.complained[0]).toMatch(/^4\.3\.5 .*cannot be read or is no configuration$/);
  });

  it.each([
    ['hangs up', ''],
    ['speaks something else', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['is busy', '421 4.3.2 later\r\n'],
  ])('where what listens %s', async (_, greeting) => {
    const path = join(tempFolder(), 's.sock');
    const server = createServer((socket) => socket.end(greeting));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const result = await run({ folder: '' }, { ...TO, socket: path });
    expect(result).toMatchObject({ code: 75, said: [] });
    expect(result.complained[0]).toMatch(/^4\./);
  });
});

describe('the envelope', () => {
  const cases: [string, Given, string][] = [
    ['as the call says', { from: 'x@y.example' }, 'x@y.example'],
    ['null, as the call says', { from: '' }, ''],
    ['null, as Postfix writes it', { from: 'MAILER-DAEMON' }, ''],
    ['from the environment of Exim and Postfix', { environment: { SENDER: 'env@y.example' } }, 'env@y.example'],
    ['from Return-Path', { mail: `Return-Path: <path@y.example>\n${MAIL}` }, 'path@y.example'],
    ['from the line of a mailbox file', { mail: `From box@y.example Sun Nov 22 2026\n${MAIL}` }, 'box@y.example'],
    ['from From where nothing else is known', {}, 'ana@empresa.com'],
  ];
  it.each(cases)('has its sender %s', async (_, given, sender) => {
    const gateway = await testGateway({ accounts: ACCOUNTS });
    expect((await run(gateway, { ...TO, ...given })).code).toBe(0);
    expect(await lastMail(gateway)).toMatchObject({ mailFrom: sender });
  });

  it('has its recipient from the environment where the call does not say', async () => {
    const gateway = await testGateway({ accounts: ACCOUNTS });
    expect((await run(gateway, { environment: { RECIPIENT: 'soporte@hosting.example' } })).code).toBe(0);
    expect((await run(gateway, {})).code).toBe(64);
  });

  it('cannot be used to say more than an address', async () => {
    const gateway = await testGateway({ accounts: ACCOUNTS });
    expect((await run(gateway, { to: ['a@b>\r\nRCPT TO:<c@d'] })).code).toBe(64);
    expect((await run(gateway, { ...TO, from: 'a@b>\r\nRSET' })).code).toBe(65);
  });
});

it('proves the sender by the address that the mail server names', async () => {
  const gateway = await testGateway({
    accounts: ACCOUNTS,
    config: { authentication: 'dmarc' },
    zone: { 'empresa.com TXT': 'v=spf1 ip4:192.0.2.5 -all', '_dmarc.empresa.com TXT': 'v=DMARC1; p=reject' },
  });
  expect((await run(gateway, { ...TO, ip: '192.0.2.5', helo: 'mail.empresa.com' })).code).toBe(0);
  expect(await lastMail(gateway)).toMatchObject({ ip: '192.0.2.5', helo: 'mail.empresa.com' });
  const forged = { mail: MAIL.replace('<1@x>', '<2@x>') };
  expect((await run(gateway, { ...TO, ...forged, ip: '192.0.2.66' })).code).toBe(77);
  expect((await run(gateway, { ...TO, ...forged, environment: { CLIENT_ADDRESS: '192.0.2.5' } })).code).toBe(0);
  // Nobody says who it came from: nothing can prove it.
  expect((await run(gateway, { ...TO, mail: MAIL.replace('<1@x>', '<3@x>') })).code).toBe(77);
});

describe('the client that the call names', () => {
  it.each([
    ['an address', '192.0.2.5', '192.0.2.5'],
    ['an address of IPv6', '2001:db8::5', '2001:db8::5'],
    ['one as Sendmail writes it', 'IPv6:2001:db8::5', '2001:db8::5'],
    ['nobody, as Exim says it', '', null],
    ['nobody, as Postfix says it', 'unknown', null],
  ])('is %s', async (_, ip, recorded) => {
    const gateway = await testGateway({ accounts: ACCOUNTS });
    expect(await run(gateway, { ...TO, ip })).toEqual({ code: 0, said: [], complained: [] });
    expect(await lastMail(gateway)).toMatchObject({ ip: recorded });
  });

  it('is an address, or the call is wrong; what the environment says never sends a mail back', async () => {
    const gateway = await testGateway({ accounts: ACCOUNTS });
    expect(await run(gateway, { ...TO, ip: '300.1.1.1' })).toEqual({
      code: 64,
      said: [],
      complained: ['--ip "300.1.1.1": is not a network address'],
    });
    expect(await gateway.store.listMails({ limit: 1 })).toEqual([]);
    expect((await run(gateway, { ...TO, environment: { CLIENT_ADDRESS: '300.1.1.1' } })).code).toBe(0);
  });
});

it.each([
  [250, '2.0.0 accepted', 0],
  [451, '4.3.0 x', 75],
  [421, '', 75],
  [354, '', 75],
  [501, '5.1.3 x', 65],
  [550, '5.1.1 x', 67],
  [550, '5.2.1 x', 69],
  [550, '5.5.2 x', 65],
  [550, '5.7.26 x', 77],
  [552, '5.3.4 x', 69],
  [554, '5.4.6 x', 69],
  [554, '5.6.0 x', 65],
])('%i %s is exit code %i', (code, text, expected) => {
  expect(exitCodeOf({ code, text })).toBe(expected);
});

it('is a process of its own: exit code and output as a mail server sees them', { timeout: 60_000 }, async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS });
  const binary = fileURLToPath(new URL('../../bin/taquilla.js', import.meta.url));
  const piped = (args: readonly string[], mail: string) =>
    new Promise<{ code: number | null; output: string }>((resolve) => {
      const { SENDER: _, RECIPIENT: __, TAQUILLA_CONFIG: ___, ...env } = process.env;
      const child = spawn(process.execPath, [binary, ...args], { cwd: gateway.folder, env });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
      child.stdin.on('error', () => undefined);
      child.stdin.end(mail);
      child.on('close', (code) => resolve({ code, output }));
    });
  const to = ['--to', 'soporte@hosting.example'];
  expect(await piped(['deliver', ...to], MAIL)).toEqual({ code: 0, output: '' });
  const refused = await piped(['--config', 'config.json', 'deliver', ...to], MAIL.replace('ana@', 'eva@'));
  expect(refused.code).toBe(77);
  expect(refused.output).toMatch(/^5\.7\.1 Tu direccion no puede escribir a este buzon/);
  expect(await piped(['deliver', '--too'], MAIL)).toMatchObject({ code: 64 });
  expect((await piped(['deliver', '--help'], '')).output).toContain('--to <address>');
});
