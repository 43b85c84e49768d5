/**
 * The outbox against a smarthost that misbehaves for two days, on real sockets with a clock of the test's own: nothing is
 * lost, nothing fails for the smarthost's faults, and nothing goes out twice but what was dropped after the final dot.
 */
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Log } from '../../src/log.ts';
import { Destinations } from '../../src/outbox/destinations.ts';
import { renderMail } from '../../src/outbox/render.ts';
import { smtpTransport } from '../../src/outbox/smtp-transport.ts';
import type { Transport } from '../../src/outbox/transport.ts';
import { createOutboxWorker, type OutboxWorker } from '../../src/outbox/worker.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { OutboxSummary, Store } from '../../src/store/store.ts';
import { type FakeClock, fakeClock } from '../support/clock.ts';
import { POLICY, sampleAccount, sampleContact, sampleRecord, sampleRules } from '../support/sample-mail.ts';
import { type Behaviour, type ScriptedSmarthost, scriptedSmarthost } from '../support/scripted-smarthost.ts';
import { tempFolder } from '../support/temp-folder.ts';

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
const MAILS = 3;
/** Short: hundreds of attempts wait for it in real time. */
const SILENCE_MS = 15;

interface World {
  readonly clock: FakeClock;
  readonly store: Store;
  readonly worker: OutboxWorker;
  readonly smarthost: ScriptedSmarthost;
  readonly alerts: string[];
  /** Minutes after the start at which the transport was asked for something. */
  readonly attempts: Set<number>;
  /** Lets time go by, from one timer to the next. */
  pass(ms: number): Promise<void>;
  /** The smarthost works from now on, and is given all the time it needs. */
  mend(): Promise<void>;
  rows(): Promise<OutboxSummary[]>;
}

let ending: (() => Promise<void>) | null = null;
afterEach(async () => {
  await ending?.();
  ending = null;
});

async function world(behaviour: Behaviour): Promise<World> {
  const clock = fakeClock();
  const start = clock.now();
  const smarthost = await scriptedSmarthost(behaviour);
  const database = openDatabase(join(tempFolder(), 'taquilla.db'));
  // Thousands of commits; what a power cut does to them is not the subject here.
  database.sqlite.pragma('synchronous = OFF');
  const store = sqliteStore(database);
  const alerts: string[] = [];
  const attempts = new Set<number>();
  const transportTo = (silence: number) =>
    smtpTransport({
      host: '127.0.0.1',
      port: smarthost.port,
      secure: false,
      requireTls: false,
      ca: null,
      user: 'taquilla',
      password: 'secret',
      hostname: 'mail.example.com',
      timeouts: { silence, whole: 20_000 },
    });
  let way = transportTo(behaviour === 'hangs' ? SILENCE_MS : 20_000);
  const transport: Transport = {
    send: (mail) => {
      attempts.add((clock.now() - start) / MINUTE);
      return way.send(mail);
    },
    close: () => way.close(),
  };
  const worker = createOutboxWorker(
    { store, transport, render: renderMail, clock, random: () => 0.5, log: logTo(alerts) },
    {
      concurrency: 2,
      giveUpMs: 48 * HOUR,
      envelopeFrom: () => 'bounces@example.com',
      destinations: new Destinations(() => ({ concurrency: null, perMinute: null })),
      pollMs: 100 * HOUR,
    },
  );
  ending = async () => {
    await worker.stop();
    await store.close();
  };

  const rules = sampleRules(clock.now(), { ...POLICY, receiptsPerHour: 1000 });
  for (let n = 1; n <= MAILS; n += 1) {
    const from = `client${n}@empresa.com`;
    await store.saveAccounts([sampleAccount(`C-${n}`, { contacts: [sampleContact(from)] })], 'merge', start);
    await store.recordMail(sampleRecord({ id: `mail-${n}`, from, receivedAt: start }), rules);
  }

  const settle = async () => {
    for (let quiet = 0; quiet < 10; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (worker.status().claimed > 0) quiet = 0;
    }
  };
  worker.start();
  await settle();
  return {
    clock,
    store,
    worker,
    smarthost,
    alerts,
    attempts,
    async pass(ms) {
      const end = clock.now() + ms;
      for (;;) {
        const [next = Number.POSITIVE_INFINITY] = clock.timers();
        if (next > end) break;
        clock.advance(Math.max(next - clock.now(), 0));
        await settle();
      }
      clock.advance(end - clock.now());
      await settle();
    },
    async mend() {
      await smarthost.behave('works');
      way.close();
      way = transportTo(20_000);
    },
    rows: () => store.listOutbox({ limit: 100 }),
  };
}

function logTo(alerts: string[]): Log {
  const ignore = () => undefined;
  return {
    info: ignore,
    debug: ignore,
    warn: ignore,
    error: (...parts: unknown[]) => void alerts.push(JSON.stringify(parts)),
  };
}

function messageId(bytes: string): string {
  return /^Message-ID:\s*(<[^>]+>)/im.exec(bytes)?.[1] ?? '';
}

/** At 0, 1 and 6 minutes, and then every 15. */
function restingPlan(hours: number): number[] {
  const minutes = [0, 1, 6];
  for (let at = 21; at <= hours * 60; at += 15) minutes.push(at);
  return minutes;
}

describe('a smarthost that is at fault for 48 hours', () => {
  it.each<[Behaviour, RegExp]>([
    ['down', /ECONNREFUSED/],
    ['refuses the connection', /554 5\.7\.1 Go away/],
    ['hangs', /imeout|never received/],
    ['wrong log-in', /refused the log-in: 535 5\.7\.8/],
    ['421', /421 4\.3\.2/],
    ['drops before the final dot', /closed|EPIPE|ECONNRESET/],
    ['talks garbage', /127\.0\.0\.1|html/],
    ['wrong certificate', /the certificate of 127\.0\.0\.1:\d+ is not valid for it: .*certificate/],
  ])('%s: no mail is lost, fails or goes out twice', { timeout: 120_000 }, async (behaviour, why) => {
    const { smarthost, worker, alerts, attempts, pass, mend, rows, clock } = await world(behaviour);
    const start = clock.now();
    await pass(48 * HOUR);

    // Nothing lost, nothing failed, and no attempt counted against a mail.
    expect((await rows()).map(({ state, attempts: count }) => [state, count])).toEqual(
      Array.from({ length: MAILS }, () => ['queued', 0]),
    );
    expect(smarthost.mails).toEqual([]);
    // As planned, and each rest was said loudly.
    expect([...attempts].map(Math.round)).toEqual(restingPlan(48));
    expect(alerts).toHaveLength(attempts.size);
    for (const alert of alerts) expect(alert).toContain('the outbound transport does not work');
    const status = worker.status();
    expect(status).toMatchObject({ failuresInARow: attempts.size, claimed: 0 });
    expect(status.why).toMatch(why);
    expect(status.pausedUntil).toBeGreaterThan(start + 48 * HOUR - 15 * MINUTE);
    expect((await rows()).some(({ lastError }) => why.test(lastError ?? ''))).toBe(true);

    await mend();
    await pass(16 * MINUTE);
    expect((await rows()).map(({ state }) => state)).toEqual(Array.from({ length: MAILS }, () => 'sent'));
    expect(new Set(smarthost.mails.map(({ to }) => to)).size).toBe(MAILS);
    expect(smarthost.mails).toHaveLength(MAILS);
    expect(worker.status()).toMatchObject({ pausedUntil: null, why: null, failuresInARow: 0 });
  });

  it('drops after the final dot: what goes out again is the same mail to the byte', { timeout: 120_000 }, async () => {
    const { smarthost, attempts, pass, mend, rows, alerts } = await world('drops after the final dot');
    await pass(48 * HOUR);
    expect((await rows()).map(({ state }) => state)).toEqual(Array.from({ length: MAILS }, () => 'queued'));
    expect([...attempts].map(Math.round)).toEqual(restingPlan(48));
    expect(alerts).toHaveLength(attempts.size);
    await mend();
    await pass(16 * MINUTE);
    expect((await rows()).map(({ state }) => state)).toEqual(Array.from({ length: MAILS }, () => 'sent'));
    expect(smarthost.mails.length).toBeGreaterThan(MAILS);
    expect(new Set(smarthost.mails.map(({ bytes }) => messageId(bytes))).size).toBe(MAILS);
    expect(new Set(smarthost.mails.map(({ bytes }) => bytes)).size).toBe(MAILS);
  });
});

describe('a smarthost that speaks of the mail', () => {
  it('45x: each mail is tried after 1, 5, 15, 30 and 60 minutes and then every two hours, up to 48 hours', async () => {
    const { smarthost, attempts, alerts, worker, pass, rows } = await world('45x');
    await pass(47 * HOUR);
    const plan = [0, 1, 6, 21, 51, 111];
    for (let at = 231; at <= 47 * 60; at += 120) plan.push(at);
    expect([...attempts].map(Math.round)).toEqual(plan);
    expect((await rows()).map(({ state, attempts: count }) => [state, count])).toEqual(
      Array.from({ length: MAILS }, () => ['queued', plan.length]),
    );
    expect(alerts).toEqual([]);
    expect(worker.status().failuresInARow).toBe(0);
    await smarthost.behave('works');
    await pass(HOUR);
    expect((await rows()).map(({ state }) => state)).toEqual(Array.from({ length: MAILS }, () => 'sent'));
    expect(smarthost.mails).toHaveLength(MAILS);
  });

  it('45x for ever: is given up after 48 hours, with the last answer', async () => {
    const { pass, rows, smarthost } = await world('45x');
    await pass(50 * HOUR);
    for (const row of await rows())
      expect(row).toMatchObject({ state: 'failed', lastError: 'given up: 451 4.7.1 Try again later' });
    expect(smarthost.mails).toEqual([]);
  });

  it('55x: fails at once, is noted on the ticket, and its address is marked', async () => {
    const { attempts, pass, rows, store, alerts } = await world('55x');
    await pass(48 * HOUR);
    expect([...attempts]).toEqual([0]);
    expect(alerts).toEqual([]);
    for (const { ticket, state, lastError, recipient } of await rows()) {
      expect([state, lastError]).toEqual(['failed', '550 5.1.1 No such user']);
      const { thread } = (await store.findTicket(ticket ?? '')) ?? { thread: [] };
      const notes = thread
        .filter(({ author }) => author === 'system')
        .map(({ text, visibility }) => [visibility, text]);
      expect(notes).toEqual([
        ['note', expect.stringMatching(`receipt to ${recipient} .* could not be sent: 550 5.1.1`)],
      ]);
    }
    expect((await store.findAccount('C-1'))?.undeliverable.map(({ address }) => address)).toEqual([
      'client1@empresa.com',
    ]);
  });
});
