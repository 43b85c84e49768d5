/** Servers in front of the gateway, and encryption, over real sockets. */
import { fileURLToPath } from 'node:url';
import { createTransport } from 'nodemailer';
import { expect, it, onTestFinished } from 'vitest';
import { testGateway } from '../support/gateway.ts';
import { SmtpClient } from '../support/smtp-client.ts';

const ACCOUNTS = [{ number: 'C-1', name: 'Empresa', contacts: ['ana@empresa.com'] }];
const ZONE = { 'empresa.com TXT': 'v=spf1 ip4:127.0.0.5 -all', '_dmarc.empresa.com TXT': 'v=DMARC1; p=reject' };
const MAIL = {
  from: 'ana@empresa.com',
  to: ['soporte@hosting.example'],
  bytes: Buffer.from(
    'From: ana@empresa.com\r\nTo: soporte@hosting.example\r\nSubject: Hola\r\nMessage-ID: <1@x>\r\n\r\nHola\r\n',
  ),
};

async function connect(port: number, address: string): Promise<SmtpClient> {
  const client = await SmtpClient.open(port, address, false);
  onTestFinished(() => client.drop());
  return client;
}

it('believes the PROXY line of a trusted proxy: SPF is asked for the client behind it', async () => {
  const gateway = await testGateway({
    accounts: ACCOUNTS,
    zone: ZONE,
    config: { authentication: 'dmarc', trustedRelays: [{ address: '127.0.0.42', tells: 'proxy' }] },
  });
  const client = await connect(gateway.port, '127.0.0.42');
  client.write('PROXY TCP4 127.0.0.5 127.0.0.1 40000 25\r\n');
  expect((await client.reply()).code).toBe(220);
  await client.command('EHLO client.example');
  expect((await client.send(MAIL)).code).toBe(250);
  const [mail] = await gateway.store.listMails({ limit: 1 });
  expect((await gateway.store.findMail(mail?.reference ?? ''))?.ip).toBe('127.0.0.5');
});

it('takes nobody else’s word for where it comes from', async () => {
  const gateway = await testGateway({
    accounts: ACCOUNTS,
    zone: ZONE,
    config: {
      authentication: 'dmarc',
      trustedRelays: [
        { address: '127.0.0.42', tells: 'proxy' },
        { address: '127.0.0.41', tells: 'xclient' },
      ],
    },
  });
  const proxy = await connect(gateway.port, '127.0.0.66');
  expect((await proxy.reply()).code).toBe(220);
  expect((await proxy.command('PROXY TCP4 127.0.0.5 127.0.0.1 40000 25')).code).toBe(500);
  const { lines } = await proxy.command('EHLO client.example');
  expect(lines.join()).not.toContain('XCLIENT');
  expect((await proxy.command('XCLIENT ADDR=127.0.0.5')).code).toBeGreaterThanOrEqual(500);
  expect((await proxy.send(MAIL)).code).toBe(550);
});

it('offers STARTTLS with its own certificate, and takes mail over it', async () => {
  const path = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));
  const gateway = await testGateway({
    accounts: ACCOUNTS,
    config: { smtp: { port: 0, tls: { cert: path('cert.pem'), key: path('key.pem') } } },
  });
  const program = createTransport({
    host: '127.0.0.1',
    port: gateway.port,
    requireTLS: true,
    // The certificate of the tests signs itself.
    tls: { rejectUnauthorized: false, minVersion: 'TLSv1.2' },
  });
  onTestFinished(() => program.close());
  const { response } = await program.sendMail({ envelope: { from: MAIL.from, to: MAIL.to }, raw: MAIL.bytes });
  expect(response).toContain('250 2.0.0 accepted');
});
