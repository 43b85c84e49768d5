/** The doctor finds what is planted, says what to do about it, and finds nothing in a sound installation. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Finding } from '../../src/commands/doctor/finding.ts';
import { type DoctorSurroundings, examine } from '../../src/commands/doctor.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { type Zone, zoneLookup } from '../auth/zone.ts';
import { taquilla } from '../support/cli.ts';
import { testGateway } from '../support/gateway.ts';
import { NOW, sampleAccount, sampleRecord, sampleRules } from '../support/sample-mail.ts';
import { type Sink, startSink } from '../support/sink.ts';
import { tempFolder } from '../support/temp-folder.ts';

const HOST = 'mail.hosting.example';
const GOOD_ZONE: Zone = {
  'mail.hosting.example A': ['192.0.2.1'],
  'hosting.example MX': [{ exchange: HOST, priority: 10 }],
  'hosting.example TXT': [['v=spf1 mx -all'], ['google-site-verification=x']],
  '_dmarc.hosting.example TXT': 'v=DMARC1; p=reject',
};
const STAFF = [{ name: 'Olga', address: 'olga@hosting.example' }];
const DEPARTMENT = {
  key: 'soporte',
  names: { es: 'Soporte', en: 'Support' },
  mailboxes: ['soporte@hosting.example'],
  helpUrl: 'https://hosting.example/ayuda',
  staff: STAFF,
};

interface Planted {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly zone?: Zone;
  readonly surroundings?: Partial<DoctorSurroundings>;
  /** Something in the folder before the doctor looks. */
  readonly plant?: (folder: string, config: Config) => void | Promise<void>;
}

/** Ids of warnings and problems; every one says what to do. */
async function found({ config, zone = GOOD_ZONE, surroundings, plant }: Planted): Promise<string[]> {
  const folder = tempFolder();
  const sink = await aSink();
  const banner = await greeting(`220 ${HOST} ESMTP`);
  const file = join(folder, 'config.json');
  const whole = {
    company: 'Hosting',
    hostname: HOST,
    smtp: { port: banner },
    departments: [DEPARTMENT],
    outbound: { transport: { type: 'smtp', host: '127.0.0.1', port: sink.port } },
    ...config,
  };
  writeFileSync(file, JSON.stringify(whole), { mode: 0o600 });
  const loaded = loadConfig(file, {});
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  mkdirSync(loaded.config.dataFolder, { recursive: true, mode: 0o700 });
  const store = sqliteStore(openDatabase(join(loaded.config.dataFolder, 'taquilla.db')));
  await store.saveAccounts([sampleAccount('C-1')], 'merge', NOW);
  await store.close();
  await plant?.(folder, loaded.config);
  const findings = await examine(
    loaded.config,
    { dns: true },
    { lookup: zoneLookup(zone).lookup, room: () => ({ free: 50 * 1024 ** 3 }), now: Date.now(), ...surroundings },
  );
  const bad = findings.filter(({ level }) => level === 'warning' || level === 'problem');
  expect(bad.filter(({ todo }) => todo === null || todo === '')).toEqual([]);
  return bad.map(({ id }: Finding) => id);
}

/** A server that says one line to whoever connects. */
async function greeting(line: string): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(`${line}\r\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function aSink(): Promise<Sink> {
  const sink = await startSink();
  onTestFinished(() => sink.close());
  return sink;
}

/** Nobody listens there. */
const FREE_PORT = 1;

const FAULTS: [string, Planted, string][] = [
  [
    'authentication off on an open door',
    { config: { authentication: 'off', smtp: { host: '0.0.0.0', port: FREE_PORT } } },
    'authentication-off',
  ],
  ['nobody checks who writes as staff', { config: { authentication: 'off' } }, 'authentication-off-staff'],
  ['shadow mode left on', { config: { shadow: true } }, 'shadow'],
  ['a host name without a domain', { config: { hostname: 'correo' } }, 'hostname-short'],
  ['a department without staff', { config: { departments: [{ ...DEPARTMENT, staff: [] }] } }, 'no-staff'],
  ['refusals that lead nowhere', { config: { departments: [{ ...DEPARTMENT, helpUrl: undefined }] } }, 'no-help'],
  [
    'a data folder that others can look into',
    { plant: (_, { dataFolder }) => chmodSync(dataFolder, 0o755) },
    'data-folder-open',
  ],
  ['a disk that is nearly full', { surroundings: { room: () => ({ free: 600 * 1024 ** 2 }) } }, 'disk-low'],
  ['a full disk', { surroundings: { room: () => ({ free: 1024 ** 2 }) } }, 'disk-full'],
  [
    'keys that cannot be read',
    { plant: (_, { dataFolder }) => writeFileSync(join(dataFolder, 'keys.json'), '{') },
    'keys-unusable',
  ],
  [
    'a file that is no database',
    { plant: (_, { dataFolder }) => writeFileSync(join(dataFolder, 'taquilla.db'), 'x'.repeat(5000)) },
    'database-unusable',
  ],
  ['no accounts', { plant: (_, { dataFolder }) => emptyDatabase(dataFolder) }, 'no-accounts'],
  ['no certificate', {}, 'certificate-missing'],
  ['nothing on the port', { config: { smtp: { port: FREE_PORT } } }, 'gateway-down'],
  [
    'an address that this machine does not have',
    { config: { smtp: { host: '192.0.2.77', port: FREE_PORT } } },
    'address-unknown',
  ],
  [
    'a host name that DNS does not know',
    { zone: { ...GOOD_ZONE, 'mail.hosting.example A': { fails: 'NODATA' } } },
    'hostname-unknown',
  ],
  ['no MX record', { zone: { ...GOOD_ZONE, 'hosting.example MX': { fails: 'NODATA' } } }, 'mx-missing'],
  [
    'an MX record that leads elsewhere',
    { zone: { ...GOOD_ZONE, 'hosting.example MX': [{ exchange: 'mx.otro.example', priority: 1 }] } },
    'mx-elsewhere',
  ],
  ['no SPF record', { zone: { ...GOOD_ZONE, 'hosting.example TXT': 'nothing' } }, 'spf-missing'],
  [
    'two SPF records',
    { zone: { ...GOOD_ZONE, 'hosting.example TXT': [['v=spf1 -all'], ['v=spf1 mx -all']] } },
    'spf-several',
  ],
  [
    'an SPF record that lets everybody send',
    { zone: { ...GOOD_ZONE, 'hosting.example TXT': 'v=spf1 +all' } },
    'spf-open',
  ],
  ['no DMARC record', { zone: { ...GOOD_ZONE, '_dmarc.hosting.example TXT': { fails: 'NODATA' } } }, 'dmarc-missing'],
  [
    'a DMARC policy of none',
    { zone: { ...GOOD_ZONE, '_dmarc.hosting.example TXT': 'v=DMARC1; p=none' } },
    'dmarc-none',
  ],
  [
    'a DMARC record with a mistake',
    { zone: { ...GOOD_ZONE, '_dmarc.hosting.example TXT': 'v=DMARC1; p=maybe' } },
    'dmarc-unusable',
  ],
  ['DNS that fails', { zone: { ...GOOD_ZONE, 'hosting.example MX': { fails: 'SERVFAIL' } } }, 'dns-no-answer'],
  [
    'a smarthost that is not there',
    { config: { outbound: { transport: { type: 'smtp', host: '127.0.0.1', port: FREE_PORT } } } },
    'smarthost-connection',
  ],
  [
    'receipts that go to files',
    { config: { outbound: { transport: { type: 'file', folder: './out' } } } },
    'outbound-file',
  ],
  [
    'a sendmail that is not there',
    { config: { outbound: { transport: { type: 'sendmail', path: '/nowhere/sendmail' } } } },
    'sendmail-missing',
  ],
  ['mails that wait for hours', { plant: (_, { dataFolder }) => oldReceipt(dataFolder) }, 'outbox-waits'],
  [
    'a password that everybody can read',
    {
      config: {
        outbound: { transport: { type: 'smtp', host: '127.0.0.1', port: FREE_PORT, user: 'u', password: 'p' } },
      },
      plant: (folder) => chmodSync(join(folder, 'config.json'), 0o644),
    },
    'password-open',
  ],
];

async function emptyDatabase(dataFolder: string): Promise<void> {
  const store = sqliteStore(openDatabase(join(dataFolder, 'taquilla.db')));
  await store.closeOtherAccounts([], NOW);
  await store.close();
  const { sqlite } = openDatabase(join(dataFolder, 'taquilla.db'));
  sqlite.exec('delete from accounts');
  sqlite.close();
}

async function oldReceipt(dataFolder: string): Promise<void> {
  const store = sqliteStore(openDatabase(join(dataFolder, 'taquilla.db')));
  await store.saveAccounts([sampleAccount('C-1', { contacts: [{ address: 'ana@empresa.com' }] })], 'merge', NOW);
  await store.recordMail(sampleRecord({ id: 'uno', from: 'ana@empresa.com' }), sampleRules(NOW - 86_400_000));
  await store.close();
}

describe('the doctor', () => {
  it('finds nothing wrong with an installation that only lacks a certificate', async () => {
    expect(await found({})).toEqual(['certificate-missing']);
  });

  it.each(FAULTS)('finds %s', async (_, planted, id) => {
    expect(await found(planted)).toContain(id);
  });

  it('finds another program on the port', async () => {
    const port = await greeting('220 somebody.else ESMTP Postfix');
    expect(await found({ config: { smtp: { port } } })).toContain('port-taken');
  });

  it('finds a smarthost that refuses the log-in', async () => {
    const sink = await aSink();
    const transport = { type: 'smtp', host: '127.0.0.1', port: sink.port, user: 'u', password: 'wrong' };
    const ids = await found({ config: { outbound: { transport } } });
    expect(ids.filter((id) => id.startsWith('smarthost-'))).toHaveLength(1);
  });
});

describe('the certificate', () => {
  const check = async (
    more: Planted & { readonly hostname?: string; readonly files?: { cert?: string; key?: string } },
  ) => {
    const files = { cert: 'fixtures/tls/cert.pem', key: 'fixtures/tls/key.pem', ...more.files };
    const absolute = { cert: join(process.cwd(), files.cert), key: join(process.cwd(), files.key) };
    return (
      await found({ ...more, config: { hostname: more.hostname ?? HOST, smtp: { port: FREE_PORT, tls: absolute } } })
    ).filter((id) => id.startsWith('certificate'));
  };

  it.each<[string, number, string]>([
    ['has run out', Date.UTC(2199, 0, 1), 'certificate-expired'],
    ['is not good yet', Date.UTC(1999, 0, 1), 'certificate-not-yet'],
  ])('%s', async (_, now, id) => {
    expect(await check({ surroundings: { now } })).toContain(id);
  });

  it('is signed by itself', async () => {
    expect(await check({})).toEqual(['certificate-self-signed']);
  });

  it('is for another host', async () => {
    expect(await check({ hostname: 'otro.example' })).toContain('certificate-name');
  });

  it.each([
    ['is not there', { cert: 'fixtures/tls/nowhere.pem' }, 'certificate-unreadable'],
    ['is something else', { cert: 'package.json' }, 'certificate-unreadable'],
    ['has a key that is something else', { key: 'package.json' }, 'certificate-key'],
  ])('%s', async (_, files, id) => {
    expect(await check({ files })).toContain(id);
  });
});

describe('through the command', { timeout: 60_000 }, () => {
  it('a test mail makes a ticket, its receipt leaves, and the exit code is for monitoring', async () => {
    const gateway = await testGateway({ accounts: [{ number: 'C-1', name: 'Uno', contacts: ['ana@uno.example'] }] });
    const config = JSON.parse(readFileSync(gateway.config.file, 'utf8'));
    writeFileSync(join(gateway.folder, 'config.json'), JSON.stringify({ ...config, smtp: { port: gateway.port } }));
    const run = async (...more: string[]) => {
      const { code, stdout } = await taquilla(['doctor', '--no-dns', '--json', ...more], { cwd: gateway.folder });
      const ids: string[] = JSON.parse(stdout).findings.map(({ id }: Finding) => id);
      return { code, ids };
    };
    const good = await run('--test-mail', 'ana@uno.example');
    expect(good.ids).toEqual(expect.arrayContaining(['gateway', 'test-mail', 'receipt']));
    expect(good.code).toBe(0);
    expect(await gateway.store.listTickets({ limit: 9 })).toMatchObject([{ status: 'closed' }]);

    const refused = await run('--test-mail', 'nobody@uno.example');
    expect(refused.ids).toContain('test-mail-refused');
    expect(refused.code).toBe(1);

    await gateway.stop();
    const down = await run('--test-mail', 'ana@uno.example');
    expect(down.ids).toEqual(expect.arrayContaining(['gateway-down', 'test-mail']));
    expect(down.code).toBe(1);
  });

  it('a config with mistakes is a finding for each', async () => {
    const file = join(process.cwd(), 'fixtures/config/five-mistakes/config.json');
    const { code, stdout } = await taquilla(['doctor', '--no-dns', '--config', file], { cwd: tempFolder() });
    expect(code).toBe(1);
    expect(stdout.match(/^PROBLEM/gm)).toHaveLength(5);
  });
});
