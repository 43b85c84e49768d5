/** What an admin does with mails that were not let in: looks, registers, accepts, blocks; through the real commands. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { submit } from '../support/smtp-client.ts';

const binary = fileURLToPath(new URL('../../bin/taquilla.js', import.meta.url));

async function taquilla(gateway: TestGateway, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [binary, ...args, '--config', gateway.config.file]);
  return stdout;
}

const ACCOUNTS = [{ number: 'C-1001', name: 'Empresa', contacts: ['ana@empresa.com'] }];

async function send(gateway: TestGateway, from: string, subject: string): Promise<number> {
  const bytes = Buffer.from(
    `From: Nuevo <${from}>\r\nTo: soporte@hosting.example\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@x>\r\n\r\nHola\r\n`,
  );
  return (await submit(gateway.port, { from, to: ['soporte@hosting.example'], bytes })).code;
}

it('a refused mail is found, its sender registered, the mail let in; and it never makes a second ticket', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS });
  expect(await send(gateway, 'nuevo@empresa.com', 'Consulta')).toBe(550);
  const [refused]: { reference: string; reason: string }[] = JSON.parse(
    await taquilla(gateway, 'mail', 'list', '--verdict', 'refuse', '--json'),
  );
  expect(refused?.reason).toBe('unregistered-sender');
  const reference = refused?.reference ?? '';

  const accepted = JSON.parse(
    await taquilla(gateway, 'mail', 'accept', reference.toLowerCase(), '--register', 'C-1001', '--json'),
  );
  expect(accepted).toMatchObject({ verdict: 'open-ticket', reason: 'new-ticket' });
  const ticket = await gateway.store.findTicket(accepted.ticket);
  expect(ticket).toMatchObject({ account: 'C-1001', opener: 'nuevo@empresa.com', subject: 'Consulta' });
  expect(ticket?.mails.map(({ kind, recipient }) => `${kind} ${recipient}`)).toEqual(['receipt nuevo@empresa.com']);
  expect(await gateway.store.findMail(reference)).toMatchObject({ verdict: 'open-ticket', ticket: accepted.ticket });

  expect(await taquilla(gateway, 'mail', 'replay', reference)).toContain(`on ticket ${accepted.ticket} already`);
  // The same mail by SMTP once more is a duplicate of the one that was let in; a new one is a client's.
  expect(await send(gateway, 'nuevo@empresa.com', 'Consulta')).toBe(250);
  expect(await gateway.store.listTickets({ limit: 10 })).toHaveLength(1);
  expect(await send(gateway, 'nuevo@empresa.com', 'Otra')).toBe(250);
  expect(await gateway.store.listTickets({ limit: 10 })).toHaveLength(2);
});

it('a mail is let in as it is, without registering anybody', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS });
  await send(gateway, 'otro@nadie.example', 'Suelto');
  const [refused] = await gateway.store.listMails({ limit: 1 });
  const shown = await taquilla(gateway, 'mail', 'accept', refused?.reference ?? '');
  expect(shown).toContain('admitted by the admin, who overrides: unregistered-sender');
  const [ticket] = await gateway.store.listTickets({ limit: 1 });
  expect(ticket).toMatchObject({ account: null, opener: 'otro@nadie.example' });
  expect(await send(gateway, 'otro@nadie.example', 'Otro más')).toBe(550);
});

it('a blocked sender is refused like a stranger until it is unblocked', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS });
  expect(await taquilla(gateway, 'mail', 'block', 'ANA@empresa.com')).toContain('ana@empresa.com is blocked');
  expect(await send(gateway, 'ana@empresa.com', 'a')).toBe(550);
  expect(await taquilla(gateway, 'mail', 'blocked')).toContain('ana@empresa.com');
  await taquilla(gateway, 'mail', 'unblock', 'ana@empresa.com');
  expect(await send(gateway, 'ana@empresa.com', 'b')).toBe(250);
});
