/** Which client a mail is from where a relay in front names it: for the connection (XCLIENT) or for one mail (XFORWARD). */
import { expect, it, onTestFinished } from 'vitest';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { SmtpClient } from '../support/smtp-client.ts';

const ACCOUNTS = [{ number: 'C-1', name: 'Empresa', contacts: ['ana@empresa.com'] }];
const RELAY = '127.0.0.41';
const CLIENT = '192.0.2.5';

let serial = 0;

async function relayThat(...tells: string[]) {
  const gateway = await testGateway({
    accounts: ACCOUNTS,
    config: { trustedRelays: tells.map((one) => ({ address: RELAY, tells: one })) },
  });
  const relay = await SmtpClient.open(gateway.port, RELAY);
  onTestFinished(() => relay.drop());
  await relay.command('EHLO relay.example');
  return { gateway, relay };
}

/** Says each line; answers the codes. A line `mail` is a mail: instead of the code, who it is from by the records. */
async function play({ gateway, relay }: { gateway: TestGateway; relay: SmtpClient }, lines: readonly string[]) {
  const answers: (number | string)[] = [];
  for (const line of lines) {
    answers.push(line === 'mail' ? await clientOfMail(gateway, relay) : (await relay.command(line)).code);
  }
  return answers;
}

async function clientOfMail({ store }: TestGateway, relay: SmtpClient): Promise<string> {
  serial += 1;
  const head = `From: ana@empresa.com\r\nTo: soporte@hosting.example\r\nSubject: ${serial}\r\nMessage-ID: <${serial}@x>\r\n`;
  const bytes = Buffer.from(`${head}\r\nHola\r\n`);
  const { code, text } = await relay.send({ from: 'ana@empresa.com', to: ['soporte@hosting.example'], bytes });
  if (code !== 250) return `${code} ${text}`;
  const [last] = await store.listMails({ limit: 1 });
  const mail = await store.findMail(last?.reference ?? '');
  return `${mail?.ip} ${mail?.helo}`;
}

const NAMED = `XCLIENT ADDR=${CLIENT} NAME=mail.empresa.com`;
const GREETED = 'EHLO mail.empresa.com';
const FROM_CLIENT = `${CLIENT} mail.empresa.com`;

it.each([
  ['for two mails', ['mail', 'mail'], [FROM_CLIENT, FROM_CLIENT]],
  ['over RSET', ['mail', 'RSET', 'mail', 'RSET', 'mail'], [FROM_CLIENT, 250, FROM_CLIENT, 250, FROM_CLIENT]],
  [
    'over another greeting',
    ['mail', 'EHLO b.example', 'mail', 'mail'],
    [FROM_CLIENT, 250, `${CLIENT} b.example`, `${CLIENT} b.example`],
  ],
  [
    'over an XFORWARD of its own, which is refused',
    ['XFORWARD ADDR=192.0.2.9 HELO=x.example', 'mail', 'XFORWARD ADDR=[UNAVAILABLE]', 'RSET', 'mail', 'mail'],
    [550, FROM_CLIENT, 550, 250, FROM_CLIENT, FROM_CLIENT],
  ],
])('XCLIENT names the client of the whole connection: %s', async (_, lines, expected) => {
  for (const tells of [['xclient'], ['xclient', 'xforward']]) {
    const relayed = await relayThat(...tells);
    expect(await play(relayed, [NAMED, GREETED])).toEqual([220, 250]);
    expect(await play(relayed, lines)).toEqual(expected);
  }
});

const FORWARDED = `XFORWARD ADDR=${CLIENT} HELO=mail.empresa.com`;
const FROM_RELAY = `${RELAY} relay.example`;

it.each([
  ['not the next one', [FORWARDED, 'mail', 'mail', 'mail'], [250, FROM_CLIENT, FROM_RELAY, FROM_RELAY]],
  [
    'each its own',
    [FORWARDED, 'mail', 'XFORWARD ADDR=192.0.2.9 HELO=x.example', 'mail', 'mail'],
    [250, FROM_CLIENT, 250, '192.0.2.9 x.example', FROM_RELAY],
  ],
  [
    'what two commands say of it',
    [`XFORWARD NAME=mail.empresa.com ADDR=${CLIENT}`, 'XFORWARD HELO=mail.empresa.com', 'mail', 'mail'],
    [250, 250, FROM_CLIENT, FROM_RELAY],
  ],
  [
    'nothing of one that was made on the relay',
    [FORWARDED, 'XFORWARD ADDR=[UNAVAILABLE] HELO=[UNAVAILABLE]', 'mail', 'mail'],
    [250, 250, `${RELAY} null`, FROM_RELAY],
  ],
  [
    'what was accepted, whatever was not',
    [
      'XFORWARD ADDR=nonsense',
      FORWARDED,
      'XFORWARD ADDR=nonsense',
      'XFORWARD ADDR=[UNAVAILABLE] COLOUR=red',
      'mail',
      'mail',
    ],
    [501, 250, 501, 501, FROM_CLIENT, FROM_RELAY],
  ],
  ['nothing of one after RSET', [FORWARDED, 'RSET', 'mail'], [250, 250, FROM_RELAY]],
  [
    'nothing of one that was given up',
    [FORWARDED, 'MAIL FROM:<x@y.example>', 'RSET', 'mail'],
    [250, 250, 250, FROM_RELAY],
  ],
  [
    'nothing of one after another greeting',
    [FORWARDED, 'EHLO b.example', 'mail', FORWARDED, 'HELO c.example', 'mail', FORWARDED, 'mail', 'mail'],
    [250, 250, `${RELAY} b.example`, 250, 250, `${RELAY} c.example`, 250, FROM_CLIENT, `${RELAY} c.example`],
  ],
])('XFORWARD names the client of one mail: %s', async (_, lines, expected) => {
  expect(await play(await relayThat('xforward'), lines)).toEqual(expected);
});

it('XCLIENT ends what XFORWARD has said', async () => {
  const relayed = await relayThat('xclient', 'xforward');
  const lines = [
    'XFORWARD ADDR=192.0.2.9 HELO=x.example',
    'mail',
    'XFORWARD ADDR=192.0.2.9',
    NAMED,
    GREETED,
    'mail',
    'mail',
  ];
  expect(await play(relayed, lines)).toEqual([250, '192.0.2.9 x.example', 250, 220, 250, FROM_CLIENT, FROM_CLIENT]);
});

it('a client that XCLIENT has named passes SPF for all its mails', async () => {
  const gateway = await testGateway({
    accounts: ACCOUNTS,
    zone: { 'empresa.com TXT': `v=spf1 ip4:${CLIENT} -all`, '_dmarc.empresa.com TXT': 'v=DMARC1; p=reject' },
    config: { authentication: 'dmarc', trustedRelays: [{ address: RELAY, tells: 'xclient' }] },
  });
  const relay = await SmtpClient.open(gateway.port, RELAY);
  onTestFinished(() => relay.drop());
  expect(await play({ gateway, relay }, [NAMED, GREETED, 'mail', 'mail'])).toEqual([
    220,
    250,
    FROM_CLIENT,
    FROM_CLIENT,
  ]);
});
