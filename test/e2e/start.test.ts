/** How the program starts and stops, as the process that an admin runs. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { run } from '../support/running.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { tempFolder } from '../support/temp-folder.ts';

function configFile(folder: string, changes: Record<string, unknown> = {}): string {
  const file = join(folder, 'config.json');
  const department = { key: 'soporte', names: { es: 'Soporte', en: 'Support' }, mailboxes: ['soporte@example.com'] };
  const config = {
    company: 'X',
    hostname: 'mail.example.com',
    smtp: { port: 0 },
    authentication: 'off',
    departments: [department],
    outbound: { transport: { type: 'file', folder: 'out' } },
    ...changes,
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

it('says where it listens, finishes what is in flight when it is told to stop, and ends with 0', async () => {
  const folder = tempFolder();
  configFile(folder, { lmtp: { port: 0 }, http: { port: 0 } });
  const gateway = run(folder, ['serve']);
  const [, port] = await gateway.says(/listens on 127\.0\.0\.1:(\d+)/);
  const client = await SmtpClient.open(Number(port));
  expect((await client.command('EHLO x')).code).toBe(250);
  gateway.process.kill('SIGTERM');
  expect((await client.reply()).text).toMatch(/^4\.3\.2 /);
  expect(await gateway.ended).toBe(0);
  client.drop();
  expect(gateway.output()).toContain('authentication is off');
  expect(gateway.output()).toMatch(/^And on 127\.0\.0\.1:[1-9]\d* \(LMTP\)\.$/m);
  expect(gateway.output()).toMatch(/^Health and figures: http:\/\/127\.0\.0\.1:[1-9]\d*\/healthz$/m);
});

it('ends at once at the second signal', async () => {
  const folder = tempFolder();
  configFile(folder);
  const gateway = run(folder, ['serve']);
  const [, port] = await gateway.says(/listens on 127\.0\.0\.1:(\d+)/);
  // A mail that never ends keeps the first signal waiting.
  const client = await SmtpClient.open(Number(port));
  await client.command('EHLO x');
  await client.command('MAIL FROM:<a@b.example>');
  await client.command('RCPT TO:<soporte@example.com>');
  await client.command('DATA');
  gateway.process.kill('SIGTERM');
  await gateway.says(/stopping/);
  gateway.process.kill('SIGTERM');
  expect(await gateway.ended).toBeNull();
  client.drop();
});

it('keeps another gateway away, and ends in time when it is told to reload, while it finishes a mail', async () => {
  const folder = tempFolder();
  const tls = Object.fromEntries(
    ['cert', 'key'].map((name) => [name, fileURLToPath(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url))]),
  );
  configFile(folder, { smtp: { port: 0, tls, drainSeconds: 3 } });
  const gateway = run(folder, ['serve']);
  const [, port] = await gateway.says(/listens on 127\.0\.0\.1:(\d+)/);
  const client = await SmtpClient.open(Number(port));
  onTestFinished(() => client.drop());
  for (const line of ['EHLO x', 'MAIL FROM:<a@b.example>', 'RCPT TO:<soporte@example.com>', 'DATA'])
    await client.command(line);
  gateway.process.kill('SIGTERM');
  await gateway.says(/stopping/);
  gateway.process.kill('SIGHUP');
  const second = run(folder, ['serve']);
  expect(await second.ended).toBe(1);
  expect(second.output()).toBe('another gateway runs on the data folder data\n');
  expect(await gateway.ended).toBe(0);
});

it('a certificate that is not there, or is none, is one clear line and exit code 1', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'no.pem'), 'x');
  for (const [cert, said] of [
    ['/nope.pem', '/nope.pem cannot be read (ENOENT); correct smtp.tls or its permissions\n'],
    [join(folder, 'no.pem'), expect.stringMatching(/no\.pem.*; correct smtp\.tls\n$/)],
  ]) {
    configFile(folder, { smtp: { port: 0, tls: { cert, key: cert } } });
    const gateway = run(folder, ['serve']);
    expect(await gateway.ended).toBe(1);
    expect(gateway.output()).toEqual(said);
  }
});

it('without a config runs the example with demo accounts in a folder of its own', async () => {
  const folder = tempFolder();
  // The example's port may be taken on this machine: then the one line about it is what is looked at.
  const gateway = run(folder, ['serve']);
  await gateway.says(/listens on|is in use/);
  if (gateway.output().includes('is in use')) return;
  await gateway.says(/npm run first-mail/);
  expect(gateway.output()).toMatch(/example configuration, with demo accounts, and its data is in data-demo/);
  expect(gateway.output()).toMatch(/nothing leaves this machine/);
  expect(gateway.output()).toMatch(/soporte@example\.com, support@example\.com/);
});

it.each(['smtp', 'lmtp', 'http'])('a port of %s in use is one clear line and exit code 1', async (door) => {
  const folder = tempFolder();
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => taken.close(() => resolve())));
  const address = taken.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  configFile(folder, { [door]: { port } });
  const gateway = run(folder, ['serve']);
  expect(await gateway.ended).toBe(1);
  expect(gateway.output()).toBe(
    `127.0.0.1:${port} is in use by another program; stop it or choose another ${door}.port\n`,
  );
});

it('an address that this machine has not is told by the door that wants it', async () => {
  const folder = tempFolder();
  configFile(folder, { lmtp: { host: '192.0.2.1', port: 0 } });
  const gateway = run(folder, ['serve']);
  expect(await gateway.ended).toBe(1);
  expect(gateway.output()).toBe('this machine has no address 192.0.2.1; correct lmtp.host\n');
});

it('a data folder that cannot be written is one clear line and exit code 1', async () => {
  const folder = tempFolder();
  // A file where the folder should be can't be written to by anybody, root included.
  writeFileSync(join(folder, 'data'), '');
  configFile(folder);
  const gateway = run(folder, ['serve']);
  expect(await gateway.ended).toBe(1);
  expect(gateway.output()).toBe(
    'the data folder data cannot be written; create it or give this user the right to write there\n',
  );
});

it('a database of a newer version is one clear line and exit code 1', async () => {
  const folder = tempFolder();
  const data = join(folder, 'data');
  mkdirSync(data);
  openDatabase(join(data, 'taquilla.db')).sqlite.close();
  const database = new Database(join(data, 'taquilla.db'));
  database
    .prepare('insert into __drizzle_migrations (hash, created_at) values (?, ?)')
    .run('future', Date.UTC(2999, 0));
  database.close();
  chmodSync(data, 0o700);
  configFile(folder);
  const gateway = run(folder, ['serve']);
  expect(await gateway.ended).toBe(1);
  expect(gateway.output().trimEnd().split('\n')).toHaveLength(1);
  expect(gateway.output()).toContain('was written by a newer version of Taquilla');
});

it('starts with the built-in template in the place of a broken one when told to, and says so', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'mails'));
  writeFileSync(join(folder, 'mails/receipt.es.html.liquid'), '<p>{{ name');
  const config = configFile(folder, { templatesFolder: 'mails' });
  const gateway = run(folder, ['serve', '-c', config, '--builtin-templates']);
  await gateway.says(/mails\/receipt\.es\.html\.liquid:1:4: output/);
  await gateway.says(/Taquilla listens on/);
});

it('an LMTP socket that cannot be made is one clear line and exit code 1', async () => {
  const folder = tempFolder();
  configFile(folder, { lmtp: { socket: './nowhere/lmtp.sock' } });
  const gateway = run(folder, ['serve']);
  expect(await gateway.ended).toBe(1);
  expect(gateway.output()).toMatch(/^\S+nowhere\/lmtp\.sock cannot be made \(\w+\); make its folder, .*\n$/);
});
it.runIf(process.getuid?.() === 0)(
  'as root refuses a port that needs no root, unless it is told',
  async () => {
    const folder = tempFolder();
    configFile(folder, { smtp: { host: '0.0.0.0', port: 40_025 } });
    for (const env of [
      {},
      { TAQUILLA_ALLOW_ROOT: '0' },
      { TAQUILLA_ALLOW_ROOT: 'false' },
      { TAQUILLA_ALLOW_ROOT: '' },
    ]) {
      const gateway = run(folder, ['serve'], env);
      expect(await gateway.ended).toBe(1);
      expect(gateway.output()).toMatch(/^refusing to run as root: .*--allow-root\n$/);
    }
    configFile(folder, { smtp: { host: '0.0.0.0', port: 0 } });
    for (const [args, env] of [
      [['serve', '--allow-root'], {}],
      [['serve', '--allow-root'], { TAQUILLA_ALLOW_ROOT: '0' }],
      [['serve'], { TAQUILLA_ALLOW_ROOT: '1' }],
    ] as const) {
      const told = run(folder, args, env);
      await told.says(/listens on/);
      told.process.kill('SIGTERM');
      expect(await told.ended).toBe(0);
    }
  },
  60_000,
);
