/** The limits of the resolver, and how it tells "no record" from "ask again later". */
import { describe, expect, it, vi } from 'vitest';
import './no-network.ts';
import { AUTH_LIMITS } from '../../src/auth/limits.ts';
import { boundedResolver, type Lookup, systemLookup, txtTexts } from '../../src/auth/resolver.ts';
import { dnsError, NEVER, NODATA, REFUSED, SERVFAIL, TIMEOUT, zoneLookup } from './zone.ts';

const small = { queryMs: 30, queries: 3, totalMs: 60, signatures: 10 };

describe('the resolver of one mail', () => {
  it.each([
    ['a.example TXT', 'records'],
    ['missing.example TXT', 'no-record'],
    ['nodata.example TXT', 'no-record'],
    ['empty.example TXT', 'no-record'],
    ['servfail.example TXT', 'temporary'],
    ['timeout.example TXT', 'temporary'],
    ['refused.example TXT', 'temporary'],
    ['never.example TXT', 'temporary'],
  ])('%s → %s', async (question, kind) => {
    const zone = zoneLookup({
      'a.example TXT': 'hola',
      'nodata.example TXT': NODATA,
      'empty.example TXT': [],
      'servfail.example TXT': SERVFAIL,
      'timeout.example TXT': TIMEOUT,
      'refused.example TXT': REFUSED,
      'never.example TXT': NEVER,
    });
    const resolver = boundedResolver(zone.lookup, small);
    const answer = await resolver.ask(question.split(' ')[0] ?? '', 'TXT');
    resolver.close();
    expect(answer.kind).toBe(kind);
  });

  it('takes a name that can not exist as one that does not', async () => {
    const resolver = boundedResolver(() => Promise.reject(dnsError('EBADNAME')), small);
    expect(await resolver.ask(`${'x'.repeat(70)}.example`, 'TXT')).toEqual({ kind: 'no-record' });
    resolver.close();
  });

  it.each(['evil.com\u0000.empresa.com', 'a b.es', 'x\\.es', 'ñandú.es', 'empresa。com', '', `${'x.'.repeat(130)}es`])(
    'does not ask for %j',
    async (name) => {
      const zone = zoneLookup({});
      const resolver = boundedResolver(zone.lookup, small);
      expect(await resolver.ask(name, 'TXT')).toEqual({ kind: 'no-record' });
      resolver.close();
      expect(zone.asked).toEqual([]);
    },
  );

  it.each<[string, Lookup]>([
    [
      'throws at once',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects with no error', () => Promise.reject('broken')],
  ])('takes a look-up that %s as a temporary failure', async (_case, lookup) => {
    const resolver = boundedResolver(lookup, small);
    expect(await resolver.ask('a.example', 'A')).toEqual({ kind: 'temporary' });
    resolver.close();
  });

  it('asks once for what it knows, whatever the case of the name', async () => {
    const zone = zoneLookup({ 'a.example TXT': 'hola', 'a.example A': ['192.0.2.1'] });
    const resolver = boundedResolver(zone.lookup, small);
    await Promise.all([resolver.ask('a.example', 'TXT'), resolver.ask('A.Example', 'TXT')]);
    await resolver.ask('a.example', 'A');
    await resolver.ask('a.example', 'TXT');
    resolver.close();
    expect(zone.asked).toEqual(['a.example TXT', 'a.example A']);
    expect(resolver.queries()).toBe(2);
  });

  it('sends no query more than the limit and says so', async () => {
    const zone = zoneLookup({});
    const resolver = boundedResolver(zone.lookup, small);
    const names = ['1', '2', '3', '4', '5'];
    const kinds = await Promise.all(names.map(async (name) => (await resolver.ask(name, 'A')).kind));
    resolver.close();
    expect(kinds).toEqual(['no-record', 'no-record', 'no-record', 'too-many', 'too-many']);
    expect(zone.asked).toHaveLength(3);
    expect(resolver.tooMany()).toBe(true);
  });

  it('gives up everything when the total time is over', async () => {
    const resolver = boundedResolver(() => new Promise(() => undefined), { ...small, queryMs: 10_000 });
    const started = performance.now();
    expect(await resolver.ask('a.example', 'A')).toEqual({ kind: 'temporary' });
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(resolver.expired.aborted).toBe(true);
    expect(await resolver.ask('b.example', 'A')).toEqual({ kind: 'temporary' });
    expect(resolver.queries()).toBe(1);
    resolver.close();
  });

  it('leaves no timer behind', async () => {
    vi.useFakeTimers();
    try {
      const zone = zoneLookup({ 'a.example TXT': 'hola', 'never.example TXT': NEVER });
      const resolver = boundedResolver(zone.lookup, AUTH_LIMITS);
      await resolver.ask('a.example', 'TXT');
      const waiting = resolver.ask('never.example', 'TXT');
      resolver.close();
      expect(await waiting).toEqual({ kind: 'temporary' });
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('joins the strings of one TXT record without a blank', () => {
    expect(txtTexts([['v=spf1 inc', 'lude:x'], ['b']])).toEqual(['v=spf1 include:x', 'b']);
  });

  it('asks the machine for every record type in production', () => {
    const lookup = systemLookup(AUTH_LIMITS, ['192.0.2.53']);
    for (const type of ['A', 'AAAA', 'MX', 'PTR', 'TXT'] as const) {
      expect(() => lookup('a.example', type)).toThrow(/network is not allowed/);
    }
  });
});
