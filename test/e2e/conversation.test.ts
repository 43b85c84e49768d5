/**
 * A whole conversation on real sockets: client and staff write by SMTP, what the gateway sends arrives at a real SMTP
 * server, and each answers the mail that it got as a mail program does.
 */
import { expect, it, onTestFinished } from 'vitest';
import { bufferSource, type ParsedMail, parseMail } from '../../src/mail/parse.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { type Sink, type SunkMail, startSink } from '../support/sink.ts';
import { type SmtpReply, submit } from '../support/smtp-client.ts';

const CLIENT = 'ana@laespiga.example';
const PARTNER = 'luis@laespiga.example';
const EVA = 'eva.garcia@hosting.example';
const LEO = 'leo@hosting.example';
const DESK = 'soporte@hosting.example';
const ACCOUNTS = [{ number: 'C-1001', name: 'La Espiga', contacts: [`Ana Robles <${CLIENT}>`, `Luis <${PARTNER}>`] }];

/** A mail as its reader has it. */
interface Got extends ParsedMail {
  readonly to: string;
  readonly bytes: Buffer;
}

class House {
  readonly gateway: TestGateway;
  private readonly sink: Sink;
  private count = 0;

  constructor(gateway: TestGateway, sink: Sink) {
    this.gateway = gateway;
    this.sink = sink;
  }

  /** The newest mail to that address, once so many have come in all. */
  async got(address: string, total: number): Promise<Got> {
    const mails = await this.sink.received(total);
    expect(mails.map(({ to }) => to.join())).toHaveLength(total);
    const mail = mails.findLast(({ to }) => to[0] === address);
    if (mail === undefined)
      throw new Error(`nothing came to ${address}: ${mails.map(({ to }) => to.join()).join(' ')}`);
    return { ...(await parseMail(bufferSource(mail.bytes), null)), to: address, bytes: mail.bytes };
  }

  all(address: string): SunkMail[] {
    return this.sink.mails.filter(({ to }) => to[0] === address);
  }

  /** Writes a new mail, or answers one with everything of it quoted below. */
  async write(
    from: string,
    text: string,
    { answers, subject = 'Mi web no carga', cc = '' }: { answers?: Got; subject?: string; cc?: string } = {},
  ): Promise<{ reply: SmtpReply; messageId: string }> {
    this.count += 1;
    // Some programs put the writer's address there.
    const messageId = `<${this.count}.${from}>`;
    const quoted = answers === undefined ? '' : `\r\n\r\n${answers.text.replaceAll('\n', '\r\n> ')}`;
    const head = [
      `From: ${from.split('@')[0]} <${from}>`,
      `To: ${DESK}`,
      ...(cc === '' ? [] : [`Cc: ${cc}`]),
      `Subject: ${answers === undefined ? subject : `Re: ${answers.subject}`}`,
      `Message-ID: ${messageId}`,
      ...(answers === undefined
        ? []
        : [
            `In-Reply-To: ${answers.messageId}`,
            `References: ${[...answers.references, answers.messageId].join('\r\n ')}`,
          ]),
      'Content-Type: text/plain; charset=utf-8',
    ].join('\r\n');
    const bytes = Buffer.from(`${head}\r\n\r\n${text}${quoted}\r\n`);
    const reply = await submit(this.gateway.port, { from, to: [DESK], bytes });
    expect(reply.text).toMatch(/accepted/);
    return { reply, messageId };
  }

  async status(): Promise<string | undefined> {
    return (await this.gateway.store.listTickets({ limit: 1 }))[0]?.status;
  }
}

async function house(staff: readonly Record<string, unknown>[], more: Record<string, unknown> = {}): Promise<House> {
  const sink = await startSink();
  onTestFinished(() => sink.close());
  const departments = [
    { key: 'soporte', names: { es: 'Soporte', en: 'Support' }, mailboxes: [DESK], staff, ...more },
    { key: 'facturacion', names: { es: 'Facturación', en: 'Billing' }, mailboxes: ['facturas@hosting.example'] },
  ];
  const transport = { type: 'smtp', host: '127.0.0.1', port: sink.port };
  const config = { departments, outbound: { transport }, receiptsPerHour: 50 };
  return new House(await testGateway({ config, accounts: ACCOUNTS }), sink);
}

const GARCIA = { name: 'Eva García', address: EVA };
const LEONARDO = { name: 'Leo', address: LEO };

/** Each mail answers one that its reader has, and its References lead to it. */
function threads(mail: ParsedMail, known: readonly string[]): void {
  expect(known).toContain(mail.inReplyTo[0]);
  expect(mail.references.at(-1)).toBe(mail.inReplyTo[0]);
  expect(mail.references[0]).toMatch(/^<tq\.root\.\d+\./);
  expect(mail.references.length).toBeLessThanOrEqual(20);
}

it('client writes, staff resolves, client thanks, staff closes; every mail threads', { timeout: 60_000 }, async () => {
  const desk = await house([GARCIA]);
  const first = await desk.write(CLIENT, 'Hola:\r\n\r\nMi web da un error 500.');
  const receipt = await desk.got(CLIENT, 2);
  const notice = await desk.got(EVA, 2);
  const subject = receipt.subject;
  expect(subject).toMatch(/^\[TQ-\d{6}\] Mi web no carga$/);
  threads(receipt, [first.messageId]);
  expect(notice.subject).toBe(subject);
  expect(notice.text).toContain('Mi web da un error 500.');
  expect(notice.text).toContain('C-1001 · La Espiga');
  expect(notice.text).toContain('#resuelto');
  expect(notice.sender).toMatchObject({ address: DESK });

  await desk.write(
    EVA,
    '#resuelto\r\nHemos reiniciado PHP; ya carga.\r\n\r\n-- \r\nEva García\r\neva.garcia@hosting.example',
    {
      answers: notice,
    },
  );
  const answer = await desk.got(CLIENT, 3);
  expect(await desk.status()).toBe('resolved');
  expect(answer.subject).toBe(subject);
  expect(answer.text).toContain('Hemos reiniciado PHP; ya carga.');
  expect(answer.text).toContain('Estado: Resuelto');
  expect(answer.text).not.toMatch(/#resuelto|error 500|eva/i);
  expect(answer.sender).toEqual({ clear: true, address: DESK, name: 'Soporte · Hosting de Prueba' });
  threads(answer, [first.messageId, receipt.messageId ?? '']);
  expect(answer.inReplyTo).toEqual([first.messageId]);

  const thanks = await desk.write(CLIENT, 'Gracias, pero sigue lenta.', { answers: answer });
  const told = await desk.got(EVA, 4);
  expect(await desk.status()).toBe('open');
  expect(told.subject).toBe(subject);
  expect(told.text).toContain('Gracias, pero sigue lenta.');
  threads(told, [notice.messageId ?? '']);

  await desk.write(EVA, '#cerrar', { answers: told });
  const closed = await desk.got(CLIENT, 5);
  expect(await desk.status()).toBe('closed');
  expect(closed.subject).toBe(subject);
  expect(closed.text).toContain('Hemos cerrado tu ticket');
  threads(closed, [thanks.messageId]);
  expect((await desk.gateway.store.listTickets({ limit: 9 })).length).toBe(1);

  // Whatever the client got, byte by byte and decoded: no address of staff.
  for (const { bytes } of desk.all(CLIENT)) {
    const parsed = await parseMail(bufferSource(bytes), null);
    const whole = [bytes.toString('latin1'), parsed.text, parsed.html ?? ''].join('\n').replaceAll('=\r\n', '');
    expect(whole.toLowerCase()).not.toContain(EVA);
    expect(whole.toLowerCase()).not.toContain('eva.garcia');
  }
});

it('colleagues learn of each other when both answer', { timeout: 60_000 }, async () => {
  const desk = await house([GARCIA, { ...LEONARDO, language: 'en' }]);
  await desk.write(CLIENT, 'Mi web da un error 500.');
  await desk.got(CLIENT, 3);
  const [toEva, toLeo] = [await desk.got(EVA, 3), await desk.got(LEO, 3)];
  expect(toLeo.text).toContain('New ticket from');
  await desk.write(EVA, 'Lo miramos.', { answers: toEva });
  expect((await desk.got(CLIENT, 4)).text).toContain('Lo miramos.');
  await desk.write(LEO, 'Ya está arreglado.', { answers: toLeo });
  expect((await desk.got(CLIENT, 7)).text).toContain('Ya está arreglado.');
  const eva = await desk.got(EVA, 7);
  expect(eva.text).toContain('Leo ha respondido al cliente');
  expect(eva.text).toContain('Ya está arreglado.');
  const leo = await desk.got(LEO, 7);
  expect(leo.text).toContain('Eva García answered just before you');
  expect(leo.text).toContain('Lo miramos.');
});

it('a mistake sends nothing to the client and comes back', { timeout: 60_000 }, async () => {
  const desk = await house([GARCIA]);
  await desk.write(CLIENT, 'Mi web da un error 500.');
  const notice = await desk.got(EVA, 2);
  await desk.write(EVA, '#resulto\r\nYa está.', { answers: notice });
  const returned = await desk.got(EVA, 3);
  expect(returned.text).toContain('#resulto');
  expect(returned.text).toContain('#departamento facturacion');
  expect(returned.text).toContain('Ya está.');
  expect(returned.subject).toBe(`No enviado: ${notice.subject}`);
  // The one that comes back is answered like any other.
  await desk.write(EVA, '#resuelto\r\nYa está.', { answers: returned });
  expect((await desk.got(CLIENT, 4)).text).toContain('Ya está.');
  expect(desk.all(CLIENT)).toHaveLength(2);
  const held = await desk.gateway.store.listMails({ verdict: 'hold', limit: 5 });
  expect(held.map(({ reason }) => reason)).toEqual(['staff-unknown-command']);
});

it('followers get the answer as long as they are contacts of the account', { timeout: 60_000 }, async () => {
  const desk = await house([GARCIA]);
  await desk.write(CLIENT, 'Mi web da un error 500.', { cc: PARTNER });
  const notice = await desk.got(EVA, 2);
  await desk.write(EVA, 'Lo miramos.', { answers: notice });
  const copy = await desk.got(PARTNER, 4);
  expect(copy.text).toContain('estabas en copia');
  await desk.gateway.store.saveAccounts(
    [{ number: 'C-1001', name: 'La Espiga', services: [], contacts: [{ address: CLIENT, name: 'Ana Robles' }] }],
    'replace',
    Date.now(),
  );
  await desk.write(EVA, 'Arreglado.', { answers: notice });
  expect((await desk.got(CLIENT, 5)).text).toContain('Arreglado.');
  expect(desk.all(PARTNER)).toHaveLength(1);
});

it('staff open a ticket for a client from a forwarded mail', { timeout: 60_000 }, async () => {
  const desk = await house([GARCIA, LEONARDO]);
  const forward = [
    '#cliente C-1001 #asignar leo',
    'Es del hosting nuevo.',
    '',
    '---------- Forwarded message ---------',
    'De: Luis <luis@laespiga.example>',
    'Fecha: lun, 2 nov 2026 a las 9:00',
    'Asunto: Correo',
    `Para: Eva <${EVA}>`,
    '',
    'No me llega el correo.',
  ].join('\r\n');
  await desk.write(EVA, forward, { subject: `RV: Correo para ${EVA}` });
  const receipt = await desk.got(PARTNER, 2);
  expect(receipt.text).toContain('Hemos abierto un ticket en tu nombre');
  expect(receipt.bytes.toString('latin1').toLowerCase()).not.toMatch(/eva|hosting nuevo/);
  const assigned = await desk.got(LEO, 2);
  expect(assigned.text).toContain('te lo ha asignado Eva García');
  expect(assigned.text).toContain('No me llega el correo.');
  await desk.write(LEO, 'Hola, Luis: ya llega.', { answers: assigned });
  const answer = await desk.got(PARTNER, 4);
  expect(answer.text).toContain('Hola, Luis: ya llega.');
  threads(answer, [receipt.messageId ?? '']);
  expect(answer.subject).toBe(receipt.subject);
});
