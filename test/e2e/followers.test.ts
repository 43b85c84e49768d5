/** Who else a mail was addressed to: colleagues follow the ticket, anybody else is noted once and never mailed. */
import { expect, it } from 'vitest';
import { testGateway } from '../support/gateway.ts';
import { submit } from '../support/smtp-client.ts';

const ACCOUNTS = [
  {
    number: 'C-1',
    name: 'La Espiga',
    contacts: [
      'ana@laespiga.example',
      'luis@laespiga.example',
      { address: 'facturas@laespiga.example', departments: ['facturacion'] },
      '*@obrador.example',
    ],
  },
  { number: 'C-2', name: 'Otra', contacts: ['eva@otra.example'] },
];

const DEPARTMENTS = ['soporte', 'facturacion'].map((key) => ({
  key,
  names: { es: key, en: key },
  mailboxes: [`${key}@hosting.example`],
  staff: key === 'soporte' ? [{ name: 'Sara', address: 'sara@hosting.example', notify: 'none' }] : [],
}));

const world = { accounts: ACCOUNTS, config: { departments: DEPARTMENTS } };

function write(port: number, subject: string, cc: string, to = 'soporte@hosting.example') {
  const bytes = Buffer.from(
    `From: Ana <ana@laespiga.example>\r\nTo: ${to}\r\nCc: ${cc}\r\nSubject: ${subject}\r\n\r\nHola ${subject} ${cc}\r\n`,
  );
  return submit(port, { from: 'ana@laespiga.example', to: ['soporte@hosting.example'], bytes });
}

it('contacts of the account follow; others are noted once; nobody of them is mailed', async () => {
  const gateway = await testGateway(world);
  await write(
    gateway.port,
    'Una consulta',
    'Luis <LUIS@laespiga.example>, facturas@laespiga.example, pan@obrador.example, eva@otra.example, sara@hosting.example, facturacion@hosting.example, ana@laespiga.example',
  );
  const [ticket] = await gateway.store.listTickets({ limit: 1 });
  const id = ticket?.id ?? '';
  await write(gateway.port, `Re: [${id}] Una consulta`, 'eva@otra.example, nadie@otra.example');
  const detail = await gateway.store.findTicket(id);
  expect(detail?.followers).toEqual(['luis@laespiga.example', 'pan@obrador.example']);
  const notes = detail?.thread.flatMap(({ author, text }) =>
    author === 'system' && text.startsWith('Also addressed') ? [text] : [],
  );
  expect(notes).toEqual([
    'Also addressed to facturas@laespiga.example, eva@otra.example: no contacts of this account, never mailed.',
    'Also addressed to nadie@otra.example: no contacts of this account, never mailed.',
  ]);
  const sent = await gateway.store.listOutbox({ limit: 50 });
  expect(new Set(sent.map(({ recipient }) => recipient))).toEqual(new Set(['ana@laespiga.example']));
});

it('an unverified mail adds nobody', async () => {
  const gateway = await testGateway({ ...world, config: { ...world.config, authentication: 'monitor' } });
  const reply = await write(gateway.port, 'Una consulta', 'luis@laespiga.example, eva@otra.example');
  expect(reply.code).toBe(250);
  const [ticket] = await gateway.store.listTickets({ limit: 1 });
  const detail = await gateway.store.findTicket(ticket?.id ?? '');
  expect(detail?.followers).toEqual([]);
  expect(detail?.thread.map(({ text }) => text).join('\n')).not.toContain('Also addressed');
  const mail = await gateway.store.findMail(/accepted (\w+)/.exec(reply.text)?.[1] ?? '');
  expect(mail?.explanation.because).toContain('copies: 2 more addressed; an unverified mail adds nobody');
});

it('a mail to half the world is looked at as far as a limit', async () => {
  const gateway = await testGateway(world);
  const many = Array.from({ length: 2000 }, (_, index) => `p${index}@x.example`).join(',\r\n ');
  expect((await write(gateway.port, 'Una consulta', many)).code).toBe(250);
  const [ticket] = await gateway.store.listTickets({ limit: 1 });
  const detail = await gateway.store.findTicket(ticket?.id ?? '');
  expect(detail?.thread.find(({ author }) => author === 'system')?.text.match(/@x\.example/g)).toHaveLength(50);
});
