/**
 * When a mail that could not be sent is tried again, and what an error means for it. Pure.
 */

const MINUTE = 60 * 1000;
const STEPS = [1, 5, 15, 30, 60].map((minutes) => minutes * MINUTE);
const AFTER_THAT = 120 * MINUTE;
/** Part of a wait that chance may add or take, so that mails that failed together don't come back together. */
const JITTER = 0.2;

export type NextAttempt = { readonly kind: 'at'; readonly time: number } | { readonly kind: 'give-up' };

/**
 * `attempts`: temporary failures so far, this one included. `chance` from 0 to 1. Times in epoch milliseconds.
 */
export function nextAttempt(
  attempts: number,
  createdAt: number,
  now: number,
  giveUpMs: number,
  chance: number,
): NextAttempt {
  const wait = STEPS[attempts - 1] ?? AFTER_THAT;
  const time = now + Math.round(wait * (1 - JITTER + 2 * JITTER * chance));
  return time - createdAt > giveUpMs ? { kind: 'give-up' } : { kind: 'at', time };
}

/** How long the transport rests after its n-th failure in a row. */
export function transportPause(failuresInARow: number): number {
  return STEPS[Math.min(failuresInARow, 3) - 1] ?? MINUTE;
}

/** permanent and temporary concern this mail; transport concerns the smarthost, and no mail fails for it. */
export type SendFailure = 'permanent' | 'temporary' | 'transport';

/** What the error of a mail library says about the dialogue. */
export interface SendError {
  /** nodemailer's code: EENVELOPE, EMESSAGE, ECONNECTION … */
  readonly code?: string | undefined;
  /** The server's reply code. */
  readonly responseCode?: number | undefined;
  /** The command that was answered. */
  readonly command?: string | undefined;
  /** What the server said, with its enhanced code (RFC 3463). */
  readonly response?: string | undefined;
  /** Exit code of the sendmail command. */
  readonly exitCode?: number | undefined;
}

/** sysexits.h of sendmail: usage, data, no input, no user, no host, and no permission concern this one mail. */
const PERMANENT_EXITS: ReadonlySet<number> = new Set([64, 65, 66, 67, 68, 77]);
const EX_TEMPFAIL = 75;

/** Replies that are about the log-in, wherever they come (RFC 4954 section 6). */
const LOG_IN_REPLIES: ReadonlySet<number> = new Set([530, 534, 535, 538]);

/** Only a reply to RCPT or to the mail itself is about the mail; connection, TLS, log-in and MAIL FROM are the smarthost's. */
export function classifyFailure({ code, responseCode, command, exitCode }: SendError): SendFailure {
  if (exitCode !== undefined)
    return PERMANENT_EXITS.has(exitCode) ? 'permanent' : exitCode === EX_TEMPFAIL ? 'temporary' : 'transport';
  if (responseCode === undefined) {
    // The library itself found the address unfit, or the mail larger than the smarthost says it takes: no other attempt
    // will find it fitter. Without a code after RCPT or DATA it was no reply but garbage.
    const unfit = code === 'EENVELOPE' && (command === 'API' || command === undefined);
    return unfit || (code === 'EMESSAGE' && command === 'MAIL FROM') ? 'permanent' : 'transport';
  }
  const aboutMail =
    command === 'RCPT TO' ||
    command === 'DATA' ||
    code === 'EMESSAGE' ||
    (code === 'EENVELOPE' && command !== 'MAIL FROM');
  if (!aboutMail || responseCode === 421 || LOG_IN_REPLIES.has(responseCode)) return 'transport';
  if (responseCode >= 500) return responseCode < 600 ? 'permanent' : 'transport';
  return responseCode >= 400 ? 'temporary' : 'transport';
}

/**
 * Whether a refusal says that there is no such mailbox or domain (RFC 3463 section 3.2, RFC 7505). 5.7.x is policy, 5.1.7 and
 * 5.1.8 are about the sender, and 5.1.0 can mean anything.
 */
export function saysBadAddress({ command, responseCode, response }: SendError): boolean {
  if (command !== 'RCPT TO' || responseCode === undefined || responseCode < 500) return false;
  return /^5\d\d[ -]5\.1\.(?:1|2|3|6|10)(?!\d)/.test(response ?? '');
}
