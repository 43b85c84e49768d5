/** Backup while mail comes in, verify, restore: the restored gateway knows its tickets and its own mails. */
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, vi } from 'vitest';
import { withoutSecrets } from '../../src/commands/backup.ts';
import { verifyFolder } from '../../src/commands/verify.ts';
import { loadConfig } from '../../src/config.ts';
import { taquilla } from '../support/cli.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { submit } from '../support/smtp-client.ts';
import { tempFolder } from '../support/temp-folder.ts';

// Most of it is the real program, started again and again.
vi.setConfig({ testTimeout: 90_000 });

const ANA = 'ana@empresa.example';
const WORLD = {
  config: { receiptsPerHour: 1000, limits: { mailsPerSenderPerHour: 10_000 } },
  accounts: [{ number: 'C-1', name: 'Empresa', contacts: [{ address: ANA }] }],
};

function mail(name: string, headers: readonly string[], size = 90_000): Buffer {
  const lines =
    Buffer.alloc(size, `fichero ${name} `)
      .toString('base64')
      .match(/.{1,76}/g) ?? [];
  const head = [`From: ${ANA}`, `Message-ID: <${name}@empresa.example>`, 'MIME-Version: 1.0', ...headers];
  const type = ['Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'hola', '--b'];
  const part = ['Content-Disposition: attachment; filename=a.bin', 'Content-Transfer-Encoding: base64', ''];
  return Buffer.from([...head, ...type, ...part, ...lines, '--b--', ''].join('\r\n'));
}

const send = (port: number, bytes: Buffer) => submit(port, { from: ANA, to: ['soporte@hosting.example'], bytes });

const cli = (args: readonly string[], folder: string) =>
  taquilla(['--config', 'config.json', ...args], { cwd: folder });

/** The `.eml` files that the gateway sent. */
function receipts(folder: string): string[] {
  const out = join(folder, 'outbox');
  if (!existsSync(out)) return [];
  return readdirSync(out)
    .filter((name) => name.endsWith('.eml') && !name.startsWith('.'))
    .map((name) => readFileSync(join(out, name), 'utf8'));
}

async function firstReceipt({ folder }: TestGateway): Promise<string> {
  for (;;) {
    const [receipt] = receipts(folder);
    if (receipt !== undefined) return receipt;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it('a backup made while mail comes in is whole, and a gateway restored from it goes on where it was', async () => {
  const gateway = await testGateway(WORLD);
  const { folder } = gateway;
  expect((await send(gateway.port, mail('first', ['Subject: La primera']))).code).toBe(250);
  const receipt = await firstReceipt(gateway);
  const [, receiptId = ''] = /^Message-ID:\s*(<\S+>)/im.exec(receipt) ?? [];
  const [, ticket = ''] = /\[(TQ-\d+)\]/.exec(receipt) ?? [];

  let going = true;
  let count = 0;
  const load = [1, 2, 3].map(async () => {
    while (going) {
      const name = `load-${++count}`;
      expect((await send(gateway.port, mail(name, [`Subject: ${name}`]))).code).toBe(250);
    }
  });
  const target = join(folder, 'backups', 'monday');
  mkdirSync(join(folder, 'backups'));
  const made = await cli(['backup', target], folder);
  going = false;
  await Promise.all(load);
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(count).toBeGreaterThan(3);
  await gateway.stop();

  expect(statSync(target).mode & 0o077).toBe(0);
  expect(statSync(join(target, 'taquilla.db')).mode & 0o077).toBe(0);
  expect(readdirSync(target).sort()).toEqual(['blobs', 'config.json', 'keys.json', 'taquilla.db']);
  const checked = await taquilla(['verify', '--data', target], { cwd: tempFolder() });
  expect(checked).toMatchObject({ code: 0, stderr: '' });
  expect(checked.stdout).toContain('everything is there and whole');

  const restored = tempFolder();
  cpSync(target, join(restored, 'data'), { recursive: true });
  const again = await testGateway({ config: WORLD.config }, restored);
  expect((await again.store.findTicket(ticket))?.thread).toHaveLength(1);
  const answer = mail('answer', ['Subject: sin identificador', `In-Reply-To: ${receiptId}`]);
  expect((await send(again.port, answer)).code).toBe(250);
  expect((await again.store.findTicket(ticket))?.thread).toHaveLength(2);
  const repeat = await send(again.port, mail('first', ['Subject: La primera']));
  expect(repeat.code).toBe(250);
  expect((await again.store.listMails({ limit: 1 }))[0]?.verdict).toBe('duplicate');
  await again.stop();
  expect(await verifyFolder(join(restored, 'data'), Date.now())).toMatchObject({ problems: [] });
});

/** A stopped gateway's folder with one mail in it, its attachment and its raw bytes as files. */
async function stopped(): Promise<string> {
  const gateway = await testGateway(WORLD);
  expect((await send(gateway.port, mail('one', ['Subject: Uno']))).code).toBe(250);
  await gateway.stop();
  return gateway.folder;
}

it('refuses a folder that is in use, and leaves it as it is', async () => {
  const folder = await stopped();
  mkdirSync(join(folder, 'used'));
  writeFileSync(join(folder, 'used', 'precious'), 'x');
  const result = await cli(['backup', 'used'], folder);
  expect(result).toMatchObject({ code: 2, stderr: 'used is there already; name a new folder for each backup\n' });
  expect(readdirSync(join(folder, 'used'))).toEqual(['precious']);
  expect((await cli(['backup', 'fresh'], folder)).code).toBe(0);
  expect((await cli(['backup', 'fresh'], folder)).code).toBe(2);
  mkdirSync(join(folder, 'cut-off.partial'));
  const cutOff = await cli(['backup', 'cut-off'], folder);
  expect(cutOff.code).toBe(2);
  expect(cutOff.stderr).toContain('left of a backup that was cut off');
});

it('makes links instead of copies where that is asked for', async () => {
  const folder = await stopped();
  expect((await cli(['backup', 'linked', '--link'], folder)).code).toBe(0);
  const [start = ''] = readdirSync(join(folder, 'linked', 'blobs'));
  const [name = ''] = readdirSync(join(folder, 'linked', 'blobs', start));
  expect(statSync(join(folder, 'linked', 'blobs', start, name)).nlink).toBe(2);
  expect(await verifyFolder(join(folder, 'linked'), Date.now())).toMatchObject({ problems: [] });
});

it('makes the backup and says so when a file is missing in the data folder already', async () => {
  const folder = await stopped();
  const name = onlyBlobs(folder)[0] ?? '';
  rmSync(blobPath(folder, name));
  const result = await cli(['backup', 'b'], folder);
  expect(result.code).toBe(1);
  expect(result.stderr).toContain(`1 file is missing in the data folder: ${name}`);
  expect(existsSync(join(folder, 'b', 'taquilla.db'))).toBe(true);
});

it('takes passwords out of the copied config, and the restored gateway asks for them', async () => {
  const transport = { type: 'smtp', host: 'relay.example', user: 'u', password: 'hunter2' };
  const copy = withoutSecrets(JSON.stringify({ outbound: { transport }, departments: [{ key: 'password' }] }));
  expect(copy).not.toContain('hunter2');
  expect(JSON.parse(copy).departments).toEqual([{ key: 'password' }]);
  const folder = tempFolder();
  const department = { key: 'soporte', names: { es: 'S', en: 'S' }, mailboxes: ['s@h.example'] };
  const config = { company: 'X', hostname: 'mail.h.example', departments: [department], outbound: { transport } };
  writeFileSync(join(folder, 'config.json'), withoutSecrets(JSON.stringify(config)));
  expect(JSON.stringify(loadConfig(join(folder, 'config.json'), {}))).toContain('TAQUILLA_RESTORED_SECRET');
  expect(loadConfig(join(folder, 'config.json'), { TAQUILLA_RESTORED_SECRET: 'x' }).ok).toBe(true);
});

it('hands on nothing else that lies in the data folder, where passwords may stand', async () => {
  const folder = await stopped();
  const data = join(folder, 'data');
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  const lookup = { url: 'https://billing.example/ask', secret: 'hunter2' };
  writeFileSync(join(data, 'gateway.json'), JSON.stringify({ ...config, dataFolder: '.', lookup }));
  for (const name of ['config.old.json', 'keys.json.old', 'smarthost-password', 'taquilla.db.before-1'])
    writeFileSync(join(data, name), 'hunter2');
  const made = await taquilla(['--config', 'data/gateway.json', 'backup', 'b'], { cwd: folder });
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(readdirSync(join(folder, 'b')).sort()).toEqual(['blobs', 'config.json', 'keys.json', 'taquilla.db']);
  expect(readFileSync(join(folder, 'b', 'keys.json'))).toEqual(readFileSync(join(data, 'keys.json')));
  const copied = readFileSync(join(folder, 'b', 'config.json'), 'utf8');
  expect(JSON.parse(copied).lookup).toEqual({ ...lookup, secret: { env: 'TAQUILLA_RESTORED_SECRET' } });
});

it('says so when the keys are missing in the data folder', async () => {
  const folder = await stopped();
  rmSync(join(folder, 'data', 'keys.json'));
  const result = await cli(['backup', 'b'], folder);
  expect(result.code).toBe(1);
  expect(result.stdout).toContain('b: database and 2 files');
  expect(result.stderr).toContain('1 file is missing in the data folder: keys.json; run taquilla verify');
});

const blobPath = (folder: string, name: string) => join(folder, 'data', 'blobs', name.slice(0, 2), name);

function onlyBlobs(folder: string): string[] {
  return readdirSync(join(folder, 'data', 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}

const inDatabase = (folder: string, sql: string) => {
  const database = new Database(join(folder, 'data', 'taquilla.db'));
  database.pragma('foreign_keys = OFF');
  database.exec(sql);
  database.close();
};

const DAMAGES: [string, (folder: string) => void, RegExp][] = [
  [
    'a file that is missing',
    (folder) => rmSync(blobPath(folder, onlyBlobs(folder)[0] ?? '')),
    /is missing \((mail|ticket) /,
  ],
  [
    'a file that is cut short',
    (folder) => writeFileSync(blobPath(folder, onlyBlobs(folder)[0] ?? ''), 'x'),
    /has 1 bytes instead of \d+/,
  ],
  [
    'a file of the right size with another content',
    (folder) => {
      const path = blobPath(folder, onlyBlobs(folder)[1] ?? '');
      const bytes = readFileSync(path);
      bytes[1000] = (bytes[1000] ?? 0) ^ 1;
      writeFileSync(path, bytes);
    },
    /holds something else than its name says/,
  ],
  [
    'a row that points nowhere',
    (folder) => inDatabase(folder, 'delete from blobs'),
    /1 row of attachments names a row of blobs that is not there/,
  ],
  [
    'a ticket without messages',
    (folder) => inDatabase(folder, 'delete from attachments; delete from messages'),
    /1 ticket has no message/,
  ],
  [
    'a damaged database',
    (folder) => {
      const path = join(folder, 'data', 'taquilla.db');
      const bytes = readFileSync(path);
      bytes.fill(0x5a, 40_960, 90_000);
      writeFileSync(path, bytes);
    },
    /taquilla\.db/,
  ],
  ['keys that are gone', (folder) => rmSync(join(folder, 'data', 'keys.json')), /keys\.json is missing/],
  [
    'keys that cannot be read',
    (folder) => appendFileSync(join(folder, 'data', 'keys.json'), '{'),
    /is not a keys file/,
  ],
];

it('verify tells that a damaged search index is no loss', async () => {
  const folder = await stopped();
  writeFileSync(join(folder, 'data', 'taquilla.db-search'), 'x'.repeat(5000));
  const { problems } = await verifyFolder(join(folder, 'data'), Date.now());
  expect(problems).toEqual([
    {
      problem: expect.stringMatching(/taquilla\.db-search: is damaged: SQLITE_NOTADB$/),
      advice: 'no mail is lost: stop the gateway and remove this file; the next start makes it anew',
    },
  ]);
});

it.each(DAMAGES)('verify finds %s', async (_, damage, words) => {
  const folder = await stopped();
  expect(await verifyFolder(join(folder, 'data'), Date.now())).toMatchObject({ problems: [], orphans: [], files: 2 });
  damage(folder);
  const { problems } = await verifyFolder(join(folder, 'data'), Date.now());
  expect(problems.map(({ problem }) => problem).join('\n')).toMatch(words);
  for (const { advice } of problems) expect(advice).toContain('restore');
});

it('verify says what to do and ends with 1 where something is wrong, in words and as JSON', async () => {
  const folder = await stopped();
  rmSync(join(folder, 'data', 'keys.json'));
  const result = await cli(['verify'], folder);
  expect(result).toMatchObject({ code: 1, stderr: '1 problem in data\n' });
  expect(result.stdout).toMatch(/^data\/keys\.json is missing\n {2}→ restore it from/);
  const json = await cli(['verify', '--json'], folder);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, files: 2, orphans: [] });
});

it('verify names files that no row names, which is no fault', async () => {
  const folder = await stopped();
  const name = 'ab'.repeat(32);
  mkdirSync(join(folder, 'data', 'blobs', 'ab'), { recursive: true });
  writeFileSync(blobPath(folder, name), 'x');
  expect(await verifyFolder(join(folder, 'data'), Date.now())).toMatchObject({ problems: [], orphans: [] });
  utimesSync(blobPath(folder, name), 0, 0);
  chmodSync(blobPath(folder, name), 0o600);
  const result = await cli(['verify'], folder);
  expect(result.code).toBe(0);
  expect(result.stdout).toContain('1 file belongs to no mail any more');
});

it('verify says so where there is no database', async () => {
  const folder = tempFolder();
  const result = await taquilla(['verify', '--data', '.'], { cwd: folder });
  expect(result).toMatchObject({ code: 1, stderr: 'there is no database in .\n' });
});
