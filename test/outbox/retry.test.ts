import { describe, expect, it } from 'vitest';
import { classifyFailure, nextAttempt, type SendFailure, transportPause } from '../../src/outbox/retry.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CREATED = Date.UTC(2026, 2, 2);

/** Minutes after its creation at which a mail that always fails at once is tried, the first attempt not counted. */
function plan(chance: number, giveUpMs = 48 * HOUR): number[] {
  const minutes: number[] = [];
  let now = CREATED;
  for (let attempts = 1; attempts < 1000; attempts += 1) {
    const next = nextAttempt(attempts, CREATED, now, giveUpMs, chance);
    if (next.kind === 'give-up') return minutes;
    now = next.time;
    minutes.push((now - CREATED) / MINUTE);
  }
  throw new Error('never gives up');
}

/** 1, 5, 15, 30, 60 minutes, then every two hours. */
function stepsUpTo(hours: number, factor: number): number[] {
  const steps: number[] = [];
  let at = 0;
  for (const wait of [1, 5, 15, 30, 60, ...Array.from({ length: 100 }, () => 120)]) {
    at += wait * factor;
    if (at > hours * 60) break;
    steps.push(at);
  }
  return steps;
}

describe('a mail that cannot be sent for 48 hours', () => {
  it.each([
    [0, 0.8, 34],
    [0.5, 1, 28],
    [1, 1.2, 24],
  ])('with chance %f waits %f of each step, and is tried %i times more', (chance, factor, times) => {
    const minutes = plan(chance);
    expect(minutes).toHaveLength(times);
    const expected = stepsUpTo(48, factor);
    expect(minutes).toHaveLength(expected.length);
    minutes.forEach((minute, index) => {
      expect(minute).toBeCloseTo(expected[index] ?? Number.NaN, 6);
    });
  });

  it('is tried after 1, 6, 21, 51, 111 minutes and then every two hours', () => {
    expect(plan(0.5).slice(0, 8)).toEqual([1, 6, 21, 51, 111, 231, 351, 471]);
  });

  it('is given up at the limit, not before', () => {
    expect(nextAttempt(1, CREATED, CREATED + 10 * MINUTE, 11 * MINUTE, 0.5)).toEqual({
      kind: 'at',
      time: CREATED + 11 * MINUTE,
    });
    expect(nextAttempt(1, CREATED, CREATED + 10 * MINUTE + 1, 11 * MINUTE, 0.5)).toEqual({ kind: 'give-up' });
    expect(plan(0.5, 0)).toEqual([]);
  });

  it('that could not be tried in time is given up', () => {
    expect(nextAttempt(1, CREATED, CREATED + 60 * HOUR, 48 * HOUR, 0)).toEqual({ kind: 'give-up' });
  });
});

describe('the transport', () => {
  it.each([
    [1, 1],
    [2, 5],
    [3, 15],
    [4, 15],
    [100, 15],
    [0, 1],
  ])('after %i failures in a row rests %i minutes', (failures, minutes) => {
    expect(transportPause(failures)).toBe(minutes * MINUTE);
  });
});

describe('a failure', () => {
  it.each<[string, string | undefined, number | undefined, string | undefined, SendFailure]>([
    ['a recipient that does not exist', 'EENVELOPE', 550, 'RCPT TO', 'permanent'],
    ['a full mailbox', 'EENVELOPE', 452, 'RCPT TO', 'temporary'],
    ['greylisting', 'EENVELOPE', 450, 'RCPT TO', 'temporary'],
    ['a mail refused for its content', 'EMESSAGE', 554, 'DATA', 'permanent'],
    ['a mail put off for its content', 'EMESSAGE', 451, 'DATA', 'temporary'],
    ['a mail refused at DATA', 'EENVELOPE', 554, 'DATA', 'permanent'],
    ['a refused recipient without a command', 'EENVELOPE', 550, undefined, 'permanent'],
    ['a sender that the smarthost does not take', 'EENVELOPE', 550, 'MAIL FROM', 'transport'],
    ['a sender that the smarthost puts off', 'EENVELOPE', 451, 'MAIL FROM', 'transport'],
    ['a wrong password', 'EAUTH', 535, 'AUTH PLAIN', 'transport'],
    ['a log-in that is needed', 'EAUTH', 530, 'API', 'transport'],
    ['a smarthost that greets with an error', 'EPROTOCOL', 554, 'CONN', 'transport'],
    ['a name that does not resolve', 'EDNS', undefined, 'CONN', 'transport'],
    ['a refused connection', 'ESOCKET', undefined, 'CONN', 'transport'],
    ['a silent smarthost', 'ETIMEDOUT', undefined, 'CONN', 'transport'],
    ['a certificate that is not valid', 'ETLS', undefined, 'STARTTLS', 'transport'],
    ['a connection dropped after the final dot', 'ECONNECTION', undefined, 'DATA', 'transport'],
    ['a smarthost that shuts down at RCPT', 'EENVELOPE', 421, 'RCPT TO', 'transport'],
    ['a smarthost that shuts down after DATA', 'EMESSAGE', 421, 'DATA', 'transport'],
    ['a full disk of ours', 'ENOSPC', undefined, undefined, 'transport'],
    ['an error that says nothing', undefined, undefined, undefined, 'transport'],
  ])('%s is %s', (_, code, responseCode, command, failure) => {
    expect(classifyFailure({ code, responseCode, command })).toBe(failure);
  });
});
