/** The question to the billing system, over HTTP, and everything that can be wrong with its answer. */
import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Log } from '../../src/log.ts';
import { createLookUp, type LookUpOptions } from '../../src/lookup/account-look-up.ts';
import { signedHeaders } from '../../src/lookup/signed-request.ts';
import { type BillingServer, billingServer, json } from '../support/billing-server.ts';
import { fakeClock } from '../support/clock.ts';

afterEach(() => vi.useRealTimers());

const ACCOUNT = {
  number: 'C-7',
  name: 'Empresa',
  state: 'active',
  contacts: ['ana@empresa.com'],
  services: ['empresa.com'],
};
const MINUTE = 60_000;

function lookUpAt({ url }: Pick<BillingServer, 'url'>, more: Partial<LookUpOptions> = {}) {
  const said: string[] = [];
  const note = (fields: unknown, text?: string) => said.push(`${text ?? fields} ${JSON.stringify(fields)}`);
  const log: Log = { info: note, warn: note, error: note, debug: note };
  const clock = fakeClock();
  const options = {
    url,
    secret: 'geheim',
    timeoutMs: 2000,
    cacheMinutes: 60,
    negativeCacheMinutes: 10,
    departments: ['soporte'],
    ...more,
  };
  return { lookUp: createLookUp(options, clock, log), clock, said };
}

it('finds the account, and signs the question as Standard Webhooks has it', async () => {
  const billing = await billingServer((response) => json(response, { account: ACCOUNT }));
  const { lookUp, clock } = lookUpAt(billing);
  expect(await lookUp('ana@empresa.com')).toMatchObject({
    kind: 'found',
    account: { number: 'C-7', contacts: [{ address: 'ana@empresa.com' }], services: ['empresa.com'] },
  });
  const [question] = billing.asked;
  expect(question?.body).toBe('{"address":"ana@empresa.com"}');
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = question?.headers ?? {};
  expect(Number(timestamp)).toBe(Math.floor(clock.now() / 1000));
  const expected = createHmac('sha256', 'geheim').update(`${id}.${timestamp}.${question?.body}`).digest('base64');
  expect(signature).toBe(`v1,${expected}`);
});

it('signs as the example of the Standard Webhooks specification', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const headers = signedHeaders(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330_000, '{"test": 2432232314}');
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

it('remembers who is unknown for a while, and then asks again', async () => {
  const billing = await billingServer((response) => json(response, { account: null }));
  const { lookUp, clock } = lookUpAt(billing);
  expect(await lookUp('eva@nadie.example')).toEqual({ kind: 'unknown' });
  clock.advance(9 * MINUTE);
  expect(await lookUp('eva@nadie.example')).toEqual({ kind: 'unknown' });
  expect(billing.asked).toHaveLength(1);
  clock.advance(2 * MINUTE);
  billing.answer = (response) => json(response, { account: { ...ACCOUNT, contacts: ['eva@nadie.example'] } });
  expect((await lookUp('eva@nadie.example')).kind).toBe('found');
  expect(billing.asked).toHaveLength(2);
});

it('asks once for several mails of one address at the same time', async () => {
  const billing = await billingServer((response) => json(response, { account: ACCOUNT }));
  const { lookUp } = lookUpAt(billing, { cacheMinutes: 0 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => lookUp('ana@empresa.com')));
  expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['found']));
  expect(billing.asked).toHaveLength(1);
});

describe('is a failure, and nobody becomes a stranger for it', () => {
  const whole = JSON.stringify({ account: ACCOUNT });
  const cases: [string, BillingServer['answer'], RegExp][] = [
    ['a 500', (response) => json(response, {}, 500), /answered with 500/],
    [
      'a 404, which a wrong address gives too',
      (response) => json(response, { account: null }, 404),
      /answered with 404/,
    ],
    ['a page', (response) => response.end('<html>Log in</html>'), /not JSON/],
    ['another JSON', (response) => json(response, { client: 7 }), /the answer has no/],
    ['a list', (response) => json(response, [ACCOUNT]), /the answer has no/],
    ['an account without a number', (response) => json(response, { account: { name: 'x' } }), /number/],
    ['a state that there is not', (response) => json(response, { account: { ...ACCOUNT, state: 'gone' } }), /state/],
    [
      'a department that there is not',
      (response) =>
        json(response, { account: { ...ACCOUNT, contacts: [{ address: 'ana@empresa.com', departments: ['x'] }] } }),
      /x/,
    ],
    [
      'an account of somebody else',
      (response) => json(response, { account: { ...ACCOUNT, contacts: ['luis@otra.com'] } }),
      /does not have the sender/,
    ],
    [
      'a whole free-mail domain',
      (response) => json(response, { account: { ...ACCOUNT, contacts: ['ana@empresa.com', '*@gmail.com'] } }),
      /gmail/,
    ],
    ['65 KB', (response) => response.end(whole.padEnd(65 * 1024 + 1)), /more than 65536 bytes/],
    [
      'an endless answer',
      (response) => {
        response.on('error', () => undefined);
        const go = () => {
          while (!response.destroyed && response.write(' '.repeat(65536)));
        };
        response.on('drain', go);
        go();
      },
      /more than 65536 bytes/,
    ],
    [
      'a redirect',
      (response) => {
        response.writeHead(302, { location: 'http://127.0.0.1:1/' });
        response.end();
      },
      /redirect/,
    ],
    ['silence', () => undefined, /no answer in time/],
    ['half an answer', (response) => response.write('{"account":'), /no answer in time/],
    ['a connection that ends', (response) => response.destroy(), /./],
  ];
  it.each(cases)('%s', async (_, answer, reason) => {
    const billing = await billingServer(answer);
    const { lookUp, said } = lookUpAt(billing, { timeoutMs: 400 });
    expect(await lookUp('ana@empresa.com')).toEqual({ kind: 'failed' });
    expect(said.join('\n')).toMatch(reason);
    // Not remembered: the next mail may find it mended.
    billing.answer = (response) => json(response, { account: ACCOUNT });
    expect((await lookUp('ana@empresa.com')).kind).toBe('found');
  });

  it('nobody listening', async () => {
    const { lookUp, said } = lookUpAt({ url: 'http://127.0.0.1:1/' });
    expect(await lookUp('ana@empresa.com')).toEqual({ kind: 'failed' });
    expect(said.join()).toContain('the account look-up failed');
  });
});

it('is not asked for a while after five failures in a row, then once, and then as before', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const billing = await billingServer((response) => json(response, {}, 500));
  const { lookUp, said } = lookUpAt(billing);
  for (let count = 0; count < 8; count += 1) expect((await lookUp(`a${count}@x.example`)).kind).toBe('failed');
  expect(billing.asked).toHaveLength(5);
  expect(said.filter((line) => line.includes('not asked for a while'))).toHaveLength(1);

  vi.setSystemTime(Date.now() + 31_000);
  expect((await lookUp('b@x.example')).kind).toBe('failed');
  expect((await lookUp('c@x.example')).kind).toBe('failed');
  expect(billing.asked).toHaveLength(6);

  billing.answer = (response) => json(response, { account: null });
  vi.setSystemTime(Date.now() + 31_000);
  for (const name of ['d', 'e', 'f']) expect((await lookUp(`${name}@x.example`)).kind).toBe('unknown');
  expect(billing.asked).toHaveLength(9);
  expect(said.join('\n')).toContain('works again');
});
