/** What clients see while the gateway stops. */
import { expect, it, onTestFinished } from 'vitest';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { SmtpClient } from '../support/smtp-client.ts';

const TO = 'soporte@hosting.example';
const ACCOUNTS = [{ number: 'C-1', name: 'Empresa', contacts: ['ana@empresa.com'] }];
const HEAD = 'From: ana@empresa.com\r\nSubject: En camino\r\nMessage-ID: <1@x>\r\n\r\n';

async function connect(gateway: TestGateway, ...lines: string[]): Promise<SmtpClient> {
  const client = await SmtpClient.open(gateway.port);
  onTestFinished(() => client.drop());
  for (const line of lines) await client.command(line);
  return client;
}

const ENVELOPE = ['EHLO x', 'MAIL FROM:<ana@empresa.com>', `RCPT TO:<${TO}>`];

async function farewell(client: SmtpClient): Promise<string> {
  const { code, text } = await client.reply();
  expect((await client.reply()).code, 'the connection is closed').toBe(0);
  return `${code} ${text.slice(0, 5)}`;
}

it('tells idle clients at once, and lets a mail on its way finish with its 250', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS, config: { smtp: { port: 0, drainSeconds: 15 } } });
  const idle = await connect(gateway);
  const greeted = await connect(gateway, 'EHLO x');
  const started = await connect(gateway, ...ENVELOPE);
  const sending = await connect(gateway, ...ENVELOPE, 'DATA');
  sending.write(HEAD);

  const stopped = gateway.stop();
  for (const client of [idle, greeted, started]) expect(await farewell(client)).toBe('421 4.3.2');
  await expect(SmtpClient.open(gateway.port), 'nobody is let in any more').rejects.toThrow();

  sending.write('Hola\r\n.\r\n');
  expect((await sending.reply()).code).toBe(250);
  expect(await farewell(sending)).toBe('421 4.3.2');
  await stopped;
});

it('waits no longer than it was told, and says so to the mail that is not through', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS, config: { smtp: { port: 0, drainSeconds: 1 } } });
  const sending = await connect(gateway, ...ENVELOPE, 'DATA');
  sending.write(HEAD);
  const started = performance.now();
  const stopped = gateway.stop();
  expect(await farewell(sending)).toBe('421 4.3.2');
  await stopped;
  expect(performance.now() - started).toBeLessThan(8000);
});

it('is not held up by a client that does not close its side', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS, config: { smtp: { port: 0, drainSeconds: 15 } } });
  const deaf = await connect(gateway, 'EHLO x');
  deaf.pause();
  const started = performance.now();
  await gateway.stop();
  expect(performance.now() - started).toBeLessThan(14_000);
});
