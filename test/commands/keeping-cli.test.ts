/** Purge, export, erase and compact, by the real program beside a running gateway, on mails that came over real sockets. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, vi } from 'vitest';
import { verifyFolder } from '../../src/commands/verify.ts';
import { taquilla } from '../support/cli.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { submit } from '../support/smtp-client.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { textIndexFaults } from '../support/text-index.ts';

// Most of it is the real program, started again and again.
vi.setConfig({ testTimeout: 120_000 });

const ANA = 'ana.arrizabalaga@empresa.example';
const EVA = 'eva@empresa.example';
const NAME = 'Ana Arrizabalaga';
const SUBJECT = 'Quebradero con la pasarela';
const TEXT = 'La contrasenya del armario es zanahoria.';
const FILE = 'Relacion de nominas confidencial';

const WORLD = {
  config: { receiptsPerHour: 1000, limits: { mailsPerSenderPerHour: 1000 } },
  accounts: [
    {
      number: 'C-1',
      name: 'Empresa',
      contacts: [
        { address: ANA, name: NAME },
        { address: EVA, name: 'Eva' },
      ],
    },
  ],
};

const send = (port: number, from: string, lines: readonly string[]) =>
  submit(port, { from, to: ['soporte@hosting.example'], bytes: Buffer.from([...lines, ''].join('\r\n')) });

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** With an attachment, and large enough for a file of its own. */
const large = (from: string, subject: string, text: string) => [
  `From: ${from}`,
  `Subject: ${subject}`,
  `Message-ID: <${base64(subject).slice(0, 12)}@empresa.example>`,
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/html',
  '',
  `<p>${text}</p>`,
  '--b',
  'Content-Type: text/plain; name=nominas.txt',
  'Content-Disposition: attachment; filename=nominas.txt',
  'Content-Transfer-Encoding: base64',
  '',
  ...(base64(`${FILE} `.repeat(3000)).match(/.{1,76}/g) ?? []),
  '--b--',
];

const cli = (args: readonly string[], { folder }: Pick<TestGateway, 'folder'>) =>
  taquilla(['--config', 'config.json', ...args], { cwd: folder });

async function ticketOf({ store }: TestGateway, from: string): Promise<string> {
  const mails = await store.listMails({ limit: 100 });
  return mails.find(({ sender, verdict }) => sender === from && verdict === 'open-ticket')?.ticket ?? 'none';
}

async function allSent({ store }: TestGateway): Promise<void> {
  for (;;) {
    const mails = await store.listOutbox({ limit: 100 });
    if (mails.every(({ state }) => state === 'sent')) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Ana opens a ticket and writes to it again; Eva answers on it, opens one of her own, and is told of Ana's. */
async function correspondence(): Promise<{ gateway: TestGateway; ticket: string; other: string }> {
  const gateway = await testGateway(WORLD);
  const { port } = gateway;
  expect((await send(port, ANA, large(`${NAME} <${ANA}>`, SUBJECT, TEXT))).code).toBe(250);
  const ticket = await ticketOf(gateway, ANA);
  const more = [`From: ${NAME} <${ANA}>`, `Subject: Re: [${ticket}] ${SUBJECT}`, '', TEXT];
  expect((await send(port, ANA, more)).code).toBe(250);
  const answer = [
    `From: Eva <${EVA}>`,
    `Subject: Re: [${ticket}] ${SUBJECT}`,
    `Cc: ${EVA}`,
    '',
    `Soy Eva. Lo de ${ANA} va.`,
  ];
  expect((await send(port, EVA, answer)).code).toBe(250);
  const own = [`From: Eva <${EVA}>`, `Subject: ${SUBJECT}`, '', 'Lo mismo me pasa.'];
  expect((await send(port, EVA, own)).code).toBe(250);
  await allSent(gateway);
  return { gateway, ticket, other: await ticketOf(gateway, EVA) };
}

/** Every byte of the data folder but the keys, as one text for each file. */
function everyByte(folder: string): Map<string, string> {
  const data = join(folder, 'data');
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(files.map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'latin1')]));
}

/** Plain, in other cases, in base64 at each of its three offsets, quoted-printable and UTF-16. */
function shapes(text: string): string[] {
  const encoded = [0, 1, 2].map((offset) => {
    const whole = base64('x'.repeat(offset) + text);
    // Letters at both ends share their bits with what stands beside them.
    return whole.slice(offset === 0 ? 0 : 4, -4);
  });
  return [text, text.toLowerCase(), ...encoded, Buffer.from(text, 'utf16le').toString('latin1')];
}

const wordsOf = (text: string) =>
  text
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word.length > 8);

function findings(folder: string, secrets: readonly string[]): string[] {
  return [...everyByte(folder)].flatMap(([name, content]) => {
    const low = content.toLowerCase();
    return secrets
      .flatMap(shapes)
      .filter((shape) => content.includes(shape) || low.includes(shape))
      .map((shape) => `${name}: ${shape}`);
  });
}

it('erases a person so that no byte of database, log or files has its address, name or words any more', async () => {
  const { gateway, ticket, other } = await correspondence();
  const { folder, store } = gateway;
  // The words as the full-text index has them, too.
  const secrets = [ANA, NAME, SUBJECT, TEXT, FILE, ...wordsOf(`${NAME} ${SUBJECT} ${TEXT}`)];
  // Eva's own mails are hers, with what she quotes of Ana's: they are not part of this look.
  for (const { reference, sender } of await store.listMails({ limit: 100 }))
    if (sender === EVA) dropRaw(folder, reference);
  expect(findings(folder, [ANA, NAME, SUBJECT, TEXT]).length).toBeGreaterThan(4);
  const before = await store.findTicket(ticket);
  ageFiles(folder);

  const shown = await cli(['privacy', 'erase', ANA], gateway);
  expect(shown).toMatchObject({ code: 0, stderr: '' });
  expect(shown.stdout).toContain('1 opened, 1 in all');
  expect(shown.stdout).toContain('Nothing was erased.');
  expect(await store.findTicket(ticket)).toEqual(before);

  const erased = await cli(['privacy', 'erase', ANA.toUpperCase(), '--yes', '--by', 'lucía', '--json'], gateway);
  expect(erased).toMatchObject({ code: 0, stderr: '' });
  const { placeholder, filesLeft } = JSON.parse(erased.stdout);
  expect(filesLeft).toEqual([]);

  const after = await store.findTicket(ticket);
  expect(after).toMatchObject({ id: ticket, status: before?.status, subject: '[erased]', opener: placeholder });
  const texts = after?.thread.map(({ text }) => text) ?? [];
  expect(texts.slice(0, 3)).toEqual(['[erased]', '[erased]', `Soy Eva. Lo de ${placeholder} va.\n`]);
  expect(texts.at(-1)).toMatch(/^Personal data of erased-\w+ was erased on \d{4}-\d\d-\d\d \d\d:\d\d UTC by lucía\.$/);
  expect(await store.findTicket(other)).toMatchObject({ opener: EVA, subject: SUBJECT });
  expect(await store.searchTickets([{ text: 'zanahoria', prefix: false }], { limit: 9 })).toEqual([]);
  expect((await store.findAccount('C-1'))?.contacts.map(({ address }) => address)).toEqual([EVA]);

  // Eva's own ticket has the same subject; but for her words nothing is left, while the gateway still runs.
  const left = findings(
    folder,
    secrets.filter((secret) => !SUBJECT.toLowerCase().includes(secret.toLowerCase())),
  );
  expect(left).toEqual([]);
  expect((await verifyFolder(join(folder, 'data'), Date.now())).problems).toEqual([]);

  const again = await cli(['privacy', 'erase', ANA, '--yes'], gateway);
  expect(again).toMatchObject({ code: 1, stderr: `nothing is kept about ${ANA}\n` });
  expect((await send(gateway.port, ANA, [`From: ${ANA}`, 'Subject: x', '', 'y'])).code).toBe(550);
  await gateway.stop();
  expect(textIndexFaults(join(folder, 'data', 'taquilla.db'))).toEqual([]);
});

it('erases who wrote to the ticket of somebody else from the mails that tell staff of it', async () => {
  const staff = [{ name: 'Leo', address: 'leo@hosting.example' }];
  const desk = {
    key: 'soporte',
    names: { es: 'Soporte', en: 'Support' },
    mailboxes: ['soporte@hosting.example'],
    staff,
  };
  const gateway = await testGateway({ ...WORLD, config: { ...WORLD.config, departments: [desk] } });
  const { folder, port, store } = gateway;
  expect((await send(port, EVA, [`From: Eva <${EVA}>`, 'Subject: Mi web', '', 'Hola.'])).code).toBe(250);
  const ticket = await ticketOf(gateway, EVA);
  const reply = large(`${NAME} <${ANA}>`, `Re: [${ticket}] Mi web`, TEXT);
  expect((await send(port, ANA, reply)).code).toBe(250);
  await allSent(gateway);
  ageFiles(folder);
  expect(findings(folder, [ANA, NAME, TEXT, FILE]).length).toBeGreaterThan(4);
  expect((await store.listOutbox({ limit: 9 })).map(({ kind }) => kind)).toContain('staff-client-replied');
  expect(await cli(['privacy', 'erase', ANA, '--yes'], gateway)).toMatchObject({ code: 0, stderr: '' });
  expect(findings(folder, [ANA, NAME, TEXT, FILE, ...wordsOf(TEXT)])).toEqual([]);
  expect(await store.findTicket(ticket)).toMatchObject({ opener: EVA, subject: 'Mi web' });
});

function dropRaw(folder: string, reference: string): void {
  const database = new Database(join(folder, 'data', 'taquilla.db'), { timeout: 5000 });
  database
    .prepare('delete from raw_mails where intake_id = (select id from intake_records where reference = ?)')
    .run(reference);
  database.prepare('update intake_records set raw_bytes = null where reference = ?').run(reference);
  database.close();
}

/** As if they had lain there for a day. */
function ageFiles(folder: string): void {
  const then = Date.now() / 1000 - 24 * 60 * 60;
  for (const entry of readdirSync(join(folder, 'data', 'blobs'), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), then, then);
}

it('leaves files that a mail which is coming in may want to the gateway, and says so', async () => {
  const { gateway } = await correspondence();
  const erased = await cli(['privacy', 'erase', ANA, '--yes', '--keep-file'], gateway);
  expect(erased.code).toBe(0);
  expect(erased.stdout).toContain('2 files are younger than an hour');
  expect(erased.stdout).toContain('compact --full');
});

it('gives a person a copy of what is kept about it, and nothing of others', async () => {
  const { gateway, ticket } = await correspondence();
  const exported = await cli(['privacy', 'export', ANA, '--out', 'copy'], gateway);
  expect(exported).toMatchObject({ code: 0, stderr: '' });
  const copy = join(gateway.folder, 'copy');
  expect(statSync(copy).mode & 0o077).toBe(0);
  const text = readFileSync(join(copy, 'data.json'), 'utf8');
  const data = JSON.parse(text);
  expect(data).toMatchObject({
    format: 'taquilla-person',
    version: 1,
    address: ANA,
    contacts: [{ account: 'C-1', address: ANA, name: NAME }],
    tickets: [{ id: ticket, subject: SUBJECT }],
  });
  expect(data.messages).toHaveLength(2);
  expect(data.mails).toHaveLength(2);
  expect(data.outgoing.length).toBeGreaterThan(0);
  const [first] = data.messages;
  expect(readFileSync(join(copy, first.attachments[0].file), 'utf8')).toContain(FILE);
  expect(readFileSync(join(copy, data.mails[0].file), 'utf8')).toContain(`Subject: ${SUBJECT}`);
  expect(readFileSync(join(copy, data.outgoing[0].file), 'utf8')).toContain(ticket);
  expect(text).not.toContain('Soy Eva');
  expect(text).not.toContain(EVA);
  expect((await cli(['privacy', 'export', ANA, '--out', 'copy'], gateway)).code).toBe(2);
  const nobody = await cli(['privacy', 'export', 'nadie@x.example', '--out', 'none'], gateway);
  expect(nobody).toMatchObject({ code: 1, stderr: 'nothing is kept about nadie@x.example\n' });
  expect(existsSync(join(gateway.folder, 'none'))).toBe(false);
});

it('exports a ticket as JSON and its mails as mbox, in their order', async () => {
  const { gateway, ticket, other } = await correspondence();
  const json = await cli(['tickets', 'export', ticket, '--out', '-'], gateway);
  expect(json.code).toBe(0);
  const { tickets, ...head } = JSON.parse(json.stdout);
  expect(head).toEqual({ format: 'taquilla-tickets', version: 1 });
  expect(tickets).toHaveLength(1);
  expect(tickets[0]).toMatchObject({ id: ticket, account: 'C-1', subject: SUBJECT });
  expect(tickets[0].thread).toHaveLength(3);
  expect(tickets[0].incoming.map(({ sender }: { sender: string }) => sender)).toEqual([ANA, ANA, EVA]);
  expect(tickets[0].outgoing[0]).toMatchObject({ kind: 'receipt', state: 'sent', recipient: ANA });

  const all = await cli(['tickets', 'export', '--all', '--out', 'all.json'], gateway);
  expect(all.code).toBe(0);
  const whole = JSON.parse(readFileSync(join(gateway.folder, 'all.json'), 'utf8'));
  expect(whole.tickets.map(({ id }: { id: string }) => id)).toEqual([ticket, other]);
  expect((await cli(['tickets', 'export', '--all', '--out', 'all.json'], gateway)).code).toBe(2);

  const mbox = await cli(['tickets', 'export', ticket, '--format', 'mbox', '--out', '-'], gateway);
  expect(mbox).toMatchObject({ code: 0, stderr: '' });
  const senders = mbox.stdout.split('\n').filter((line) => /^From \S+ \w{3} \w{3} [ \d]\d [\d:]{8} \d{4}$/.test(line));
  const sent = tickets[0].outgoing.length;
  expect(senders).toHaveLength(3 + sent);
  const times = senders.map((line) => Date.parse(`${line.split(' ').slice(2).join(' ')} UTC`));
  expect(times).toEqual([...times].sort((one, two) => one - two));
  expect(mbox.stdout).toContain(`Subject: ${SUBJECT}`);

  const unknown = await cli(['tickets', 'export', 'TQ-000000', '--out', 'no.json'], gateway);
  expect(unknown).toMatchObject({ code: 1, stderr: 'there is no ticket TQ-000000\n' });
  expect(existsSync(join(gateway.folder, 'no.json'))).toBe(false);
  expect((await cli(['tickets', 'export', '--out', '-'], gateway)).code).toBe(2);
});

it('exports what is there when files are missing, and ends with 1', async () => {
  const { gateway, ticket } = await correspondence();
  const whole = await cli(['tickets', 'export', ticket, '--format', 'mbox', '--out', '-'], gateway);
  const [mail] = (await gateway.store.findTicket(ticket))?.thread ?? [];
  const raw = await gateway.store.findRawMail(mail?.mail ?? '');
  const { sha256 } = raw !== null && 'blob' in raw ? raw.blob : { sha256: '' };
  rmSync(join(gateway.folder, 'data', 'blobs', sha256.slice(0, 2), sha256));
  const args = ['tickets', 'export', ticket, '--format', 'mbox', '--out', 'some.mbox'];
  expect(await cli(args, gateway)).toMatchObject({
    code: 1,
    stderr: '1 file is missing in the data folder; run taquilla verify\n',
  });
  const separators = (mbox: string) => mbox.split('\n').filter((line) => /^From \S+ \w{3} /.test(line));
  const some = separators(readFileSync(join(gateway.folder, 'some.mbox'), 'utf8'));
  expect(some).toEqual(separators(whole.stdout).slice(1));

  const database = new Database(join(gateway.folder, 'data', 'taquilla.db'));
  database.exec('update intake_records set raw_sha256 = null, raw_bytes = null where raw_sha256 is not null');
  database.close();
  const gone = await cli([...args, '--force'], gateway);
  expect(gone).toMatchObject({ code: 0, stderr: expect.stringContaining('1 mail is not in it') });
});

it('purge shows first, and does it with --yes', async () => {
  const gateway = await testGateway(WORLD);
  for (const name of ['uno', 'dos'])
    expect(
      (await send(gateway.port, `${name}@otra.example`, [`From: ${name}@otra.example`, 'Subject: s', '', 't'])).code,
    ).toBe(550);
  expect((await cli(['purge'], gateway)).stdout).toContain('Nothing has been kept longer');
  const database = new Database(join(gateway.folder, 'data', 'taquilla.db'), { timeout: 5000 });
  database.exec('update intake_records set received_at = received_at - 8 * 24 * 3600 * 1000');
  database.close();
  for (const args of [['purge'], ['purge', '--dry-run', '--yes']]) {
    const shown = await cli(args, gateway);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toMatch(/refuse: record and bytes +2 +\d+ B .*retention\.refuseDays/);
    expect(shown.stdout).toContain('Nothing was removed.');
  }
  expect(await gateway.store.listMails({ limit: 9 })).toHaveLength(2);
  const done = await cli(['purge', '--yes', '--json'], gateway);
  expect(JSON.parse(done.stdout)).toMatchObject({
    done: true,
    due: [{ rows: 2, removal: { kind: 'mails', verdict: 'refuse' } }],
    removed: [{ rows: 2 }],
  });
  expect(await gateway.store.listMails({ limit: 9 })).toEqual([]);
});

it('compact makes the file smaller beside a running gateway', async () => {
  const gateway = await testGateway(WORLD);
  const file = join(gateway.folder, 'data', 'taquilla.db');
  const database = new Database(file, { timeout: 5000 });
  database.exec(
    'create table big as with recursive n(i) as (select 1 union all select i + 1 from n where i < 300) select randomblob(20000) as b from n; drop table big;',
  );
  database.close();
  const shrunk = await cli(['compact', '--json'], gateway);
  expect(shrunk).toMatchObject({ code: 0, stderr: '' });
  const { before, after, free } = JSON.parse(shrunk.stdout);
  expect(after).toBeLessThan(before - 5_000_000);
  expect(free).toBe(0);
  expect(statSync(file).size).toBe(after);
  expect((await cli(['compact', '--full'], gateway)).code).toBe(0);
  expect((await send(gateway.port, ANA, [`From: ${ANA}`, 'Subject: sigue', '', 'vivo'])).code).toBe(250);
});

it('compact says how to shrink a file that was made without that ability', async () => {
  const folder = tempFolder();
  const gateway = await testGateway(WORLD, folder);
  await gateway.stop();
  const database = new Database(join(folder, 'data', 'taquilla.db'));
  database.pragma('journal_mode = DELETE');
  database.pragma('auto_vacuum = NONE');
  database.exec('vacuum; create table big as select randomblob(100000) as b; drop table big');
  database.close();
  const refused = await cli(['compact'], gateway);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('compact --full');
  expect((await cli(['compact', '--full'], gateway)).code).toBe(0);
  expect((await cli(['compact'], gateway)).code).toBe(0);
});

it.each([
  [{ refuseDays: 0 }, 'retention.refuseDays'],
  [{ refuseBytes: 10 }, 'retention.refuseBytes'],
  [{ refusedDays: 7 }, 'retention'],
])('the config %j is refused and says where', async (retention, path) => {
  const folder = tempFolder();
  const department = { key: 'soporte', names: { es: 'S', en: 'S' }, mailboxes: ['s@h.example'] };
  const transport = { type: 'file', folder: './out' };
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({
      company: 'X',
      hostname: 'mail.h.example',
      departments: [department],
      outbound: { transport },
      retention,
    }),
  );
  const { code, stderr } = await cli(['check-config'], { folder });
  expect(code).not.toBe(0);
  expect(stderr).toContain(path);
});
