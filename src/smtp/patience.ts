/**
 * How long a client may take (RFC 5321 section 4.5.3.2), as a pure rule over what a connection is doing. Bytes alone
 * are no progress: only whole commands and whole mails are, and in DATA a minimum rate.
 */
import type { ReplyReason } from './replies.ts';

/** All in seconds; `dataBytesPerSecond` in bytes a second. */
export interface Patience {
  readonly firstCommandSeconds: number;
  readonly commandSeconds: number;
  /** Instead of `commandSeconds` while the door is crowded. */
  readonly crowdedCommandSeconds: number;
  readonly connectionSeconds: number;
  readonly dataBytesPerSecond: number;
  readonly dataSeconds: number;
  readonly workSeconds: number;
}

/** The rate of a mail is measured over each of these. */
export const RATE_WINDOW_SECONDS = 60;

export type Activity =
  /** The client owes the first command, or the rest of its TLS handshake. */
  | { readonly phase: 'greeting' | 'handshake' }
  /** The client owes a command. */
  | { readonly phase: 'command' }
  /** The client owes the rest of a mail. */
  | {
      readonly phase: 'data';
      /** Bytes so far, and how many it can be: what the client declared, else the limit. */
      readonly received: number;
      readonly expected: number;
      /** Bytes in the last whole window; `null` before the first is over. */
      readonly lastWindow: number | null;
    }
  /** We owe a reply. */
  | { readonly phase: 'work' };

export interface ConnectionState {
  readonly activity: Activity;
  /** Seconds since the last command, mail or change of phase. */
  readonly waited: number;
  /** Seconds since the connection was opened. */
  readonly open: number;
}

/** The last word to a connection that has used up its time; `null` while it has some left. */
export function impatience(state: ConnectionState, patience: Patience, crowded: boolean): ReplyReason | null {
  const { activity, waited, open } = state;
  switch (activity.phase) {
    case 'greeting':
    case 'handshake':
      return waited > patience.firstCommandSeconds ? 'idle-too-long' : null;
    case 'command':
      if (
        waited > (crowded ? Math.min(patience.crowdedCommandSeconds, patience.commandSeconds) : patience.commandSeconds)
      )
        return 'idle-too-long';
      return open > patience.connectionSeconds ? 'open-too-long' : null;
    case 'data': {
      const { received, expected, lastWindow } = activity;
      const rate = patience.dataBytesPerSecond;
      if (lastWindow !== null && lastWindow < rate * RATE_WINDOW_SECONDS) return 'too-slow';
      const deadline = RATE_WINDOW_SECONDS + Math.max(received, expected) / rate;
      return waited > Math.min(deadline, patience.dataSeconds) ? 'too-slow' : null;
    }
    case 'work':
      return waited > patience.workSeconds ? 'try-again' : null;
    default:
      return activity satisfies never;
  }
}
