/**
 * Who an unknown sender is, asked of the billing system: each address once in a while, several mails of one address
 * together, few questions at the same time, and none at all for a while after it has failed several times in a row.
 */
import { randomUUID } from 'node:crypto';
import { bulkhead, ConsecutiveBreaker, circuitBreaker, handleAll, isBrokenCircuitError, wrap } from 'cockatiel';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { AccountToSave } from '../store/store.ts';
import { askBilling, type BillingOptions } from './ask-billing.ts';

export type LookUpAnswer =
  | { readonly kind: 'found'; readonly account: AccountToSave }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'failed' };

export interface LookUpOptions extends BillingOptions {
  readonly cacheMinutes: number;
  readonly negativeCacheMinutes: number;
}

const MAX_REMEMBERED = 10_000;
const AT_ONCE = 8;
const WAITING = 100;
const FAILURES_IN_A_ROW = 5;
const PAUSE_MS = 30_000;
const MINUTE = 60 * 1000;

/** Never rejects. `sender` in normal form. */
export type LookUp = (sender: string) => Promise<LookUpAnswer>;

export function createLookUp(options: LookUpOptions, clock: Clock, log: Log): LookUp {
  const { cacheMinutes, negativeCacheMinutes } = options;
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: PAUSE_MS,
    breaker: new ConsecutiveBreaker(FAILURES_IN_A_ROW),
  });
  breaker.onBreak(() =>
    log.error({ seconds: PAUSE_MS / 1000 }, 'the account look-up fails: it is not asked for a while'),
  );
  breaker.onReset(() => log.info('the account look-up works again'));
  const limited = wrap(bulkhead(AT_ONCE, WAITING), breaker);
  const remembered = new LRUCache<string, LookUpAnswer>({
    max: MAX_REMEMBERED,
    ttl: 1,
    ttlResolution: 0,
    perf: { now: () => clock.now() },
  });
  const asked = new Map<string, Promise<LookUpAnswer>>();

  const ask = async (sender: string): Promise<LookUpAnswer> => {
    try {
      const account = await limited.execute(() => askBilling(sender, options, randomUUID(), clock.now()));
      const answer: LookUpAnswer = account === null ? { kind: 'unknown' } : { kind: 'found', account };
      const minutes = account === null ? negativeCacheMinutes : cacheMinutes;
      if (minutes > 0) remembered.set(sender, answer, { ttl: minutes * MINUTE });
      return answer;
    } catch (error) {
      // While it is not asked, each mail would say the same.
      if (!isBrokenCircuitError(error))
        log.warn(
          { sender, reason: error instanceof Error ? error.message : String(error) },
          'the account look-up failed',
        );
      return { kind: 'failed' };
    }
  };

  return (sender) => {
    const known = remembered.get(sender);
    if (known !== undefined) return Promise.resolve(known);
    const running = asked.get(sender);
    if (running !== undefined) return running;
    const question = ask(sender).finally(() => asked.delete(sender));
    asked.set(sender, question);
    return question;
  };
}
