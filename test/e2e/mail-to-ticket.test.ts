/** The main job as a client and an admin meet it: an ordinary mail program, real sockets, a file database, a real receiving server. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { createTransport, type Transporter } from 'nodemailer';
import { expect, it, onTestFinished } from 'vitest';
import { BlobStore } from '../../src/store/blobs/blob-store.ts';
import { testGateway } from '../support/gateway.ts';
import { type Sink, startSink } from '../support/sink.ts';
import { submit } from '../support/smtp-client.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ACCOUNTS = [
  {
    number: 'C-1001',
    name: 'La Espiga',
    language: 'es',
    contacts: ['Ana Robles <ana@laespiga.example>'],
    services: ['laespiga.example'],
  },
  { number: 'C-1002', name: 'Northwind', language: 'en', contacts: ['maya@northwind.example'] },
];

async function sink(): Promise<Sink> {
  const started = await startSink();
  onTestFinished(() => started.close());
  return started;
}

function through(port: number): Record<string, unknown> {
  return {
    outbound: { transport: { type: 'smtp', host: '127.0.0.1', port } },
    receiptsPerHour: 1000,
    limits: { mailsPerSenderPerHour: 1000 },
  };
}

function mailProgram(port: number): Transporter {
  const program = createTransport({ pool: true, maxConnections: 5, host: '127.0.0.1', port, ignoreTLS: true });
  onTestFinished(() => program.close());
  return program;
}

it('makes 100 tickets and 100 receipts of 100 mails, and each holds what was sent', async () => {
  const receiving = await sink();
  const gateway = await testGateway({ config: through(receiving.port), accounts: ACCOUNTS });
  const program = mailProgram(gateway.port);
  const numbers = Array.from({ length: 100 }, (_, index) => index);
  const textOf = (n: number) =>
    `Hola:\r\n\r\nConsulta número ${n}, con eñes y acentos: ñandú, pingüino, €${n}.\r\n\r\n.\r\n..dos puntos\r\n`;
  const fileOf = (n: number) =>
    Buffer.from(Array.from({ length: 1000 + n * 37 }, (_, index) => (index * n + index) % 256));

  await Promise.all(
    numbers.map((n) =>
      program.sendMail({
        from: n % 2 === 0 ? 'Ana Robles <ana@laespiga.example>' : 'Maya Lind <maya@northwind.example>',
        to: 'soporte@hosting.example',
        subject: `Consulta ñ ${n}`,
        text: textOf(n),
        attachments: [{ filename: `captura ñ ${n}.bin`, content: fileOf(n) }],
      }),
    ),
  );

  const tickets = await gateway.store.listTickets({ limit: 1000 });
  expect(tickets).toHaveLength(100);
  expect(new Set(tickets.map(({ id }) => id)).size).toBe(100);
  const blobs = new BlobStore(join(gateway.config.dataFolder, 'blobs'), () => '');
  for (const n of numbers) {
    const summary = tickets.find(({ subject }) => subject === `Consulta ñ ${n}`);
    const ticket = summary === undefined ? null : await gateway.store.findTicket(summary.id);
    if (ticket === null) throw new Error(`mail ${n} has no ticket`);
    expect(ticket.opener).toBe(n % 2 === 0 ? 'ana@laespiga.example' : 'maya@northwind.example');
    const [message] = ticket.thread;
    expect(message?.text.trimEnd()).toBe(textOf(n).replaceAll('\r\n', '\n').trimEnd());
    const [file] = message?.attachments ?? [];
    const sha256 = createHash('sha256').update(fileOf(n)).digest('hex');
    expect(file).toMatchObject({ filename: `captura ñ ${n}.bin`, sha256, size: fileOf(n).length });
    expect(readFileSync(blobs.path(sha256)).equals(fileOf(n)), 'the file on the disk is the one that was sent').toBe(
      true,
    );
  }

  const receipts = await receiving.received(100);
  expect(receipts).toHaveLength(100);
  const subjects = new Set<string>();
  for (const { from, to, bytes } of receipts) {
    const receipt = await simpleParser(bytes);
    const ticket = tickets.find(({ id }) => receipt.subject?.startsWith(`[${id}] `));
    expect(to).toEqual([ticket?.opener]);
    expect(from, 'the envelope sender is null: nobody answers a receipt').toBe('');
    expect(receipt.subject).toBe(`[${ticket?.id}] ${ticket?.subject}`);
    expect(receipt.headers.get('auto-submitted')).toBe('auto-replied');
    expect(receipt.text).toContain(
      ticket?.opener === 'ana@laespiga.example'
        ? 'Hemos recibido tu mensaje con un archivo adjunto'
        : "We've received your message with one attachment",
    );
    subjects.add(receipt.subject ?? '');
  }
  expect(subjects.size).toBe(100);
});

it('threads the receipt to the mail, and a plain answer to the receipt back to the ticket', async () => {
  const receiving = await sink();
  const gateway = await testGateway({ config: through(receiving.port), accounts: ACCOUNTS });
  const program = mailProgram(gateway.port);
  const first = await program.sendMail({
    from: 'ana@laespiga.example',
    to: 'soporte@hosting.example',
    subject: 'Sin correo',
    text: 'No llega nada.',
  });
  const [receiptMail] = await receiving.received(1);
  const receipt = await simpleParser(receiptMail?.bytes ?? '');
  expect(receipt.inReplyTo).toBe(first.messageId);
  expect(receipt.references).toContain(first.messageId);

  // The subject is changed on purpose: our signed Message-ID alone leads to the ticket.
  const quoted = (receipt.text ?? '')
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
  await program.sendMail({
    from: 'ana@laespiga.example',
    to: 'soporte@hosting.example',
    subject: 'Una cosa más',
    inReplyTo: receipt.messageId ?? '',
    references: receipt.messageId ?? '',
    text: `También falla el formulario.\n\nEl dom, 22 nov 2026 a las 10:00, Soporte (<soporte@hosting.example>) escribió:\n\n${quoted}\n`,
  });
  const tickets = await gateway.store.listTickets({ limit: 10 });
  expect(tickets).toHaveLength(1);
  const ticket = await gateway.store.findTicket(tickets[0]?.id ?? '');
  expect(ticket?.thread.map(({ visibleText }) => visibleText)).toEqual([
    'No llega nada.',
    'También falla el formulario.',
  ]);
  const [mail] = await gateway.store.listMails({ limit: 1 });
  expect((await gateway.store.findMail(mail?.reference ?? ''))?.explanation.thread?.by).toBe('our-message-id');
});

it('keeps tickets and unsent receipts over a restart', async () => {
  const folder = tempFolder();
  // A smarthost that is not there: the receipt has to wait.
  const gone = await startSink();
  await gone.close();
  const before = await testGateway({ config: through(gone.port), accounts: ACCOUNTS }, folder);
  const bytes = Buffer.from(
    'From: ana@laespiga.example\r\nTo: soporte@hosting.example\r\nSubject: Hola\r\nMessage-ID: <1@x>\r\n\r\nHola\r\n',
  );
  const reply = await submit(before.port, { from: 'ana@laespiga.example', to: ['soporte@hosting.example'], bytes });
  expect(reply.code).toBe(250);
  await before.stop();

  const receiving = await sink();
  const later = Date.now() + 60 * 60 * 1000;
  const clock = { now: () => later, after: () => () => undefined };
  const after = await testGateway({ config: through(receiving.port) }, folder, { clock });
  const [receipt] = await receiving.received(1);
  expect(receipt?.to).toEqual(['ana@laespiga.example']);
  expect(await after.store.listTickets({ limit: 10 })).toHaveLength(1);
  expect(await after.store.listAccounts({ limit: 10 })).toHaveLength(2);
});

it('receives a large mail without holding it, keeps it as a file and lists what was left out', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS });
  const program = mailProgram(gateway.port);
  const file = Buffer.alloc(3_000_000, 'taquilla ');
  await program.sendMail({
    from: 'ana@laespiga.example',
    to: 'soporte@hosting.example',
    subject: 'Copia',
    text: 'Adjunto.',
    attachments: [{ filename: 'copia.zip', content: file }],
  });
  const [mail] = await gateway.store.listMails({ limit: 1 });
  const raw = await gateway.store.findRawMail(mail?.reference ?? '');
  if (raw === null || 'inline' in raw) throw new Error('the raw mail is not a file');
  const path = new BlobStore(join(gateway.config.dataFolder, 'blobs'), () => '').path(raw.blob.sha256);
  const stored = readFileSync(path);
  expect(createHash('sha256').update(stored).digest('hex')).toBe(raw.blob.sha256);
  expect(stored.length).toBe(mail?.size);
});
