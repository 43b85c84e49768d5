/**
 * What a ticket takes on the disk, measured: `npm run measure:growth -- [FOLDER]`. Mails as clients write them (a new
 * matter and two replies with quoted text, in text and HTML) go through reading, store and outbox as in the gateway, and
 * then, each as a ticket of its own, the real mails (.eml) of a folder.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shipped } from '../src/commands/command.ts';
import { loadConfig } from '../src/config.ts';
import { readMail } from '../src/intake/read-mail.ts';
import { bufferSource } from '../src/mail/parse.ts';
import { mailRenderer } from '../src/outbox/render.ts';
import { BUILT_IN } from '../src/outbox/templates/mail-templates.ts';
import { BlobStore } from '../src/store/blobs/blob-store.ts';
import { openSqlite } from '../src/store/sqlite/driver.ts';
import { emptyLog } from '../src/store/sqlite/file-space.ts';
import { openDatabase } from '../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import { textIndexFile } from '../src/store/sqlite/text-index-file.ts';
import type { Rules } from '../src/store/store.ts';
import { referenceNumber, writeReference } from '../src/tickets/intake-reference.ts';

const TICKETS = 500;
/** As in intake/receive.ts. */
const MAX_INLINE = 64 * 1024;
const REAL = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), 'taquilla-growth-'));
const file = join(folder, 'taquilla.db');
const loaded = loadConfig(shipped('config.example.json'), {}, folder);
if (!loaded.ok) throw new Error('the example config is broken');
const { policy } = loaded.config;
const opened = openDatabase(file);
const store = sqliteStore(opened);
const blobs = new BlobStore(join(folder, 'blobs'), randomUUID);
const ANA = 'ana@empresa.example';
const render = mailRenderer(
  BUILT_IN,
  () => undefined,
  (sha256) => blobs.read(sha256),
);
const contact = { address: ANA, name: 'Ana', primary: true };
await store.saveAccounts([{ number: 'C-1', name: 'Empresa', contacts: [contact], services: [] }], 'merge', 1);

const SAID = `Buenos días:

Desde ayer por la tarde la web de la tienda va muy despacio y a ratos da un error 503. Hemos vaciado la caché y
desactivado los complementos nuevos, pero sigue igual. ¿Podéis mirar si hay algo en los registros del servidor?

Gracias y un saludo,
Ana
-- 
Ana Ruiz · Administración · Panadería La Espiga, S.L. · Tel. 600 000 000
`;

/** As a client's program writes it: text and HTML, with what is answered below. */
function mailOf(subject: string, id: string, quoted: string, hops: number): Buffer {
  const text = quoted === '' ? SAID : `${SAID}\nEl lun, 3 nov 2025 a las 10:00, Soporte escribió:\n${quoted}`;
  const html = `<html><body><div>${text
    .split('\n')
    .map((line) => `<p style="margin:0;font-family:Calibri,sans-serif">${line}</p>`)
    .join('\n')}</div></body></html>`;
  const received = Array.from(
    { length: hops },
    (_, hop) =>
      `Received: from mx${hop}.empresa.example (mx${hop}.empresa.example [192.0.2.${hop}]) by mail.example.com with ESMTPS id 4X${id}${hop} for <soporte@example.com>; Mon, 3 Nov 2025 10:00:00 +0100`,
  );
  const signature = `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=empresa.example; s=s1; h=from:to:subject:date; bh=${createHash('sha256').update(id).digest('base64')}; b=${createHash('sha512').update(id).digest('base64')}`;
  const head = [
    ...received,
    signature,
    `From: Ana <${ANA}>`,
    'To: soporte@example.com',
    `Subject: ${subject}`,
    'Date: Mon, 3 Nov 2025 10:00:00 +0100',
    `Message-ID: <${id}@empresa.example>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary=b',
  ];
  const part = (type: string, body: string) => [
    '--b',
    `Content-Type: ${type}; charset=utf-8`,
    'Content-Transfer-Encoding: base64',
    '',
    ...(Buffer.from(body)
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
  ];
  return Buffer.from([...head, '', ...part('text/plain', text), ...part('text/html', html), '--b--', ''].join('\r\n'));
}

const HOUR = 60 * 60 * 1000;
let now = Date.UTC(2025, 0, 1);
let rawBytes = 0;
let mails = 0;

/** `ruled`: by which policy. As the gateway keeps it: in its row up to 64 KB, in a file above. */
async function record(raw: Buffer, ruled = policy): Promise<string | null> {
  mails += 1;
  rawBytes += raw.length;
  now += HOUR;
  const entropy = createHash('sha256').update(`entropy ${mails}`).digest();
  const attachments = blobs.stage();
  const mail = await readMail(bufferSource(raw), {
    reference: writeReference(referenceNumber(0, now, entropy)),
    receivedAt: now,
    entropy,
    envelope: {
      mailFrom: ANA,
      recipients: ['soporte@example.com'],
      ip: '192.0.2.1',
      helo: 'mx.empresa.example',
      utf8: false,
    },
    keys: [],
    keeper: attachments,
    authenticate: async () => ({
      outcome: 'verified',
      demanded: null,
      fromStaffNetwork: false,
      results: null,
      because: [],
    }),
  });
  await attachments.adopt();
  const key = { id: 'k1', secret: Buffer.alloc(32, 1), revoked: false };
  const rules: Rules = { policy: ruled, signing: { key, domain: 'mail.example.com' }, now };
  const kept = raw.length > MAX_INLINE ? { blob: await fileOf(raw) } : { inline: raw };
  const { ticket } = await store.recordMail({ mail, raw: kept, size: raw.length }, rules);
  for (const { id, mail: outgoing } of await store.claimMails(10, now, 60_000)) {
    // As the gateway does: with files it is made anew for each attempt.
    if (outgoing.files === undefined)
      await store.freezeMails([{ id, rendered: Buffer.from(await render(outgoing, now)) }]);
    await store.finishMails([{ id, outcome: { state: 'sent' } }], now);
  }
  return ticket;
}

async function fileOf(raw: Buffer) {
  const file = await blobs.begin();
  await file.append(raw);
  return file.finish();
}

/** Of the database and its full-text index. */
const size = async () => {
  await store.catchUpSearch();
  const index = openSqlite(textIndexFile(file));
  for (const one of [opened.sqlite, index]) emptyLog(one);
  index.close();
  return statSync(file).size + statSync(textIndexFile(file)).size;
};
const print = (what: string, bytes: number) =>
  process.stdout.write(`${what.padEnd(64)}${(bytes / 1024).toFixed(1).padStart(8)} KB\n`);

const tableBytes = (name: string) =>
  Number(opened.sqlite.prepare('select sum(pgsize) from dbstat where name = ?').pluck().get(name));

const empty = await size();
for (let count = 0; count < TICKETS; count += 1) {
  const quoted = SAID.split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
  const ticket = await record(mailOf(`La web va lenta ${count}`, `m${count}-0`, '', 3));
  await record(mailOf(`Re: [${ticket ?? ''}] La web va lenta ${count}`, `m${count}-1`, quoted, 3));
  await record(mailOf(`Re: [${ticket ?? ''}] La web va lenta ${count}`, `m${count}-2`, `${quoted}\n${quoted}`, 3));
}
const whole = (await size()) - empty;
print(`one mail as it came, on average (${mails} mails)`, rawBytes / mails);
print('database and search index, for each ticket of three mails', whole / TICKETS);
print('  of that the search index', statSync(textIndexFile(file)).size / TICKETS);
print('  of that the mails as they came', rawBytes / TICKETS);

print('  of these the receipts, as they went and what they are made of', tableBytes('outbox') / TICKETS);
// What `outboxDays` leaves of them.
opened.sqlite.exec('update outbox set rendered = null; vacuum');
print('  the receipts without what went', tableBytes('outbox') / TICKETS);

const refusedFrom = await size();
rawBytes = 0;
for (let count = 0; count < TICKETS; count += 1) {
  const raw = mailOf(`Oferta ${count}`, `r${count}`, '', 3).toString('latin1');
  await record(Buffer.from(raw.replace(`From: Ana <${ANA}>`, 'From: x@otra.example'), 'latin1'));
}
const refused = ((await size()) - refusedFrom) / TICKETS;
print('one refused mail', refused);
print('  of that the mail as it came', rawBytes / TICKETS);

if (REAL !== undefined) {
  const anyone = { ...policy, departments: policy.departments.map((one) => ({ ...one, accepts: 'anyone' as const })) };
  const from = await size();
  rawBytes = 0;
  let opened = 0;
  let read = 0;
  for (const entry of readdirSync(REAL, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.eml')) continue;
    read += 1;
    if ((await record(readFileSync(join(entry.parentPath, entry.name)), anyone)) !== null) opened += 1;
  }
  const files = readdirSync(join(folder, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  process.stdout.write(`\n${read} real mails, of which ${opened} are on tickets:\n`);
  print('  a mail as it came', rawBytes / read);
  print('  database and search index, for each of them', ((await size()) - from) / read);
  print('  files (attachments, mails above 64 KB), for each of them', files / read);
}

const tables = opened.sqlite
  .prepare<[], { name: string; bytes: number }>(
    'select name, sum(pgsize) as bytes from dbstat group by name order by bytes desc limit 8',
  )
  .all();
process.stdout.write('\nWhere it is, all together:\n');
for (const { name, bytes } of tables) print(`  ${name}`, bytes);

const timed = async (what: string, work: () => unknown) => {
  const start = process.hrtime.bigint();
  await work();
  process.stdout.write(
    `${what.padEnd(64)}${(Number(process.hrtime.bigint() - start) / 1e6).toFixed(0).padStart(8)} ms\n`,
  );
};
process.stdout.write('\n');
await size();
await timed(`vacuum of ${(statSync(file).size / 1024 / 1024).toFixed(0)} MB`, () => opened.sqlite.exec('vacuum'));
await store.close();
rmSync(folder, { recursive: true });
