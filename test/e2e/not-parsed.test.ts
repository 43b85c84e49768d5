/** A mail that can't be read within its limits: kept as it came, with its ticket, its receipt and a word for staff. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { taquilla } from '../support/cli.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { submit } from '../support/smtp-client.ts';

const workerFile = new URL('../intake/workers/mail-worker.ts', import.meta.url);
const ACCOUNTS = [{ number: 'C-1', name: 'La Espiga', contacts: ['ana@laespiga.example'] }];

const start = (file?: URL, seconds = 30) => {
  const config = { workers: 1, limits: { reading: { seconds, megabytes: 64 } } };
  return testGateway({ accounts: ACCOUNTS, config }, undefined, file === undefined ? {} : { workerFile: file });
};

function mail(doing: string, subject: string, head = ''): Buffer {
  return Buffer.from(
    `From: Ana <ana@laespiga.example>\r\nTo: soporte@hosting.example\r\nSubject: ${subject}\r\nMessage-ID: <${doing}.${subject.length}@laespiga.example>\r\nX-Do: ${doing}\r\n${head}\r\nNadie lee esto.\r\n`,
  );
}

const send = ({ port }: TestGateway, bytes: Buffer) =>
  submit(port, { from: 'ana@laespiga.example', to: ['soporte@hosting.example'], bytes });
const referenceOf = (text: string) => /accepted (\w+)/.exec(text)?.[1] ?? '';
const unfinished = ({ folder }: TestGateway) => readdirSync(join(folder, 'data', 'blobs', 'tmp'));

it.each([
  { doing: 'loop', why: 'longer than a mail may take' },
  { doing: 'memory', why: 'more memory than a mail may take' },
  { doing: 'exit', why: 'came to a sudden end' },
])('opens a ticket for a mail whose reader does: $doing', async ({ doing, why }) => {
  const gateway = await start(workerFile, doing === 'loop' ? 1 : 30);
  const bytes = mail(doing, 'Sube la =?utf-8?q?conexi=C3=B3n?=');
  const reply = await send(gateway, bytes);
  expect(reply.code).toBe(250);
  const reference = referenceOf(reply.text);

  const found = await gateway.store.findMail(reference);
  expect(found).toMatchObject({ verdict: 'open-ticket', explanation: { account: 'C-1', kind: 'human' } });
  expect(found?.explanation.defects).toContain('not-parsed');
  expect(unfinished(gateway)).toEqual([]);

  const shown = await taquilla(['tickets', 'show', found?.ticket ?? ''], { cwd: gateway.folder });
  expect(shown.stdout).toContain('Sube la conexión');
  expect(shown.stdout).toContain(why);
  expect(shown.stdout).toContain(`taquilla mail raw ${reference}`);
  const raw = await taquilla(['mail', 'raw', reference], { cwd: gateway.folder });
  expect(raw.stdout).toBe(bytes.toString());

  await gateway.stop();
  const [receipt = ''] = readdirSync(join(gateway.folder, 'outbox'));
  expect(readFileSync(join(gateway.folder, 'outbox', receipt), 'utf8')).toContain(`[${found?.ticket}]`);
});

it('joins its ticket, and the same mail again changes nothing', async () => {
  const gateway = await start(workerFile);
  await send(gateway, mail('exit', 'Primero'));
  const [ticket] = await gateway.store.listTickets({ limit: 1 });
  const answer = mail('exit', `Re: [${ticket?.id}] Primero`);
  await send(gateway, answer);
  // On another route there are other fields above it.
  const again = await send(gateway, Buffer.concat([Buffer.from('Received: by another.example\r\n'), answer]));
  expect(again.code).toBe(250);
  expect(await gateway.store.listTickets({ limit: 10 })).toHaveLength(1);
  expect((await gateway.store.findTicket(ticket?.id ?? ''))?.thread).toHaveLength(2);
  expect(await gateway.store.findMail(referenceOf(again.text))).toMatchObject({ verdict: 'duplicate' });
});

it.each(['public', 'note'])(
  'goes back to a staff member and to nobody else, where answers are %s',
  async (staffReplies) => {
    const desk = { mailboxes: ['soporte@hosting.example'], staff: [{ name: 'Eva', address: 'eva@hosting.example' }] };
    const department = { key: 'soporte', names: { es: 'Soporte', en: 'Support' }, staffReplies, ...desk };
    const gateway = await testGateway(
      { accounts: ACCOUNTS, config: { workers: 1, departments: [department] } },
      undefined,
      { workerFile },
    );
    await send(gateway, mail('nothing', 'Primero'));
    const [ticket] = await gateway.store.listTickets({ limit: 1 });
    const from = 'eva@hosting.example';
    for (const subject of [`Re: [${ticket?.id}] Primero`, 'Sin ticket']) {
      const bytes = Buffer.from(mail('exit', subject).toString().replaceAll('ana@laespiga.example', from));
      const reply = await submit(gateway.port, { from, to: ['soporte@hosting.example'], bytes });
      expect(await gateway.store.findMail(referenceOf(reply.text))).toMatchObject({ reason: 'staff-not-read' });
    }
    const sent = (await gateway.store.listOutbox({ limit: 9 })).map(({ kind, recipient }) => [kind, recipient]);
    const back = ['staff-mail-returned', from];
    expect(sent).toEqual([back, back, expect.anything(), expect.anything()]);
    expect((await gateway.store.findTicket(ticket?.id ?? ''))?.thread).toHaveLength(1);
    const [newest] = await gateway.store.listOutbox({ limit: 1 });
    expect((await gateway.store.findOutgoing(newest?.id ?? 0))?.mail.data).toMatchObject({
      text: '',
      reason: 'not-read',
    });
  },
);

it('is still told to be a vacation notice by its header', async () => {
  const gateway = await start(workerFile);
  const reply = await send(gateway, mail('exit', 'Fuera de la oficina', 'Auto-Submitted: auto-replied\r\n'));
  expect(await gateway.store.findMail(referenceOf(reply.text))).toMatchObject({
    verdict: 'ignore',
    explanation: { kind: 'auto-reply' },
  });
});

it('is asked to come again where the disk is full, and held where we have a bug', async () => {
  const gateway = await start(workerFile);
  expect(await send(gateway, mail('no-space', 'a'))).toMatchObject({ code: 452 });
  const held = await send(gateway, mail('bug', 'b'));
  expect(held.code).toBe(250);
  expect(await gateway.store.findMail(referenceOf(held.text))).toMatchObject({ reason: 'internal-error' });
  expect(unfinished(gateway)).toEqual([]);
});

it('is read at once where no worker can start and it is small, or else filed unread', async () => {
  const gateway = await start(new URL('../intake/workers/broken-worker.ts', import.meta.url));
  const small = await send(gateway, mail('nothing', 'Breve'));
  const large = await send(gateway, Buffer.concat([mail('nothing', 'Larga'), Buffer.from('x\r\n'.repeat(50_000))]));
  const [one, two] = await Promise.all([small, large].map(({ text }) => gateway.store.findMail(referenceOf(text))));
  expect(one?.explanation.defects).not.toContain('not-parsed');
  expect(two?.explanation.defects).toContain('not-parsed');
  expect([one?.verdict, two?.verdict]).toEqual(['open-ticket', 'open-ticket']);
});

it('does not hold up the mails of others, who get the same ticket with and without threads', async () => {
  const gateway = await start();
  const text = 'Hola, esto se lee.\r\n';
  const replies = await Promise.all(
    Array.from({ length: 12 }, (_, number) =>
      send(gateway, Buffer.concat([mail('nothing', `Número ${'x'.repeat(number)}`), Buffer.from(text)])),
    ),
  );
  expect(replies.map(({ code }) => code)).toEqual(replies.map(() => 250));
  for (const { id } of await gateway.store.listTickets({ limit: 20 }))
    expect((await gateway.store.findTicket(id))?.thread[0]?.text).toContain('Hola, esto se lee.');
});
