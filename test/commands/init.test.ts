/** The config that init writes is good, whatever the answers were; a wrong answer is named with its option. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Answers, newConfig } from '../../src/commands/init/new-config.ts';
import { type InitOptions, init } from '../../src/commands/init.ts';
import { loadConfig } from '../../src/config.ts';
import { taquilla } from '../support/cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ANSWERS: Answers = {
  company: 'Hosting Ejemplo',
  mailboxes: ['soporte@empresa.com'],
  hostname: 'mail.empresa.com',
  mx: false,
  language: 'es',
  staff: [],
  smarthost: null,
  schema: './config.schema.json',
};

const CASES: [string, Partial<Answers>, object][] = [
  [
    'another server in front, which does not check who writes',
    {},
    {
      smtp: { host: '127.0.0.1', port: 2525 },
      authentication: 'dmarc',
      trustedRelays: [{ address: '127.0.0.1', tells: 'xforward' }],
    },
  ],
  ['the internet itself', { mx: true }, { smtp: { host: '0.0.0.0', port: 25 }, authentication: 'dmarc' }],
  [
    'a department in two languages, one that anybody may write to, and one with a name of its own',
    { mailboxes: ['soporte@empresa.com', 'support@empresa.com', 'ventas@empresa.com', 'Año_1@empresa.com'] },
    {
      departments: [
        { key: 'soporte', mailboxes: [{ language: 'es' }, { address: 'support@empresa.com', language: 'en' }] },
        { key: 'ventas', accepts: 'anyone' },
        { key: 'an-o-1' },
      ],
    },
  ],
  [
    'a smarthost with TLS from the first byte',
    { smarthost: { host: 'smtp.empresa.com', port: 465, user: 'u', passwordFile: 'secret' } },
    { outbound: { transport: { type: 'smtp', secure: true, password: { file: 'secret' } } } },
  ],
];

describe('a new config', () => {
  it.each(CASES)('is good for %s', (_, more, expected) => {
    const folder = tempFolder();
    const config = newConfig({ ...ANSWERS, ...more });
    writeFileSync(join(folder, 'secret'), 'x');
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    const loaded = loadConfig(join(folder, 'config.json'), {});
    expect(loaded.ok ? [] : loaded.problems).toEqual([]);
    expect(config).toMatchObject(expected);
  });
});

describe('taquilla init without a terminal', { timeout: 60_000 }, () => {
  it('writes a config that only its owner can read, and does not write over one', async () => {
    const folder = tempFolder();
    const run = () => taquilla(['init', '--company', 'Uno', '--domain', 'uno.example'], { cwd: folder });
    const first = await run();
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(statSync(join(folder, 'config.json')).mode & 0o077).toBe(0);
    expect(loadConfig(join(folder, 'config.json'), {}).ok).toBe(true);
    const before = readFileSync(join(folder, 'config.json'), 'utf8');
    const second = await run();
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('is there already') });
    expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe(before);
  });

  it.each<[Partial<InitOptions>, string]>([
    [{}, '--company is missing'],
    [{ company: 'Uno' }, '--domain is missing'],
    [{ company: 'Uno', domain: 'uno' }, '--domain: "uno" is not a full name'],
    [{ company: 'Uno', mailbox: ['nobody'] }, '--mailbox: "nobody" is not a mail address'],
    [{ company: 'Uno', domain: 'uno.example', smarthost: 'a b' }, '--smarthost: "a b" is not host:port'],
    [{ company: 'Uno', domain: 'uno.example', staff: ['Eva'] }, '--staff: "Eva" is not Ana'],
  ])('%j is answered with what is wrong', async (options, message) => {
    await expect(init({ ...options, out: join(tempFolder(), 'config.json') })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(message),
    });
  });
});
