/** The command line as its users meet it, through the real binary. Each run costs a process: cases share what they can. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { taquilla } from '../support/cli.ts';
import { sampleMail } from '../support/sample-mail.ts';
import { makeFolder, removeFolder, tempFolder } from '../support/temp-folder.ts';
import { fillWorld, type World, writeConfig } from './cli-world.ts';

const SLOW = { timeout: 90_000 };

let world: World;
beforeAll(async () => {
  world = await fillWorld(makeFolder());
});
afterAll(() => removeFolder(world.folder));

const run = (...args: string[]) => taquilla(args, { cwd: world.folder });

/** Runs everything at once, three at a time, and gives the results in order. */
async function runAll(calls: readonly (readonly string[])[], cwd = world.folder) {
  const results: Awaited<ReturnType<typeof taquilla>>[] = [];
  let next = 0;
  const work = async () => {
    for (let at = next++; at < calls.length; at = next++) results[at] = await taquilla(calls[at] ?? [], { cwd });
  };
  await Promise.all([work(), work(), work()]);
  return results;
}

describe('help and mistakes', SLOW, () => {
  it('prints help on every level', async () => {
    const calls = [['--help'], ['explain', '--help'], ['accounts', 'import', '--help'], ['mail', '--help']];
    for (const [at, { code, stdout, stderr }] of (await runAll(calls)).entries()) {
      expect({ call: calls[at], code, stderr }).toEqual({ call: calls[at], code: 0, stderr: '' });
      expect(stdout).toMatch(/^Usage: taquilla /);
    }
  });

  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('answers a wrong call with exit code 2 and what was meant', async () => {
    const cases: [string[], string][] = [
      [['check-conf'], 'Did you mean check-config?'],
      [['tickets', 'list', '--jsn'], 'Did you mean --json?'],
      [['tickets', 'list', '--status', 'opened'], 'Allowed choices are open, pending, resolved, closed'],
      [['tickets', 'list', '--limit', '0'], 'must be a whole number above 0'],
    ];
    const results = await runAll(cases.map(([call]) => call));
    for (const [at, { code, stdout, stderr }] of results.entries()) {
      expect({ call: cases[at]?.[0], code, stdout }).toEqual({ call: cases[at]?.[0], code: 2, stdout: '' });
      expect(stderr).toContain(cases[at]?.[1]);
    }
  });
});

describe('check-config', SLOW, () => {
  it('prints a line for each of five mistakes and exits 2', async () => {
    const file = join(process.cwd(), 'fixtures/config/five-mistakes/config.json');
    const { code, stdout, stderr } = await run('check-config', '--config', file);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const expected = readFileSync(join(file, '../expected-error.txt'), 'utf8');
    expect(stderr).toBe(expected.replaceAll('config.json: ', `${file}: `));
    expect(stderr.trimEnd().split('\n')).toHaveLength(5);
  });

  it('says that a config is good and what it means, without making the data folder', async () => {
    const folder = tempFolder();
    writeConfig(folder);
    const [good, json, missing] = await runAll(
      [['check-config'], ['check-config', '--json'], ['check-config', '--config', 'nowhere.json']],
      folder,
    );
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good?.stdout).toMatch(/^config\.json is good\./);
    expect(JSON.parse(json?.stdout ?? '')).toMatchObject({ ok: true, departments: ['soporte', 'ventas'] });
    expect(missing).toEqual({
      code: 2,
      stdout: '',
      stderr: 'nowhere.json: cannot be read; check the path and its permissions\n',
    });
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });
});

describe('explain', SLOW, () => {
  const KEYS =
    `file verdict reason reply from recipients department account contact service kind bounce thread messageId
    subject text visibleText quotedText html attachments auth defects because`.split(/\s+/);

  it('prints one line for each file, in order, with every key in its order, and writes no data', async () => {
    const folder = tempFolder();
    writeConfig(folder);
    const mails = [
      ['b.eml', 'From: Ana <ana@empresa.com>\r\nTo: soporte@example.com\r\nSubject: Hola\r\n\r\nNo carga\r\n'],
      ['a.eml', ''],
      ['c.eml', '\u0000\u0001 not a mail at all'],
      ['d.eml', 'From: a@b.com\nFrom: c@d.com\nSubject: two\n\nx\n'],
    ] as const;
    for (const [name, content] of mails) writeFileSync(join(folder, name), content);
    const { code, stdout, stderr } = await taquilla(['explain', '--json', ...mails.map(([name]) => name)], {
      cwd: folder,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines: Record<string, unknown>[] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ file }) => file)).toEqual(mails.map(([name]) => name));
    for (const line of lines) expect(Object.keys(line)).toEqual(KEYS);
    expect(lines[0]).toMatchObject({
      subject: 'Hola',
      kind: 'human',
      thread: null,
      recipients: ['soporte@example.com'],
    });
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('refuses files that are not there before it reads the first, and a bad --to', async () => {
    writeFileSync(join(world.folder, 'good.eml'), 'From: ana@empresa.com\n\nx\n');
    const [missing, folder, address, unknown, tagged] = await runAll([
      ['explain', 'good.eml', 'nowhere.eml'],
      ['explain', '.'],
      ['explain', 'good.eml', '--to', 'soporte'],
      ['explain', 'good.eml', '--to', 'no@example.com'],
      ['explain', 'good.eml', '--json', '--to', 'soporte+web@example.com'],
    ]);
    expect(missing).toEqual({ code: 2, stdout: '', stderr: 'nowhere.eml: cannot be read; check the path\n' });
    expect(folder).toEqual({ code: 2, stdout: '', stderr: '.: is not a file\n' });
    expect(address).toEqual({ code: 2, stdout: '', stderr: '--to soporte: is not a mail address\n' });
    expect(unknown).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/"550 5\.1\.1 .*soporte@example\.com/),
    });
    expect(JSON.parse(tagged?.stdout ?? '')).toMatchObject({ recipients: ['soporte@example.com'] });
  });
});

describe('looking at what is there', SLOW, () => {
  it('lists and shows everything, with and without --json, and lets no control character out', async () => {
    const [uno, , tres, cuatro] = world.references;
    const digits = world.ticket.replace('TQ-', '');
    const cases: { call: string[]; text: RegExp; json: object }[] = [
      { call: ['accounts', 'list'], text: /C-1001 +Empresa +active/, json: [{ number: 'C-1001', contacts: 1 }] },
      {
        call: ['accounts', 'show', 'c-1001'],
        text: /ana@empresa\.com +Ana +holder .*\n\nServices: empresa\.com\n/,
        json: { number: 'C-1001', services: ['empresa.com'], tickets: [{}, { id: world.ticket }] },
      },
      {
        call: ['tickets', 'list', '--status', 'open'],
        text: new RegExp(
          `${world.ticket} +open +2026-11-21 \\d\\d:\\d\\d +normal +soporte +– +C-1001 +ana@empresa\\.com +2 `,
        ),
        json: [{ id: world.ticket, messages: 2 }, { subject: 'Asunto cuatro' }],
      },
      {
        call: ['tickets', 'show', digits],
        text: /status +open, priority normal/,
        json: { id: world.ticket, thread: [{ author: 'client' }, { author: 'client' }], mails: [{ kind: 'receipt' }] },
      },
      {
        call: ['mail', 'list', '--verdict', 'refuse'],
        text: new RegExp(`${tres} .* refuse +unregistered-sender +– +eva@otra\\.com`),
        json: [{ reference: tres, ticket: null }],
      },
      {
        call: ['mail', 'show', uno.toLowerCase()],
        text: /verdict +open-ticket \(new-ticket\), ticket TQ-\d{6}\n[\s\S]*because\n/,
        json: { reference: uno, verdict: 'open-ticket', explanation: { account: 'C-1001' } },
      },
      {
        call: ['outbox', 'list', '--state', 'queued'],
        text: /receipt +queued +ana@empresa\.com/,
        json: [{ id: 2 }, { id: 1, ticket: world.ticket }],
      },
      {
        call: ['outbox', 'show', '1'],
        text: /state +queued, 0 attempts/,
        json: { id: 1, mail: { recipient: 'ana@empresa.com' } },
      },
    ];
    const plain = await runAll(cases.map(({ call }) => call));
    const json = await runAll(cases.map(({ call }) => [...call, '--json']));
    for (const [at, { call, text, json: wanted }] of cases.entries()) {
      const shown = plain[at];
      expect({ call, code: shown?.code, stderr: shown?.stderr }).toEqual({ call, code: 0, stderr: '' });
      expect(shown?.stdout).toMatch(text);
      expect(shown?.stdout, call.join(' ')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028]/);
      expect(json[at]).toMatchObject({ code: 0, stderr: '' });
      const data = JSON.parse(json[at]?.stdout ?? '');
      expect(data).toMatchObject(wanted);
      expect(json[at]?.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    }
    const [raw, blob, mail] = await runAll([
      ['mail', 'raw', uno],
      ['mail', 'raw', cuatro],
      ['outbox', 'cat', '1'],
    ]);
    expect(raw?.stdout).toMatch(/^Subject: /);
    expect(blob).toEqual({ code: 0, stdout: 'Subject: grande\r\n\r\nbytes \u00ff', stderr: '' });
    expect(mail?.stdout).toContain(world.ticket);
    expect(mail?.stdout).toMatch(/^Auto-Submitted: auto-replied\r?$/m);
  });

  it('says in one line what is not found, and exits 1', async () => {
    const cases: [string[], string][] = [
      [['tickets', 'show', 'TQ-000000'], 'there is no ticket TQ-000000'],
      [['mail', 'raw', 'NOPE'], 'there is no mail with the reference NOPE'],
      [['outbox', 'cat', '99'], 'there is no mail 99 in the outbox'],
    ];
    const results = await runAll(cases.map(([call]) => call));
    expect(results).toEqual(cases.map(([, line]) => ({ code: 1, stdout: '', stderr: `${line}\n` })));
  });

  it('says so where there is no database yet, or one that cannot be used, and makes none', async () => {
    const folder = tempFolder();
    writeConfig(folder);
    const list = () => taquilla(['tickets', 'list'], { cwd: folder });
    expect(await list()).toEqual({
      code: 1,
      stdout: '',
      stderr: 'there is no database in data yet; start the gateway or import accounts first\n',
    });
    expect(existsSync(join(folder, 'data'))).toBe(false);
    writeFileSync(join(folder, 'data'), 'a file where the data folder should be');
    const added = await taquilla(['accounts', 'add', 'C-1', '--name', 'Uno'], { cwd: folder });
    expect(added).toMatchObject({ code: 1, stdout: '' });
    expect(added.stderr.trimEnd().split('\n')).toHaveLength(1);
    rmSync(join(folder, 'data'));
  });
});

describe('accounts add and import', SLOW, () => {
  const setUp = () => {
    const folder = tempFolder();
    writeConfig(folder);
    return {
      folder,
      call: (...args: string[]) => taquilla(['accounts', ...args], { cwd: folder }),
      write: (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content),
      show: async (number: string) => {
        const store = sqliteStore(openDatabase(join(folder, 'data', 'taquilla.db')));
        const account = await store.findAccount(number);
        await store.close();
        return account;
      },
    };
  };

  it('adds an account, adds to it, and says when nothing changed', async () => {
    const { call, show } = setUp();
    const add = ['add', 'C-1', '--name', 'Uno', '--language', 'en', '--contact', 'Ana Gil <ana@uno.es>'];
    expect(await call(...add, '--service', 'UNO.es')).toMatchObject({ code: 0, stdout: 'Account C-1 added.\n' });
    expect(await call(...add)).toMatchObject({ code: 0, stdout: 'Account C-1 is already so.\n' });
    const more = await call('add', 'C-1', '--name', 'Uno', '--contact', 'ana@uno.es', '--contact', 'eva@uno.es');
    expect(more).toMatchObject({ code: 0, stdout: 'Account C-1 changed.\n' });
    expect(await show('C-1')).toMatchObject({
      language: 'en',
      contacts: [
        { address: 'ana@uno.es', name: 'Ana Gil' },
        { address: 'eva@uno.es', name: '' },
      ],
      services: ['uno.es'],
    });
  });

  it('refuses what an import would refuse too', async () => {
    const { call, folder } = setUp();
    const bad = ['--contact', '*@gmail.com', '--contact', 'nobody'];
    expect(await call('add', 'C-1', '--name', 'Uno', ...bad)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'contact "*@gmail.com" would let in everybody with an address there\ncontact "nobody" is not a mail address\n',
    });
    expect(await call('add', 'C 1\u001b', '--name', ' ')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'number must be 1 to 40 letters, digits, dots, hyphens or slashes\nname is missing\n',
    });
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('imports, changes nothing the second time, merges, replaces, and closes who is not named', async () => {
    const { call, write, show } = setUp();
    write('all.csv', 'number;name;contacts;services\nC-1;Uno;ana@uno.es;uno.es\nC-2;Dos;eva@dos.es;dos.es\n');
    write('some.json', JSON.stringify([{ number: 'C-1', name: 'Uno SL', contacts: ['leo@uno.es'] }]));
    const first = await call('import', 'all.csv');
    expect(first).toEqual({ code: 0, stdout: '2 accounts: 2 added, 0 changed, 0 as before.\n', stderr: '' });
    expect((await call('import', 'all.csv')).stdout).toBe('2 accounts: 0 added, 0 changed, 2 as before.\n');
    const merged = await call('import', 'some.json', '--json');
    expect(JSON.parse(merged.stdout)).toEqual({ added: 0, changed: 1, unchanged: 0, closed: 0 });
    expect(await show('C-1')).toMatchObject({
      name: 'Uno SL',
      contacts: [{ address: 'ana@uno.es' }, { address: 'leo@uno.es' }],
      services: ['uno.es'],
    });
    const replaced = await call('import', 'some.json', '--mode', 'replace');
    expect(replaced.stdout).toBe('1 account: 0 added, 1 changed, 0 as before, 1 closed that the file does not name.\n');
    const [one, two] = await Promise.all([show('C-1'), show('C-2')]);
    expect(one).toMatchObject({ state: 'active', contacts: [{ address: 'leo@uno.es' }], services: [] });
    expect(two).toMatchObject({ state: 'closed' });
  });

  it('keeps by a merge what the file does not say: a suspended account stays so, a limited contact too', async () => {
    const { call, write, show } = setUp();
    const contact = { address: 'ana@uno.es', name: 'Ana', role: 'billing', departments: ['ventas'] };
    write('one.json', JSON.stringify([{ number: 'C-1', name: 'Uno', state: 'suspended', contacts: [contact] }]));
    write('two.csv', 'number,name,contacts\nC-1,Uno,ana@uno.es\n');
    await call('import', 'one.json');
    expect((await call('import', 'two.csv')).stdout).toBe('1 account: 0 added, 0 changed, 1 as before.\n');
    expect(await show('C-1')).toMatchObject({ state: 'suspended', contacts: [contact] });
  });

  it('refuses a bad file as a whole, with all its errors, and changes nothing', async () => {
    const { call, write, folder } = setUp();
    write('bad.csv', 'number,name,contacts\nC-1,Uno,ana@uno.es\nC-2,,eva@dos.es\nC-3,Tres,nobody\n');
    const [bad, missing] = await Promise.all([
      call('import', 'bad.csv', '--mode', 'replace'),
      call('import', 'no.csv'),
    ]);
    expect(bad).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'bad.csv:3: name is missing\nbad.csv:4: contact "nobody" is not a mail address\n2 problems; nothing was imported.\n',
    });
    expect(missing).toEqual({ code: 2, stdout: '', stderr: 'no.csv: cannot be read; check the path\n' });
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('reads what spreadsheet programs write: windows-1252 and UTF-16', async () => {
    const { call, write, show } = setUp();
    write('latin.csv', Buffer.from('number;name\nC-1;Panadería Peña\n', 'latin1'));
    write('utf16.csv', Buffer.from('\ufeffnumber\tname\nC-2\tPanadería Peña\n', 'utf16le'));
    await call('import', 'latin.csv');
    await call('import', 'utf16.csv');
    const accounts = await Promise.all([show('C-1'), show('C-2')]);
    for (const account of accounts) expect(account).toMatchObject({ name: 'Panadería Peña' });
  });

  it('imports 20,000 accounts in a reasonable time and shows how far it is', async () => {
    const { call, write } = setUp();
    const lines = Array.from({ length: 20_000 }, (_, at) => `C-${at},Cliente ${at},a${at}@e${at}.com,e${at}.com`);
    write('large.csv', `number,name,contacts,services\n${lines.join('\n')}\n`);
    const start = performance.now();
    const { code, stdout, stderr } = await call('import', 'large.csv');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '20000 accounts: 20000 added, 0 changed, 0 as before.\n' });
    expect(performance.now() - start).toBeLessThan(60_000);
    expect(stderr.trimEnd().split('\n').length).toBeGreaterThanOrEqual(4);
    expect(stderr).toMatch(/^\d+ of 20000 accounts\n/);
  });
});

it('the sample references are what the store made of them', () => {
  expect(world.references[0]).toBe(sampleMail({ id: 'uno' }).reference);
});
