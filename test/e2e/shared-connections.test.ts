/** One connection with everybody's mail on it: what a stranger does there costs nobody else anything. */
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { deliverPath } from '../../src/deliver/deliver-path.ts';
import { type TestGateway, testGateway, type World } from '../support/gateway.ts';
import { SmtpClient } from '../support/smtp-client.ts';

const ACCOUNTS = [{ number: 'C-1', name: 'Empresa', contacts: ['ana@empresa.com'] }];
const RELAY = '127.0.0.43';
const STRANGER = 'XFORWARD ADDR=192.0.2.66 HELO=x.example';
const CLIENT = 'XFORWARD ADDR=192.0.2.5 HELO=mail.empresa.com';
const TO = ['soporte@hosting.example'];

let serial = 0;

function mailOf(name: string) {
  serial += 1;
  const head = `From: ${name}\r\nTo: ${TO[0]}\r\nSubject: ${serial}\r\nMessage-ID: <${serial}@x>\r\n`;
  return { from: name, to: TO, bytes: Buffer.from(`${head}\r\nHola\r\n`) };
}

/** Three senders in vain are too many, and so are five refusals of a client of its own. */
function gatewayBehind(relay: object, config: World['config'] = {}) {
  const limits = {
    refusedSendersPerAddressPerHour: 2,
    errorsPerConnection: 4,
    recipients: 10,
    patience: { spareCommands: 10 },
  };
  return testGateway({
    accounts: ACCOUNTS,
    config: { limits, trustedRelays: [{ address: RELAY, ...relay }], localRelay: { tells: 'xforward' }, ...config },
  });
}

async function greet(client: SmtpClient, greeting = 'EHLO relay.example'): Promise<SmtpClient> {
  onTestFinished(() => client.drop());
  expect((await client.command(greeting)).code).toBe(250);
  return client;
}

/** The code and the enhanced code of each sender's mail, after what is said before it. */
async function replies(client: SmtpClient, senders: readonly string[], before?: string): Promise<string[]> {
  const said: string[] = [];
  for (const sender of senders) {
    if (before !== undefined) expect((await client.command(before)).code, before).toBe(250);
    const { code, text } = await client.send(mailOf(sender));
    said.push(`${code} ${text.split(' ')[0]}`);
  }
  return said;
}

const GUESSES = ['a@nadie.example', 'b@nadie.example', 'c@nadie.example'];
const REFUSED = GUESSES.map(() => '550 5.7.1');
const ANA = 'ana@empresa.com';

const DOORS: [string, World['config'], (gateway: TestGateway) => Promise<SmtpClient>][] = [
  ['SMTP behind a relay', {}, async ({ port }) => greet(await SmtpClient.open(port, RELAY))],
  [
    'LMTP on a port',
    { lmtp: { port: 0 } },
    async ({ lmtpPort }) => greet(await SmtpClient.open(lmtpPort ?? 0, RELAY), 'LHLO relay.example'),
  ],
  [
    'LMTP on a socket',
    { lmtp: { socket: './lmtp.sock' } },
    async ({ folder }) => greet(await SmtpClient.onSocket(join(folder, 'lmtp.sock')), 'LHLO relay.example'),
  ],
  [
    'the socket of `taquilla deliver`',
    {},
    async ({ config }) => greet(await SmtpClient.onSocket(deliverPath(config.dataFolder)), 'LHLO relay.example'),
  ],
];

it.each(DOORS)('a stranger that guesses senders is asked to come again, mail by mail: %s', async (_, config, open) => {
  const client = await open(await gatewayBehind({ tells: 'xforward' }, config));
  expect(await replies(client, GUESSES, STRANGER)).toEqual(REFUSED);
  expect(await replies(client, [...GUESSES, ANA], STRANGER)).toEqual(Array(4).fill('452 4.4.5'));
  expect(await replies(client, [ANA], CLIENT)).toEqual(['250 2.0.0']);
  expect(await replies(client, [ANA], STRANGER)).toEqual(['452 4.4.5']);
  expect(await replies(client, [ANA], 'RSET')).toEqual(['250 2.0.0']);

  // However many they are: without a mail between them, the commands alone would be too many.
  expect(new Set(await replies(client, Array(30).fill(ANA), STRANGER))).toEqual(new Set(['452 4.4.5']));
  expect(await replies(client, [ANA], CLIENT)).toEqual(['250 2.0.0']);
});

it.each(DOORS)('one address may have as many connections as there are: %s', async (_, config, open) => {
  const limits = { connections: 5, connectionsPerAddress: 1 };
  const gateway = await gatewayBehind({ tells: 'xforward' }, { ...config, limits });
  for (let count = 0; count < 5; count += 1) await open(gateway);
  await expect(open(gateway)).rejects.toThrow();
});

it('refusals end no connection of a filter that names nobody', async () => {
  const { port } = await gatewayBehind({ tells: 'authentication-results', authservId: 'mx.hosting.example' });
  const filter = await greet(await SmtpClient.open(port, RELAY));
  expect(await replies(filter, [...GUESSES, ...GUESSES, ANA])).toEqual([...REFUSED, ...REFUSED, '250 2.0.0']);
});

it('whoever has a connection of its own is sent away, also where a relay has opened it', async () => {
  const { port } = await gatewayBehind({ tells: 'xclient' });
  const named = async (address: string) => {
    const client = await greet(await SmtpClient.open(port, RELAY));
    expect((await client.command(`XCLIENT ADDR=${address}`)).code).toBe(220);
    return greet(client, 'EHLO client.example');
  };
  expect(await replies(await named('192.0.2.66'), [...GUESSES, ANA])).toEqual([...REFUSED, '421 4.7.0']);
  expect(await replies(await named('192.0.2.66'), [ANA])).toEqual(['421 4.7.0']);
  expect(await replies(await named('192.0.2.5'), [ANA])).toEqual(['250 2.0.0']);

  // And by the number of its refusals, before it is known to guess.
  const busy = await named('192.0.2.77');
  const codes: number[] = [];
  for (let count = 0; count < 5; count += 1) codes.push((await busy.command('RCPT TO:<x@y.example>')).code);
  expect(codes).toEqual([503, 503, 503, 503, 421]);
});

it('whom a PROXY line names is sent away too', async () => {
  const { port } = await gatewayBehind({ tells: 'proxy' });
  const client = await SmtpClient.open(port, RELAY, false);
  client.write('PROXY TCP4 192.0.2.66 127.0.0.1 40000 25\r\n');
  expect((await client.reply()).code).toBe(220);
  await greet(client);
  expect(await replies(client, [...GUESSES, ANA])).toEqual([...REFUSED, '421 4.7.0']);
});
