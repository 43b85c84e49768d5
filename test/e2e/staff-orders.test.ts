/** What staff order by mail and who hears of it, an answer that comes back, and that no mail to a client names staff. */
import { expect, it, onTestFinished } from 'vitest';
import { bufferSource, parseMail } from '../../src/mail/parse.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { type Sink, startSink } from '../support/sink.ts';
import { submit } from '../support/smtp-client.ts';

const CLIENT = 'ana@laespiga.example';
const [EVA, LEO, PAU] = ['eva.garcia@hosting.example', 'leo.ruiz@hosting.example', 'pau.soler@hosting.example'];
const DESK = 'soporte@hosting.example';
const BILLING = 'facturas@hosting.example';

async function house(more: object = {}): Promise<{ gateway: TestGateway; sink: Sink }> {
  const sink = await startSink();
  onTestFinished(() => sink.close());
  const staff = [
    { name: 'Eva García', address: EVA },
    { name: 'Leo Ruiz', address: LEO },
  ];
  const departments = [
    { key: 'soporte', names: { es: 'Soporte', en: 'Support' }, mailboxes: [DESK], staff },
    {
      key: 'facturacion',
      names: { es: 'Facturación', en: 'Billing' },
      mailboxes: [BILLING],
      staff: [
        { name: 'Pau Soler', address: PAU },
        { name: 'Eva García', address: EVA, notify: 'none' },
      ],
    },
  ];
  const transport = { type: 'smtp', host: '127.0.0.1', port: sink.port };
  const outbound = { transport, envelopeFrom: 'bounces@hosting.example' };
  const contacts = [{ address: CLIENT, name: 'Ana' }];
  const accounts = [
    { number: 'C-1001', name: 'La Espiga', contacts: [{ ...contacts[0], primary: true }] },
    { number: 'C-1002', name: 'La Espiga Sur', contacts },
  ];
  return {
    gateway: await testGateway({ config: { departments, outbound, receiptsPerHour: 50, ...more }, accounts }),
    sink,
  };
}

let count = 0;

/** `ticket`: that it answers; empty for a new matter. */
async function write(gateway: TestGateway, from: string, ticket: string, text: string, to = DESK): Promise<void> {
  count += 1;
  const subject = ticket === '' ? `Consulta ${count}` : `Re: [${ticket}] Consulta`;
  const mail = `From: ${from}\r\nTo: ${to}\r\nSubject: ${subject}\r\nMessage-ID: <${count}@x.example>\r\n\r\n${text}\r\n`;
  expect((await submit(gateway.port, { from, to: [to], bytes: Buffer.from(mail) })).code).toBe(250);
}

async function opened(gateway: TestGateway): Promise<string> {
  await write(gateway, CLIENT, '', 'Mi web da un error 500.');
  return (await gateway.store.listTickets({ limit: 1 }))[0]?.id ?? '';
}

async function toldOf(gateway: TestGateway, kind: string): Promise<string[]> {
  const mails = await gateway.store.listOutbox({ limit: 50 });
  return mails
    .filter((one) => one.kind === kind)
    .map(({ recipient }) => recipient)
    .sort();
}

it('#asignar nadie tells the department, #departamento the other one', async () => {
  const { gateway } = await house();
  const ticket = await opened(gateway);
  await write(gateway, EVA, ticket, '#asignar leo');
  expect(await toldOf(gateway, 'staff-assigned')).toEqual([LEO]);
  await write(gateway, LEO, ticket, '#asignar nadie');
  expect(await toldOf(gateway, 'staff-unassigned')).toEqual([EVA]);
  await write(gateway, LEO, ticket, '#departamento facturacion');
  expect(await toldOf(gateway, 'staff-moved')).toEqual([PAU]);
  expect(await toldOf(gateway, 'ticket-moved')).toEqual([CLIENT]);
  expect(await gateway.store.findTicket(ticket)).toMatchObject({ department: 'facturacion', assignee: null });
});

it('#unir merges a ticket into another one, #cuenta moves it to another account of the client', async () => {
  const { gateway } = await house();
  const [first, second] = [await opened(gateway), await opened(gateway)];
  await write(gateway, EVA, second, `#unir ${first}`);
  expect(await gateway.store.findTicket(second)).toMatchObject({ mergedInto: first });
  expect(await gateway.store.findTicket(first)).toMatchObject({ merged: [second], account: 'C-1001' });
  await write(gateway, EVA, first, '#cuenta C-1002');
  expect(await gateway.store.findTicket(first)).toMatchObject({ account: 'C-1002' });
  expect(await toldOf(gateway, 'staff-mail-returned')).toEqual([]);
});

it.each(['', 'RV:', 'Fwd: '])('#cliente with the subject %j tells the client nothing of the text', async (subject) => {
  const { gateway } = await house();
  const text = '#cliente C-1001\r\nA este no le fíes, que debe dos facturas.';
  const bytes = Buffer.from(
    `From: ${EVA}\r\nTo: ${DESK}\r\nSubject: ${subject}\r\nMessage-ID: <s@x>\r\n\r\n${text}\r\n`,
  );
  expect((await submit(gateway.port, { from: EVA, to: [DESK], bytes })).code).toBe(250);
  const mail = (await gateway.store.listOutbox({ limit: 9 })).find(({ kind }) => kind === 'opened-for-client');
  const found = await gateway.store.findOutgoing(mail?.id ?? 0);
  expect(found?.mail.data).toMatchObject({ subject: '(sin asunto)' });
  expect(JSON.stringify(found?.mail)).not.toContain('fíes');
});

it('mails that are given back no more are held as such, so that the digest tells', async () => {
  const { gateway } = await house({ receiptsPerHour: 2 });
  const ticket = await opened(gateway);
  for (let times = 0; times < 3; times += 1) await write(gateway, EVA, ticket, '#resulto');
  const mails = await gateway.store.listMails({ verdict: 'hold', limit: 9 });
  expect(mails.map(({ reason }) => reason)).toEqual(['staff-rate', 'staff-unknown-command', 'staff-unknown-command']);
  expect(await toldOf(gateway, 'staff-mail-returned')).toEqual([EVA, EVA]);
});

it('whoever wrote an answer hears once that it came back to its return path', { timeout: 30_000 }, async () => {
  const { gateway, sink } = await house();
  const ticket = await opened(gateway);
  await sink.received(3);
  await write(gateway, EVA, ticket, 'Ya está.');
  const answer = (await sink.received(4)).at(-1);
  expect(answer?.to).toEqual([CLIENT]);
  expect(answer?.from).toMatch(/^bounces\+\d+-k1-[0-9a-f]{16}@hosting\.example$/);
  const report = [
    'From: MAILER-DAEMON@laespiga.example',
    'Subject: Undelivered Mail Returned to Sender',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    '',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.laespiga.example',
    '',
    `Final-Recipient: rfc822; ${CLIENT}`,
    'Action: failed',
    'Status: 5.1.1',
    'Diagnostic-Code: smtp; 550 5.1.1 no such user',
    '',
    '--b--',
    '',
  ].join('\r\n');
  for (const id of ['one', 'two']) {
    const bytes = Buffer.from(`Message-ID: <${id}@laespiga.example>\r\n${report}`);
    expect((await submit(gateway.port, { from: '', to: [answer?.from ?? ''], bytes })).code).toBe(250);
  }
  expect(await toldOf(gateway, 'answer-undelivered')).toEqual([EVA]);
  const told = (await sink.received(5)).at(-1);
  expect(told?.to).toEqual([EVA]);
  const { text } = await parseMail(bufferSource(told?.bytes ?? Buffer.alloc(0)), null);
  expect(text).toContain(`Tu respuesta para ${CLIENT} no ha llegado`);
  expect(text).toContain('Ya está.');
});

it('no mail that a client gets names anybody of the staff', { timeout: 60_000 }, async () => {
  const { gateway, sink } = await house();
  const ticket = await opened(gateway);
  for (const [from, text] of [
    [EVA, `Lo miramos. Escríbeme a ${EVA}.\r\n\r\n-- \r\nEva García\r\n${EVA}`],
    [LEO, '#asignar leo'],
    [LEO, '#resuelto'],
    [EVA, '#abrir'],
    [EVA, '#cerrar'],
    [EVA, '#abrir'],
    [LEO, '#departamento facturacion #nota\r\nNota de Leo Ruiz.'],
    [PAU, `#resuelto\r\nHecho.\r\n\r\nEl lun, 2 nov 2026 a las 9:00, Leo <${LEO}> escribió:\r\n> Nota de Leo Ruiz.`],
  ] as const)
    await write(gateway, from, ticket, text, from === PAU ? BILLING : DESK);
  await write(gateway, EVA, '', `#cliente C-1001\r\nLlamó por teléfono.`);
  const rows = await gateway.store.listOutbox({ limit: 100 });
  const mails = await sink.received(rows.length);
  const kinds = new Set(rows.filter(({ recipient }) => recipient === CLIENT).map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual([
    'opened-for-client',
    'receipt',
    'staff-answer',
    'ticket-closed',
    'ticket-moved',
    'ticket-reopened',
    'ticket-resolved',
  ]);
  const got = mails.filter(({ to }) => to.includes(CLIENT));
  expect(got).toHaveLength(rows.filter(({ recipient }) => recipient === CLIENT).length);
  for (const { bytes, from } of got) {
    const { text, html } = await parseMail(bufferSource(bytes), null);
    const whole = [from, bytes.toString('latin1').replaceAll('=\r\n', ''), text, html ?? ''].join('\n').toLowerCase();
    for (const name of ['eva.garcia', 'leo.ruiz', 'pau.soler', 'nota de leo']) expect(whole).not.toContain(name);
  }
});
