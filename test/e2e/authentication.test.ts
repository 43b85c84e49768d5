/** What authentication costs and withstands, over real sockets. The single verdicts are cases in fixtures/intake. */
import { expect, it } from 'vitest';
import { zoneLookup } from '../auth/zone.ts';
import { testGateway } from '../support/gateway.ts';
import { SmtpClient, submit } from '../support/smtp-client.ts';

const ACCOUNTS = [
  { number: 'C-1', name: 'Lenta', contacts: ['x@lenta.example'] },
  { number: 'C-2', name: 'Empresa', contacts: ['ana@empresa.com'] },
];
const TO = ['soporte@hosting.example'];

function mail(from: string, extra = ''): Buffer {
  return Buffer.from(
    `${extra}From: ${from}\r\nTo: soporte@hosting.example\r\nSubject: Hola\r\nMessage-ID: <1@${from}>\r\n\r\nHola\r\n`,
  );
}

it('a resolver that never answers costs its own mail a 451; the connection lives and others are served', async () => {
  const gateway = await testGateway({
    accounts: ACCOUNTS,
    config: { authentication: 'dmarc' },
    zone: {
      'lenta.example TXT': { fails: 'NEVER' },
      '_dmarc.lenta.example TXT': { fails: 'NEVER' },
      'empresa.com TXT': 'v=spf1 ip4:127.0.0.5 -all',
    },
  });
  const slow = await SmtpClient.open(gateway.port, '127.0.0.66');
  await slow.command('EHLO client.example');
  const order: string[] = [];
  const waiting = slow.send({ from: 'x@lenta.example', to: TO, bytes: mail('x@lenta.example') }).then((reply) => {
    order.push('slow');
    return reply;
  });
  const other = await submit(
    gateway.port,
    { from: 'ana@empresa.com', to: TO, bytes: mail('ana@empresa.com') },
    '127.0.0.5',
  );
  order.push('other');
  expect(other.code).toBe(250);
  const reply = await waiting;
  expect(`${reply.code} ${reply.text}`).toContain('451 4.7.1');
  expect(order).toEqual(['other', 'slow']);
  expect((await slow.command('NOOP')).code).toBe(250);
  await slow.quit();
});

it('2,000 signatures are not looked at: few queries, no long wait, no pass', async () => {
  const { lookup, asked } = zoneLookup({
    'empresa.com TXT': 'v=spf1 ip4:127.0.0.5 -all',
    '_dmarc.empresa.com TXT': 'v=DMARC1; p=reject',
  });
  const gateway = await testGateway({ accounts: ACCOUNTS, config: { authentication: 'dmarc' } }, undefined, { lookup });
  const signatures = Array.from(
    { length: 2000 },
    (_, n) => `DKIM-Signature: v=1; a=rsa-sha256; d=empresa.com; s=s${n}; h=from; bh=x; b=x\r\n`,
  ).join('');
  const started = performance.now();
  const reply = await submit(
    gateway.port,
    { from: 'ana@empresa.com', to: TO, bytes: mail('ana@empresa.com', signatures) },
    '127.0.0.66',
  );
  expect(`${reply.code} ${reply.text}`).toContain('550 5.7.1');
  expect(asked.length).toBeLessThan(10);
  expect(performance.now() - started).toBeLessThan(2000);
});

it('asks nothing of DNS where authentication is off', async () => {
  const { lookup, asked } = zoneLookup({});
  const gateway = await testGateway({ accounts: ACCOUNTS }, undefined, { lookup });
  const reply = await submit(gateway.port, { from: 'ana@empresa.com', to: TO, bytes: mail('ana@empresa.com') });
  expect(reply.code).toBe(250);
  expect(asked).toEqual([]);
});
