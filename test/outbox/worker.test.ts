/** The outbox worker: what it makes of each answer, how it waits, and that nothing is lost or sent out of turn. */
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Log } from '../../src/log.ts';
import { Destinations } from '../../src/outbox/destinations.ts';
import { renderMail } from '../../src/outbox/render.ts';
import type { Sending, SendResult, Transport } from '../../src/outbox/transport.ts';
import { createOutboxWorker, type OutboxWorker, type WorkerOptions } from '../../src/outbox/worker.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { type FakeClock, fakeClock } from '../support/clock.ts';
import { POLICY, sampleAccount, sampleContact, sampleRecord, sampleRules } from '../support/sample-mail.ts';
import { tempFolder } from '../support/temp-folder.ts';

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;

const SENT: SendResult = { ok: true };
const PERMANENT: SendResult = { ok: false, failure: 'permanent', error: '550 no such user' };
const TEMPORARY: SendResult = { ok: false, failure: 'temporary', error: '451 try again later' };
const DOWN: SendResult = { ok: false, failure: 'transport', error: 'connection refused' };

type Script = (mail: Sending, attempt: number) => SendResult | Promise<SendResult>;

interface Desk {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly worker: OutboxWorker;
  readonly sent: Sending[];
  readonly errors: string[];
  readonly closed: () => boolean;
  /** Waits until the worker has done all it can without time going by. */
  settle(): Promise<void>;
  /** Lets time go by and the worker act on it. */
  pass(ms: number): Promise<void>;
  /** Queues receipts to different people and tells the worker. */
  queue(count: number): Promise<void>;
  states(): Promise<string[]>;
}

function logTo(errors: string[]): Log {
  const ignore = () => undefined;
  const error = (...parts: unknown[]) => {
    errors.push(String(parts.at(-1)));
  };
  return { info: ignore, debug: ignore, warn: ignore, error };
}

function desk(script: Script, options: Partial<WorkerOptions> = {}): Desk {
  const clock = fakeClock();
  const store = sqliteStore(openDatabase(join(tempFolder(), 'taquilla.db')));
  const sent: Sending[] = [];
  const errors: string[] = [];
  const attempts = new Map<string, number>();
  let closed = false;
  const transport: Transport = {
    async send(mail) {
      sent.push(mail);
      const attempt = (attempts.get(mail.recipient) ?? 0) + 1;
      attempts.set(mail.recipient, attempt);
      return script(mail, attempt);
    },
    close() {
      closed = true;
    },
  };
  const worker = createOutboxWorker(
    { store, transport, render: renderMail, clock, random: () => 0.5, log: logTo(errors) },
    {
      concurrency: 4,
      giveUpMs: 48 * HOUR,
      envelopeFrom: () => 'bounces@example.com',
      destinations: new Destinations(() => ({ concurrency: null, perMinute: null })),
      ...options,
    },
  );
  onTestFinished(() => store.close());

  let queued = 0;
  const self: Desk = {
    store,
    clock,
    worker,
    sent,
    errors,
    closed: () => closed,
    async settle() {
      // Quiet for many turns of the event loop: every promise of the worker has come to its end or waits for the script.
      for (let quiet = 0, before = -1; quiet < 40; quiet += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        if (sent.length !== before) quiet = 0;
        before = sent.length;
      }
    },
    async pass(ms) {
      clock.advance(ms);
      await self.settle();
    },
    async queue(count) {
      const rules = sampleRules(clock.now(), { ...POLICY, receiptsPerHour: 1000 });
      for (let index = 0; index < count; index += 1) {
        queued += 1;
        const from = `client${queued}@empresa.com`;
        const account = sampleAccount(`C-${queued}`, { contacts: [sampleContact(from)] });
        await store.saveAccounts([account], 'merge', clock.now());
        await store.recordMail(sampleRecord({ id: `mail-${queued}`, from, receivedAt: clock.now() }), rules);
      }
      worker.wake();
      await self.settle();
    },
    states: async () => (await store.listOutbox({ limit: 1000 })).map(({ state }) => state).reverse(),
  };
  return self;
}

/** A script whose answers a test gives when it likes. */
function heldBack(): {
  script: Script;
  answer: (result: SendResult) => void;
  waiting: () => number;
  most: () => number;
} {
  const waiting: ((result: SendResult) => void)[] = [];
  let most = 0;
  return {
    script: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        most = Math.max(most, waiting.length);
      }),
    answer: (result) => waiting.shift()?.(result),
    waiting: () => waiting.length,
    most: () => most,
  };
}

it('sends what waits when it starts, from our envelope sender to the one recipient', async () => {
  const { worker, queue, settle, sent, states, store, clock } = desk(() => SENT);
  await queue(1);
  expect(sent).toEqual([]);
  worker.start();
  await settle();
  expect(sent).toMatchObject([{ envelopeFrom: 'bounces@example.com', recipient: 'client1@empresa.com' }]);
  expect(sent[0]?.bytes.toString()).toContain('Subject: ');
  expect(await states()).toEqual(['sent']);
  expect(await store.findOutgoing(1)).toMatchObject({ attempts: 1, finishedAt: clock.now(), lastError: null });
  await worker.stop();
});

it('sends what is queued while it runs as soon as it is woken', async () => {
  const { worker, queue, sent, states } = desk(() => SENT);
  worker.start();
  await queue(3);
  expect(sent).toHaveLength(3);
  expect(await states()).toEqual(['sent', 'sent', 'sent']);
  await worker.stop();
});

it('gives a mail up at once when the answer is permanent, and goes on with the others', async () => {
  const { worker, queue, pass, sent, states, store } = desk(({ recipient }) =>
    recipient === 'client1@empresa.com' ? PERMANENT : SENT,
  );
  worker.start();
  await queue(2);
  expect(await states()).toEqual(['failed', 'sent']);
  expect(await store.findOutgoing(1)).toMatchObject({ attempts: 1, lastError: '550 no such user' });
  await pass(72 * HOUR);
  expect(sent).toHaveLength(2);
  await worker.stop();
});

it('tries again after 1, 5, 15, 30 and 60 minutes, then every two hours, with the same bytes', async () => {
  const { worker, queue, pass, sent, clock, store } = desk((_, attempt) => (attempt < 8 ? TEMPORARY : SENT));
  worker.start();
  await queue(1);
  for (const [index, minutes] of [1, 5, 15, 30, 60, 120, 120].entries()) {
    const row = await store.findOutgoing(1);
    expect(row).toMatchObject({ state: 'queued', attempts: index + 1, lastError: '451 try again later' });
    expect(row?.nextAttemptAt).toBe(clock.now() + minutes * MINUTE);
    await pass(minutes * MINUTE - 1);
    expect(sent).toHaveLength(index + 1);
    await pass(1);
    expect(sent).toHaveLength(index + 2);
  }
  expect(await store.findOutgoing(1)).toMatchObject({ state: 'sent', attempts: 8, lastError: null });
  expect(new Set(sent.map(({ bytes }) => bytes.toString())).size).toBe(1);
  await worker.stop();
});

it('gives up after giveUpHours and says what the last answer was', async () => {
  const { worker, queue, pass, sent, store } = desk(() => TEMPORARY, { giveUpMs: HOUR });
  worker.start();
  await queue(1);
  for (let minutes = 0; minutes < 180; minutes += 1) await pass(MINUTE);
  expect(await store.findOutgoing(1)).toMatchObject({ state: 'failed', lastError: 'given up: 451 try again later' });
  // At 0, 1, 6, 21 and 51 minutes; the next would be after the hour.
  expect(sent).toHaveLength(5);
  await worker.stop();
});

it('lets all mails wait while the transport is down: none fails, no attempt counts, and one line says so loudly', async () => {
  const { worker, queue, states, store, errors } = desk(() => DOWN);
  worker.start();
  await queue(10);
  expect(new Set(await states())).toEqual(new Set(['queued']));
  for (const { attempts } of await store.listOutbox({ limit: 100 })) expect(attempts).toBe(0);
  expect(errors).toEqual(['the outbound transport does not work; mails wait, none fails for it']);
  await worker.stop();
});

it('rests longer after each failure of the transport, and sends everything once it works again', async () => {
  let down = true;
  const { worker, queue, pass, sent, states } = desk(() => (down ? DOWN : SENT), { concurrency: 1 });
  worker.start();
  await queue(3);
  expect(sent).toHaveLength(1);
  for (const [index, minutes] of [1, 5, 15, 15, 15].entries()) {
    await pass(minutes * MINUTE - 1);
    expect(sent).toHaveLength(index + 1);
    await pass(1);
    expect(sent).toHaveLength(index + 2);
  }
  down = false;
  // The one that failed last goes behind the others.
  await pass(15 * MINUTE + 1);
  expect(await states()).toEqual(['sent', 'sent', 'sent']);
  await worker.stop();
});

it('lets the others out where one mail is what breaks the transport', async () => {
  let first = '';
  const { worker, queue, pass, states } = desk(
    ({ recipient }) => {
      first ||= recipient;
      return recipient === first ? DOWN : SENT;
    },
    { concurrency: 1 },
  );
  worker.start();
  await queue(3);
  await pass(MINUTE + 1);
  expect((await states()).sort()).toEqual(['queued', 'sent', 'sent']);
  await worker.stop();
});

it('asks nothing of a transport that rests, also when new mails arrive', async () => {
  const { worker, queue, sent, pass } = desk(() => DOWN);
  worker.start();
  await queue(1);
  await queue(5);
  expect(sent).toHaveLength(1);
  await pass(MINUTE - 1);
  expect(sent).toHaveLength(1);
  await worker.stop();
});

it('starts with a short rest again after the transport has worked, whatever it said about the mail', async () => {
  const answers = [DOWN, DOWN, PERMANENT, DOWN, SENT];
  const { worker, queue, pass, sent } = desk(() => answers.shift() ?? SENT, { concurrency: 1 });
  worker.start();
  await queue(2);
  await pass(MINUTE + 1);
  await pass(5 * MINUTE + 1);
  // The first mail is refused for good, the second finds the transport down again: its first failure in a row.
  expect(sent).toHaveLength(4);
  await pass(MINUTE + 1);
  expect(sent).toHaveLength(5);
  await worker.stop();
});

it('has never more mails on their way than it may', async () => {
  const { script, answer, waiting, most } = heldBack();
  const { worker, queue, settle, sent, states } = desk(script, { concurrency: 4 });
  worker.start();
  await queue(50);
  while (waiting() > 0) {
    answer(SENT);
    await settle();
  }
  expect(sent).toHaveLength(50);
  expect(most()).toBe(4);
  expect(new Set(sent.map(({ recipient }) => recipient)).size).toBe(50);
  expect(new Set(await states())).toEqual(new Set(['sent']));
  await worker.stop();
});

it('sends each mail once, however often it is woken while it is busy', async () => {
  const { script, answer, waiting } = heldBack();
  const { worker, queue, settle, sent, states } = desk(script, { concurrency: 2 });
  worker.start();
  await queue(3);
  for (let count = 0; count < 20; count += 1) worker.wake();
  while (waiting() > 0) {
    for (let count = 0; count < 5; count += 1) worker.wake();
    answer(SENT);
    await settle();
  }
  expect(sent).toHaveLength(3);
  expect(await states()).toEqual(['sent', 'sent', 'sent']);
  await worker.stop();
});

it('finishes the mails that are on their way before it stops, and takes no others', async () => {
  const { script, answer, waiting } = heldBack();
  const { worker, queue, settle, sent, states, clock, closed } = desk(script, { concurrency: 1 });
  worker.start();
  await queue(5);
  let stopped = false;
  const stopping = worker.stop().then(() => {
    stopped = true;
  });
  await settle();
  expect(stopped).toBe(false);
  expect(closed()).toBe(false);
  while (waiting() > 0) {
    answer(SENT);
    await settle();
  }
  await stopping;
  expect(closed()).toBe(true);
  const before = sent.length;
  expect(before).toBeLessThan(5);
  expect((await states()).filter((state) => state === 'sending')).toEqual([]);
  expect((await states()).filter((state) => state === 'queued')).toHaveLength(5 - before);
  worker.wake();
  clock.advance(24 * HOUR);
  await settle();
  expect(sent).toHaveLength(before);
  expect(clock.timers()).toEqual([]);
});

it('sends a mail again that was on its way when the process died, with the same bytes', async () => {
  const { worker, queue, settle, pass, sent, states, store, clock } = desk(() => SENT);
  await queue(1);
  // What a process leaves that dies while sending: claimed, rendered, never finished.
  const [claimed] = await store.claimMails(1, clock.now(), 10 * MINUTE);
  const rendered = Buffer.from('Message-ID: <frozen@example.com>\r\n\r\nfrozen');
  await store.freezeMails([{ id: claimed?.id ?? 0, rendered }]);
  clock.advance(MINUTE);
  worker.start();
  await settle();
  expect(sent).toEqual([]);
  await pass(9 * MINUTE - 1);
  expect(sent).toEqual([]);
  await pass(1);
  expect(sent.map(({ bytes }) => bytes.toString())).toEqual(['Message-ID: <frozen@example.com>\r\n\r\nfrozen']);
  expect(await states()).toEqual(['sent']);
  await worker.stop();
});

it('goes on when the store is away for a moment', async () => {
  const { worker, queue, settle, pass, sent, store, errors } = desk(() => SENT);
  await queue(1);
  let failures = 1;
  const claim = store.claimMails;
  store.claimMails = (...given) => {
    failures -= 1;
    return failures >= 0 ? Promise.reject(new Error('disk trouble')) : claim(...given);
  };
  worker.start();
  await settle();
  expect(sent).toEqual([]);
  expect(errors).toEqual(['the outbox could not be read; trying again']);
  await pass(MINUTE);
  expect(sent).toHaveLength(1);
  await worker.stop();
});

it('looks again at least every minute, so that a mail queued by another process is found', async () => {
  const { worker, settle, pass, sent, store, clock } = desk(() => SENT);
  worker.start();
  await settle();
  await store.saveAccounts([sampleAccount('C-1', { contacts: [sampleContact('ana@empresa.com')] })], 'merge', 0);
  await store.recordMail(sampleRecord({ id: 'uno' }), sampleRules(clock.now()));
  await pass(MINUTE);
  expect(sent).toHaveLength(1);
  await worker.stop();
});
