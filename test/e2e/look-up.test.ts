/** Unknown senders that the billing system knows, from the SMTP dialogue to the ticket. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type BillingServer, billingServer, json } from '../support/billing-server.ts';
import { testGateway, type World } from '../support/gateway.ts';
import { submit } from '../support/smtp-client.ts';

const ACCOUNT = { number: 'C-7', name: 'Empresa', contacts: ['ana@empresa.com'] };
const department = (key: string, more: object = {}) => ({
  key,
  names: { es: key, en: key },
  mailboxes: [`${key}@hosting.example`],
  staff: [{ name: 'Eva', address: 'eva@equipo.example' }],
  ...more,
});

let serial = 0;
function mail(from: string, to = 'soporte') {
  serial += 1;
  const head = `From: ${from}\r\nTo: ${to}@hosting.example\r\nSubject: Asunto ${serial}\r\nMessage-ID: <${serial}@x>\r\n`;
  return { from, to: [`${to}@hosting.example`], bytes: Buffer.from(`${head}\r\nHola\r\n`) };
}

function world(billing: BillingServer, config: World['config'] = {}, lookup: object = {}) {
  return testGateway({
    accounts: [
      { number: 'C-1', name: 'Otra', contacts: ['luis@otra.com'] },
      { number: 'C-2', name: 'Cerrada', state: 'closed', contacts: ['marta@cerrada.com'] },
    ],
    config: {
      departments: [department('soporte'), department('ventas', { accepts: 'anyone' })],
      lookup: { url: billing.url, secret: 'geheim', ...lookup },
      ...config,
    },
  });
}

const asFound = (response: Parameters<BillingServer['answer']>[0]) => json(response, { account: ACCOUNT });

it('a client that only the billing system knows opens a ticket on its account, and is known from then on', async () => {
  const billing = await billingServer(asFound);
  const gateway = await world(billing);
  expect((await submit(gateway.port, mail('ana@empresa.com'))).code).toBe(250);
  expect(await gateway.store.listTickets({ limit: 5 })).toMatchObject([{ account: 'C-7', opener: 'ana@empresa.com' }]);
  expect((await submit(gateway.port, mail('ana@empresa.com'))).code).toBe(250);
  expect(billing.asked.map(({ address }) => address)).toEqual(['ana@empresa.com']);
});

it('a stranger is refused as ever, and a client that writes to sales is known as one', async () => {
  const billing = await billingServer((response, { address }) =>
    json(response, { account: address === 'ana@empresa.com' ? ACCOUNT : null }),
  );
  const gateway = await world(billing);
  const refused = await submit(gateway.port, mail('eva@nadie.example'));
  expect(`${refused.code} ${refused.text}`).toContain('550 5.7.1 Tu direccion no puede escribir');
  expect((await submit(gateway.port, mail('ana@empresa.com', 'ventas'))).code).toBe(250);
  expect(await gateway.store.listTickets({ limit: 5 })).toMatchObject([{ account: 'C-7', department: 'ventas' }]);
});

it('a closed account is asked about again: it may have been opened', async () => {
  const billing = await billingServer((response) =>
    json(response, { account: { number: 'C-2', name: 'Cerrada', state: 'active', contacts: ['marta@cerrada.com'] } }),
  );
  const gateway = await world(billing);
  expect((await submit(gateway.port, mail('marta@cerrada.com'))).code).toBe(250);
});

it('is never asked about clients, staff, our own addresses, bounces, blocked senders and forgeries', async () => {
  const billing = await billingServer(asFound);
  const gateway = await world(billing, { authentication: 'dmarc' });
  await gateway.store.blockSender('malo@nadie.example', Date.now());
  const zoned = await testGateway({
    zone: { '_dmarc.empresa.com TXT': 'v=DMARC1; p=reject' },
    config: { authentication: 'dmarc', lookup: { url: billing.url, secret: 'x' } },
  });
  await submit(zoned.port, mail('ana@empresa.com'));
  await submit(gateway.port, mail('luis@otra.com'));
  await submit(gateway.port, mail('eva@equipo.example'));
  await submit(gateway.port, mail('ventas@hosting.example'));
  await submit(gateway.port, mail('malo@nadie.example'));
  const report = mail('mailer-daemon@nadie.example');
  await submit(gateway.port, {
    ...report,
    from: '',
    bytes: Buffer.from(
      report.bytes.toString().replace('Subject: ', 'Auto-Submitted: auto-replied\r\nSubject: Automatic reply: '),
    ),
  });
  expect(billing.asked).toEqual([]);
});

it('without an answer: 451 and nothing kept, so that the sender comes again', async () => {
  const billing = await billingServer((response) => json(response, {}, 500));
  const gateway = await world(billing);
  const reply = await submit(gateway.port, mail('ana@empresa.com'));
  expect(`${reply.code} ${reply.text}`).toMatch(/^451 4\.3\.0 Ahora no podemos comprobar si eres cliente/);
  expect(await gateway.store.listMails({ limit: 5 })).toEqual([]);
  // Who is taken anyway is not kept waiting.
  expect((await submit(gateway.port, mail('eva@nadie.example', 'ventas'))).code).toBe(250);
  billing.answer = asFound;
  expect((await submit(gateway.port, mail('ana@empresa.com'))).code).toBe(250);
});

it('without an answer, where the config says so: kept for review', async () => {
  const billing = await billingServer((response) => json(response, {}, 500));
  const gateway = await world(billing, {}, { onFailure: 'hold' });
  expect((await submit(gateway.port, mail('ana@empresa.com'))).code).toBe(250);
  const [held] = await gateway.store.listMails({ limit: 5 });
  expect(held).toMatchObject({ verdict: 'hold', reason: 'held-for-review', sender: 'ana@empresa.com' });
  const detail = await gateway.store.findMail(held?.reference ?? '');
  expect(detail?.explanation.because.at(-1)).toMatch(/kept for review, the account look-up gave no answer/);
});

it('follows a reload', async () => {
  const billing = await billingServer(asFound);
  const gateway = await world(billing, { lookup: undefined });
  expect((await submit(gateway.port, mail('ana@empresa.com'))).code).toBe(550);
  const file = join(gateway.folder, 'config.json');
  const config = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...config, lookup: { url: billing.url, secret: 'geheim' } }));
  expect(await gateway.reload()).toEqual([]);
  expect((await submit(gateway.port, mail('ana@empresa.com'))).code).toBe(250);
});
