/**
 * How many mails from whom within an hour. Verified senders are counted by their address, unverified ones by the
 * network address of the client, so that nobody can use up somebody else's share by forging a From. Counts are in
 * memory: a restart forgives.
 */

import { canonicalAddress } from '../auth/trusted-networks.ts';
import type { Clock } from '../clock.ts';

export interface RateLimitOptions {
  readonly mailsPerSenderPerHour: number;
  readonly unverifiedMailsPerAddressPerHour: number;
  readonly refusedSendersPerAddressPerHour: number;
  /** Relays that speak for everybody: their address says nothing about a sender. */
  readonly exempt: ReadonlySet<string>;
}

const HOUR = 60 * 60 * 1000;
/** Senders and networks remembered at once; past it the oldest are forgotten, so that counting can't eat memory. */
const MAX_KEYS = 100_000;

export class RateLimits {
  private readonly options: RateLimitOptions;
  private readonly clock: Clock;
  private readonly counts = new Windows<number>(() => 0);
  private readonly refused = new Windows<Set<string>>(() => new Set());

  constructor(options: RateLimitOptions, clock: Clock) {
    this.options = options;
    this.clock = clock;
  }

  /** Counts one mail; false when its sender, or its network where nothing proves the sender, has had its share. */
  allow(mail: { readonly sender: string | null; readonly verified: boolean; readonly ip: string | null }): boolean {
    const { sender, verified, ip } = mail;
    const { mailsPerSenderPerHour, unverifiedMailsPerAddressPerHour, exempt } = this.options;
    if (verified && sender !== null) return this.count(`sender ${sender}`, mailsPerSenderPerHour);
    if (ip === null || exempt.has(ip)) return true;
    return this.count(`network ${networkOf(ip)}`, unverifiedMailsPerAddressPerHour);
  }

  /** Remembers that this client tried this sender in vain. */
  noteRefused(sender: string, ip: string | null): void {
    if (ip === null || this.options.exempt.has(ip)) return;
    const senders = this.refused.at(networkOf(ip), this.clock.now());
    if (senders.value.size <= this.options.refusedSendersPerAddressPerHour) senders.value.add(sender);
  }

  /** The client has tried so many different senders in vain that it is looking for one that works. */
  isGuessing(ip: string): boolean {
    if (this.options.exempt.has(ip)) return false;
    const senders = this.refused.peek(networkOf(ip), this.clock.now());
    return senders !== undefined && senders.size > this.options.refusedSendersPerAddressPerHour;
  }

  private count(key: string, limit: number): boolean {
    const window = this.counts.at(key, this.clock.now());
    if (window.value >= limit) return false;
    window.value += 1;
    return true;
  }
}

/** One value for each key and hour; the hour of a key begins with its first use. */
class Windows<Value> {
  private readonly entries = new Map<string, { since: number; value: Value }>();
  private readonly fresh: () => Value;

  constructor(fresh: () => Value) {
    this.fresh = fresh;
  }

  at(key: string, now: number): { since: number; value: Value } {
    const known = this.entries.get(key);
    if (known !== undefined && now - known.since < HOUR) return known;
    const entry = { since: now, value: this.fresh() };
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (this.entries.size > MAX_KEYS) {
      // A Map keeps the order of insertion: the first key is the one with the oldest hour.
      for (const oldest of this.entries.keys()) {
        this.entries.delete(oldest);
        break;
      }
    }
    return entry;
  }

  peek(key: string, now: number): Value | undefined {
    const known = this.entries.get(key);
    return known !== undefined && now - known.since < HOUR ? known.value : undefined;
  }
}

/** One IPv4 address, or the /64 that a single IPv6 customer has. */
export function networkOf(ip: string): string {
  const canonical = canonicalAddress(ip) ?? ip;
  if (!canonical.includes(':')) return canonical;
  const [head = '', tail = ''] = canonical.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const groups = canonical.includes('::')
    ? [...front, ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0'), ...back]
    : front;
  return `${groups.slice(0, 4).join(':')}::/64`;
}
