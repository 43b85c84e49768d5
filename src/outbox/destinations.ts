/**
 * How many mails may go to one recipient domain at a time and in a minute. A mail that has to wait is given back to the
 * store with the time at which there is room for it, so that a thousand mails to one domain neither fill the memory nor
 * hold up the others. Time is an argument; nothing here waits.
 */

export interface DestinationLimits {
  /** Mails on their way at the same time; `null`: only the outbox's own limit. */
  readonly concurrency: number | null;
  /** Mails that may set out within a minute, evenly spread; `null`: any number. */
  readonly perMinute: number | null;
}

export type Admission = { readonly kind: 'go' } | { readonly kind: 'later'; readonly at: number };

interface State {
  held: number;
  /** When the next mail may set out. */
  freeAt: number;
  /** Until when mails have been put off already. */
  putOffUntil: number;
}

/** Mails of one destination that are held ready, for each that may be on its way. */
const READY = 32;
/** When a destination that has all it may hold is looked at again. */
const BUSY_MS = 2_000;
const MINUTE = 60 * 1000;
/** Destinations remembered at the same time. */
const MAX_STATES = 1_000;

export class Destinations {
  private readonly limitsOf: (domain: string) => DestinationLimits;
  private readonly states = new Map<string, State>();

  /** `domain` in normal form. */
  constructor(limitsOf: (domain: string) => DestinationLimits) {
    this.limitsOf = limitsOf;
  }

  concurrencyOf(domain: string): number | null {
    return this.limitsOf(domain).concurrency;
  }

  /** Whether a mail may be made ready now; what may go is counted until it is `done`. */
  admit(domain: string, now: number): Admission {
    const { concurrency, perMinute } = this.limitsOf(domain);
    if (concurrency === null && perMinute === null) return { kind: 'go' };
    const state = this.stateOf(domain, now);
    if (concurrency !== null && state.held >= concurrency * READY) return { kind: 'later', at: now + BUSY_MS };
    if (perMinute !== null) {
      const interval = MINUTE / perMinute;
      if (now < state.freeAt) return { kind: 'later', at: putOff(state, now, interval) };
      // A little late is no reason to be later and later.
      state.freeAt = (now - state.freeAt < interval ? state.freeAt : now) + interval;
    }
    state.held += 1;
    return { kind: 'go' };
  }

  done(domain: string): void {
    const state = this.states.get(domain);
    if (state !== undefined && state.held > 0) state.held -= 1;
  }

  private stateOf(domain: string, now: number): State {
    const known = this.states.get(domain);
    if (known !== undefined) return known;
    if (this.states.size >= MAX_STATES) this.forgetIdle(now);
    const state: State = { held: 0, freeAt: now, putOffUntil: now };
    this.states.set(domain, state);
    return state;
  }

  private forgetIdle(now: number): void {
    for (const [domain, { held, freeAt, putOffUntil }] of this.states)
      if (held === 0 && freeAt <= now && putOffUntil <= now) this.states.delete(domain);
  }
}

/** The next time that nobody else was given. Whole milliseconds. */
function putOff(state: State, now: number, interval: number): number {
  const at = Math.max(state.putOffUntil, state.freeAt, now);
  state.putOffUntil = at + interval;
  return Math.ceil(at);
}
