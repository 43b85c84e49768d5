/** When each cycle kills the gateway. Only the seed and the number of the cycle decide, so that a run can be repeated. */
import type { Random } from './random.ts';

export type KillMoment =
  /** In the first start of a new data folder, which makes the database; milliseconds after the process was started. */
  | { readonly kind: 'first-start'; readonly afterMs: number }
  /** In a later start. */
  | { readonly kind: 'start'; readonly afterMs: number }
  /** After it said that it listens. */
  | { readonly kind: 'listening'; readonly afterMs: number }
  /** After the senders began. */
  | { readonly kind: 'load'; readonly afterMs: number }
  /** Told to stop under load after `loadMs`, and killed while it finishes what is in flight. */
  | { readonly kind: 'drain'; readonly loadMs: number; readonly afterMs: number };

/** `startMs`: how long a start takes on this machine, now: on a slow one everything has to be given more time. */
export function killMoment(random: Random, startMs: number): KillMoment {
  const of100 = random.between(1, 100);
  if (of100 <= 5) return { kind: 'first-start', afterMs: random.between(0, startMs * 1.1) };
  if (of100 <= 13) return { kind: 'start', afterMs: random.between(0, startMs * 1.2) };
  if (of100 <= 21) return { kind: 'listening', afterMs: random.between(0, 60) };
  if (of100 <= 35) return { kind: 'drain', loadMs: random.between(100, startMs), afterMs: random.between(0, 120) };
  return { kind: 'load', afterMs: random.between(20, startMs * 1.5) };
}
