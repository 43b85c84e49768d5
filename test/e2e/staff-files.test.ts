/** Files between clients and staff, answers that do not arrive, and whom staff answers go to. */
import { expect, it } from 'vitest';
import { bufferSource, parseMail } from '../../src/mail/parse.ts';
import { renderMail } from '../../src/outbox/render.ts';
import { BlobStore } from '../../src/store/blobs/blob-store.ts';
import type { OutboxDetail } from '../../src/store/store.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { submit } from '../support/smtp-client.ts';

const CLIENT = 'ana@laespiga.example';
const BOSS = 'jefa@laespiga.example';
const EVA = 'eva@hosting.example';
const DESK = 'soporte@hosting.example';

interface File {
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

function mailOf(from: string, subject: string, text: string, files: readonly File[]): Buffer {
  const parts = files.map(
    ({ name, type, content }) =>
      `--b\r\nContent-Type: ${type}\r\nContent-Disposition: attachment; filename="${name}"\r\n\r\n${content}\r\n`,
  );
  return Buffer.from(
    `From: ${from}\r\nTo: ${DESK}\r\nSubject: ${subject}\r\nMessage-ID: <${subject.length}.${text.length}@${from.split('@')[1]}>\r\n` +
      `MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n${parts.join('')}--b--\r\n`,
  );
}

async function desk(more: Record<string, unknown> = {}, limits: Record<string, unknown> = {}): Promise<TestGateway> {
  const department = { key: 'soporte', names: { es: 'Soporte', en: 'Support' }, mailboxes: [DESK] };
  const staff = [{ name: 'Eva', address: EVA }];
  return testGateway({
    config: { departments: [{ ...department, staff, ...more }], limits, receiptsPerHour: 50 },
    accounts: [
      {
        number: 'C-1001',
        name: 'La Espiga',
        contacts: [
          { address: CLIENT, name: 'Ana', role: 'technical' },
          { address: BOSS, name: 'La jefa', role: 'holder', language: 'en' },
        ],
      },
    ],
  });
}

async function write(gateway: TestGateway, from: string, text: string, files: readonly File[] = []): Promise<void> {
  const [ticket] = await gateway.store.listTickets({ limit: 1 });
  const subject = ticket === undefined ? 'Mi web' : `Re: [${ticket.id}] Mi web`;
  const reply = await submit(gateway.port, { from, to: [DESK], bytes: mailOf(from, subject, text, files) });
  expect(reply.code).toBe(250);
}

async function newest(gateway: TestGateway, kind: string): Promise<OutboxDetail | null> {
  const found = (await gateway.store.listOutbox({ limit: 20 })).find((one) => one.kind === kind);
  return found === undefined ? null : gateway.store.findOutgoing(found.id);
}

async function read(gateway: TestGateway, kind: string) {
  const row = await newest(gateway, kind);
  if (row === null) throw new Error(`there is no ${kind}`);
  const blobs = new BlobStore(`${gateway.config.dataFolder}/blobs`, () => 'x');
  const bytes = await renderMail(row.mail, 0, undefined, (sha256) => blobs.read(sha256));
  return { row, bytes, parsed: await parseMail(bufferSource(bytes), null) };
}

const PHOTO = { name: 'foto.png', type: 'image/png', content: 'PNG' };

it('files go both ways, and what names a staff member does not', async () => {
  const gateway = await desk();
  await write(gateway, CLIENT, 'Mira.', [PHOTO, { name: 'a.exe', type: 'application/octet-stream', content: 'MZ' }]);
  const notice = await read(gateway, 'staff-new-ticket');
  expect(notice.parsed.attachments.map(({ filename }) => filename)).toEqual(['foto.png']);
  expect(notice.parsed.text).toMatch(/a\.exe \(1 KB\): tipo peligroso/);

  await write(gateway, EVA, 'Aquí va; mi correo es EVA@hosting.example.', [
    { name: 'informe-eva@hosting.example.pdf', type: 'application/pdf', content: 'PDF' },
    { name: 'eva.vcf', type: 'text/vcard', content: `EMAIL:${EVA}` },
  ]);
  const answer = await read(gateway, 'staff-answer');
  expect(answer.parsed.attachments.map(({ filename }) => filename)).toEqual([`informe-${DESK}.pdf`]);
  expect(answer.parsed.text).toContain(`mi correo es ${DESK}.`);
  expect(`${answer.bytes}${answer.parsed.text}${answer.parsed.html}`.toLowerCase()).not.toContain(EVA);
  const [ticket] = await gateway.store.listTickets({ limit: 1 });
  const notes = (await gateway.store.findTicket(ticket?.id ?? ''))?.thread.map(({ text }) => text);
  expect(notes).toContain('Not sent to the client: eva.vcf.');
});

it.each([
  ['x.bin', 'message/global', 'From: x'],
  ['x.txt', 'text/rfc822-headers', 'From: x'],
  ['x.MSG', 'application/octet-stream', 'x'],
])('%s of %s counts as a whole mail', async (name, type, content) => {
  const gateway = await desk();
  await write(gateway, CLIENT, 'Hola.');
  await write(gateway, EVA, 'Te lo paso.', [{ name, type, content }]);
  expect(await newest(gateway, 'staff-answer')).toBeNull();
  expect((await newest(gateway, 'staff-mail-returned'))?.mail.data).toMatchObject({ reason: 'attached-mail' });
});

it('a large file is named, not sent; a whole mail of staff comes back', async () => {
  const gateway = await desk({}, { staffFileBytes: 2 });
  await write(gateway, CLIENT, 'Mira.', [PHOTO]);
  const notice = await read(gateway, 'staff-new-ticket');
  expect(notice.parsed.attachments).toEqual([]);
  expect(notice.parsed.text).toMatch(/foto\.png \(1 KB\): por su tamaño/);
  await write(gateway, EVA, 'Te lo paso.', [{ name: 'x.eml', type: 'application/octet-stream', content: 'From: x' }]);
  expect(await newest(gateway, 'staff-answer')).toBeNull();
  expect((await read(gateway, 'staff-mail-returned')).parsed.text).toContain('x.eml');
});

it('goes to the holder where the department wants that', async () => {
  const gateway = await desk({ answersTo: 'holder' });
  await write(gateway, CLIENT, 'Una factura, por favor.');
  await write(gateway, EVA, 'Ahí va.');
  expect((await newest(gateway, 'staff-answer'))?.mail).toMatchObject({ recipient: BOSS, language: 'en' });
});

it('stays a note where the department wants that, and with #nota', async () => {
  const gateway = await desk({ staffReplies: 'note' });
  await write(gateway, CLIENT, 'Hola.');
  await write(gateway, EVA, 'Es cosa del DNS.');
  const other = await desk();
  await write(other, CLIENT, 'Hola.');
  await write(other, EVA, '#nota\r\nEs cosa del DNS.');
  for (const one of [gateway, other]) {
    expect(await newest(one, 'staff-answer')).toBeNull();
    const [ticket] = await one.store.listTickets({ limit: 1 });
    const last = (await one.store.findTicket(ticket?.id ?? ''))?.thread.at(-1);
    expect(last).toMatchObject({ author: 'staff', visibility: 'note', visibleText: 'Es cosa del DNS.' });
    expect(ticket?.status).toBe('open');
  }
});

it('whoever wrote an answer hears once that it failed', async () => {
  const gateway = await desk();
  await write(gateway, CLIENT, 'Hola.');
  await write(gateway, EVA, 'Ya está.');
  const answer = await newest(gateway, 'staff-answer');
  const failed = { state: 'failed', error: '550 5.1.1 no such user', badAddress: false } as const;
  for (let times = 0; times < 2; times += 1) {
    await gateway.store.finishMails([{ id: answer?.id ?? 0, outcome: failed }], Date.now());
  }
  const told = (await gateway.store.listOutbox({ limit: 20 })).filter(({ kind }) => kind === 'answer-undelivered');
  expect(told.map(({ recipient }) => recipient)).toEqual([EVA]);
  const { parsed } = await read(gateway, 'answer-undelivered');
  expect(parsed.text).toContain('Tu respuesta para ana@laespiga.example no ha llegado');
  expect(parsed.text).toContain('550 5.1.1 no such user');
  expect(parsed.text).toContain('Ya está.');
});
