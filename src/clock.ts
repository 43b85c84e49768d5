/** Time as an argument: production uses the system's, tests their own. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once after `ms` milliseconds; returns what cancels it. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Calls back about once a second, for ever; returns what ends it. Late where the machine is busy, never early. */
export type EverySecond = (callback: () => void) => () => void;

export const everySecond: EverySecond = (callback) => {
  const timer = setInterval(callback, 1000);
  return () => clearInterval(timer);
};

/** Of the machine, or of the environment variable TZ: `Europe/Madrid`. */
export function systemTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
