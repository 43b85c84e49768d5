/** The config read again while the gateway works: applied as a whole without dropping a connection, or not at all. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { askForReload } from '../../src/commands/control-socket.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { fakeClock } from '../support/clock.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { startSink } from '../support/sink.ts';
import { SmtpClient, submit } from '../support/smtp-client.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ACCOUNTS = [{ number: 'C-1', name: 'Empresa', contacts: ['ana@empresa.com'] }];
const SOPORTE = { key: 'soporte', names: { es: 'Soporte', en: 'Support' }, mailboxes: ['soporte@hosting.example'] };
const VENTAS = {
  key: 'ventas',
  names: { es: 'Ventas', en: 'Sales' },
  mailboxes: ['ventas@hosting.example'],
  accepts: 'anyone',
};

let serial = 0;
function mail(to = 'soporte@hosting.example', from = 'ana@empresa.com', size = 0) {
  serial += 1;
  const body = 'x'
    .repeat(70)
    .concat('\r\n')
    .repeat(Math.ceil(size / 72));
  const text = `From: ${from}\r\nTo: ${to}\r\nSubject: Asunto ${serial}\r\nMessage-ID: <${serial}@x>\r\n\r\nHola\r\n${body}`;
  return { from, to: [to], bytes: Buffer.from(text) };
}

function rewrite({ folder }: TestGateway, changes: object): void {
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...changes }));
}

it('loses no connection and no mail when the config is read again under load', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS, config: { departments: [SOPORTE] } });
  const clients = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const client = await SmtpClient.open(gateway.port);
      onTestFinished(() => client.drop());
      await client.command('EHLO client.example');
      return client;
    }),
  );
  let reloads = 0;
  let busy = true;
  const reloading = (async () => {
    while (busy) {
      reloads += 1;
      rewrite(gateway, {
        departments: reloads % 2 === 0 ? [SOPORTE] : [SOPORTE, VENTAS],
        hostname: `mail${reloads}.hosting.example`,
        outbound: { transport: { type: 'file', folder: `./outbox${reloads % 3}` } },
      });
      expect(await gateway.reload()).toEqual([]);
      await new Promise(setImmediate);
    }
  })();
  const replies = await Promise.all(
    clients.map(async (client) => {
      const codes: number[] = [];
      for (let count = 0; count < 8; count += 1) codes.push((await client.send(mail())).code);
      return codes;
    }),
  );
  busy = false;
  await reloading;
  expect(replies.flat()).toEqual(Array(96).fill(250));
  expect(reloads).toBeGreaterThan(3);
  const stored = await gateway.store.listMails({ limit: 200 });
  expect(stored.filter(({ verdict }) => verdict === 'open-ticket')).toHaveLength(96);
  // The dialogues that were open go on.
  for (const client of clients) expect((await client.command('NOOP')).code).toBe(250);
}, 60_000);

it('applies mailboxes, who may write, limits and relays to the next mail, on open connections too', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS, config: { departments: [SOPORTE] } });
  const client = await SmtpClient.open(gateway.port);
  onTestFinished(() => client.drop());
  await client.command('EHLO client.example');
  expect((await client.send(mail('ventas@hosting.example', 'eva@nadie.example'))).code).toBe(550);
  await client.command('RSET');

  rewrite(gateway, {
    departments: [SOPORTE, VENTAS],
    limits: { mailBytes: 5000 },
    trustedRelays: [{ address: '127.0.0.1', tells: 'xforward' }],
  });
  expect(await gateway.reload()).toEqual([]);
  expect((await client.send(mail('ventas@hosting.example', 'eva@nadie.example'))).code).toBe(250);
  expect((await client.send(mail('soporte@hosting.example', 'ana@empresa.com', 6000))).code).toBe(552);
  expect((await client.command('EHLO client.example')).lines.join('\n')).toContain('XFORWARD');
});

it('looks for as much free space as the new config wants', async () => {
  const clock = fakeClock(Date.UTC(2026, 10, 21));
  const gateway = await testGateway({ accounts: ACCOUNTS }, undefined, { clock });
  expect((await submit(gateway.port, mail())).code).toBe(250);
  rewrite(gateway, { limits: { freeBytes: 9e14 } });
  expect(await gateway.reload()).toEqual([]);
  clock.advance(2000);
  expect((await submit(gateway.port, mail())).code).toBe(452);
});

it('waits where it is asked for while the gateway starts', async () => {
  const folder = tempFolder();
  let opened = () => {};
  const wait = new Promise<void>((resolve) => {
    opened = resolve;
  });
  const starting = testGateway({}, folder, {
    openStore: async (file) => {
      await wait;
      return { store: sqliteStore(openDatabase(file)), lost: new Promise<Error>(() => undefined) };
    },
  });
  const answer = await vi.waitFor(async () => {
    const asked = askForReload(join(folder, 'data'));
    opened();
    const got = await asked;
    expect(got).not.toBeNull();
    return got;
  });
  expect(answer).toMatchObject({ ok: true });
  await starting;
});

it('is refused by a fault of the store, and by a gateway that stops, and neither ends by it', async () => {
  let broken = true;
  const gateway = await testGateway({ accounts: ACCOUNTS }, undefined, {
    openStore: async (file) => {
      const store = sqliteStore(openDatabase(file));
      const countUnfinished = () => (broken ? Promise.reject(new Error('locked')) : store.countUnfinished());
      return { store: { ...store, countUnfinished }, lost: new Promise<Error>(() => undefined) };
    },
  });
  const data = join(gateway.folder, 'data');
  const refused = await askForReload(data);
  expect(refused).toMatchObject({
    ok: false,
    problems: [{ message: expect.stringContaining('fault of the gateway') }],
  });
  broken = false;
  const client = await SmtpClient.open(gateway.port);
  onTestFinished(() => client.drop());
  for (const line of ['EHLO x', 'MAIL FROM:<ana@empresa.com>', 'RCPT TO:<soporte@hosting.example>', 'DATA'])
    await client.command(line);
  const stopped = gateway.stop();
  expect(await askForReload(data)).toMatchObject({ ok: false, problems: [{ message: 'the gateway is stopping' }] });
  client.write('From: ana@empresa.com\r\n\r\nHola\r\n.\r\n');
  expect((await client.reply()).code).toBe(250);
  await stopped;
  expect(await askForReload(data)).toBeNull();
});

it('sends through the new way out from then on, and at once when the old one did not work', async () => {
  const sink = await startSink();
  onTestFinished(() => sink.close());
  const gateway = await testGateway({
    accounts: ACCOUNTS,
    // Nothing listens there.
    config: { outbound: { transport: { type: 'smtp', host: '127.0.0.1', port: 1 } } },
  });
  await submit(gateway.port, mail());
  await vi.waitFor(async () => {
    const [first] = await gateway.store.listOutbox({ limit: 1 });
    expect(first?.lastError).not.toBeNull();
  });
  rewrite(gateway, { outbound: { transport: { type: 'smtp', host: '127.0.0.1', port: sink.port } } });
  expect(await gateway.reload()).toEqual([]);
  await submit(gateway.port, mail());
  await sink.received(1);

  rewrite(gateway, { outbound: { transport: { type: 'file', folder: './elsewhere' } } });
  expect(await gateway.reload()).toEqual([]);
  await submit(gateway.port, mail());
  await vi.waitFor(() =>
    expect(readdirSync(join(gateway.folder, 'elsewhere')).filter((name) => name.endsWith('.eml'))).toHaveLength(1),
  );
});

it('offers a certificate that was configured while it ran', async () => {
  const path = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));
  const gateway = await testGateway({ accounts: ACCOUNTS });
  const before = await SmtpClient.open(gateway.port);
  onTestFinished(() => before.drop());
  expect((await before.command('EHLO x')).lines.join()).not.toContain('STARTTLS');

  rewrite(gateway, { smtp: { port: 0, drainSeconds: 2, tls: { cert: path('cert.pem'), key: path('key.pem') } } });
  expect(await gateway.reload()).toEqual([]);
  expect((await before.command('EHLO x')).lines.join()).toContain('STARTTLS');
  expect((await before.command('STARTTLS')).code).toBe(220);
  const secure = connectTls({ socket: before.release(), rejectUnauthorized: false });
  onTestFinished(() => {
    secure.destroy();
  });
  await new Promise((resolve) => secure.once('secureConnect', resolve));
  expect(secure.getPeerX509Certificate()?.toString()).toBe(readFileSync(path('cert.pem'), 'utf8'));
});

const REFUSED: [string, object | string, RegExp[]][] = [
  ['no JSON', '{ "company": ', [/^: is not valid JSON/]],
  [
    'two mistakes',
    { authentication: 'maybe', departments: [{ ...SOPORTE, accepts: 'x' }] },
    [/^authentication: must be one of/, /^departments\[0\]\.accepts: must be one of/],
  ],
  ['another port', { smtp: { port: 2526, drainSeconds: 2 } }, [/^smtp\.port: cannot change while the gateway runs/]],
  ['another data folder', { dataFolder: './other' }, [/^dataFolder: cannot change while the gateway runs/]],
  ['an LMTP door', { lmtp: { port: 0 } }, [/^lmtp: cannot change while the gateway runs/]],
  [
    'a certificate that is none',
    { smtp: { port: 0, drainSeconds: 2, tls: { cert: 'config.json', key: 'config.json' } } },
    [/^smtp\.tls: certificate and key cannot be used: /],
  ],
  [
    'a department with a ticket that is gone',
    { departments: [VENTAS] },
    [/^departments: "soporte" is gone and has 1 ticket that is not closed; move or close it first$/],
  ],
];

it.each(REFUSED)('refuses %s as a whole, says why and goes on as before', async (_, change, reasons) => {
  const gateway = await testGateway({ accounts: ACCOUNTS, config: { departments: [SOPORTE] } });
  expect((await submit(gateway.port, mail())).code).toBe(250);
  // The change would also take this mailbox in, if it were not refused as a whole.
  if (typeof change === 'string') writeFileSync(join(gateway.folder, 'config.json'), change);
  else rewrite(gateway, { departments: [SOPORTE, VENTAS], ...change });
  const problems = await gateway.reload();
  expect(problems).toHaveLength(reasons.length);
  for (const [at, reason] of reasons.entries())
    expect(`${problems[at]?.path}: ${problems[at]?.message}`).toMatch(reason);
  expect((await submit(gateway.port, mail())).code).toBe(250);
  expect((await submit(gateway.port, mail('ventas@hosting.example', 'eva@nadie.example'))).code).toBe(550);
});

it('drops a department once its tickets are closed', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS, config: { departments: [SOPORTE, VENTAS] } });
  expect((await submit(gateway.port, mail('ventas@hosting.example'))).code).toBe(250);
  rewrite(gateway, { departments: [SOPORTE] });
  expect(await gateway.reload()).toHaveLength(1);
  const [ticket] = await gateway.store.listTickets({ limit: 1 });
  const close = { kind: 'close', ticket: ticket?.id ?? '', by: 'x', reason: '', silent: true } as const;
  const signing = { key: { id: 'k', secret: Buffer.alloc(32), revoked: false }, domain: 'x.example' };
  const rules = { policy: gateway.config.policy, signing, now: Date.now(), entropy: Buffer.alloc(32, 1) };
  expect((await gateway.store.changeTicket(close, rules)).kind).toBe('done');
  expect(await gateway.reload()).toEqual([]);
  expect((await submit(gateway.port, mail('ventas@hosting.example'))).code).toBe(550);
});
