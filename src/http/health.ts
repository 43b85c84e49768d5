/** What is wrong with a running gateway, and what to do about it. Pure. */

import { counted } from '../tickets/counted.ts';

export interface HealthFacts {
  /** Epoch milliseconds. */
  readonly now: number;
  /** The SMTP door listens and is not stopping. */
  readonly listening: boolean;
  /** `null`: the database answered; else why it did not. */
  readonly storeFault: string | null;
  /** Bytes that may still be written in the data folder. */
  readonly freeBytes: number;
  /** Below that mail is turned away. */
  readonly neededBytes: number;
  /** When the mail that has waited longest was queued; `null`: none waits. */
  readonly oldestQueuedAt: number | null;
  /** What the smarthost said when sending was paused; `null`: it is not. */
  readonly outboxFault: string | null;
  /** End of the certificate; `null` without one. */
  readonly certificateUntil: number | null;
}

export interface HealthProblem {
  readonly id: string;
  readonly message: string;
  readonly todo: string;
  /** Mail can't be taken while it lasts. */
  readonly blocks: boolean;
}

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const CERTIFICATE_DAYS = 7;

export function healthProblems(facts: HealthFacts): HealthProblem[] {
  const { now, listening, storeFault, freeBytes, neededBytes, oldestQueuedAt, outboxFault, certificateUntil } = facts;
  const problems: HealthProblem[] = [];
  const add = (id: string, blocks: boolean, message: string, todo: string) =>
    problems.push({ id, message, todo, blocks });

  if (!listening) add('not-listening', true, 'the SMTP door is not open', 'it is starting or stopping; see the log');
  if (storeFault !== null)
    add('store', true, `the database does not answer (${storeFault})`, 'look at the disk; taquilla doctor says more');
  if (freeBytes < neededBytes)
    add(
      'disk-full',
      true,
      'the disk is nearly full: mail is turned away with 452',
      'make room on the disk of the data folder',
    );
  if (outboxFault !== null)
    add(
      'outbox-paused',
      false,
      `nothing can be sent: ${outboxFault}`,
      'look at the smarthost; mails wait, none is lost',
    );
  if (oldestQueuedAt !== null && oldestQueuedAt < now - HOUR) {
    const hours = Math.floor((now - oldestQueuedAt) / HOUR);
    add('outbox-waits', false, `a mail has waited for ${hours} h`, 'taquilla outbox list --state queued says why');
  }
  if (certificateUntil !== null && certificateUntil < now)
    add('certificate-expired', false, 'the certificate has run out', 'renew it');
  else if (certificateUntil !== null && certificateUntil < now + CERTIFICATE_DAYS * DAY) {
    const days = Math.max(0, Math.floor((certificateUntil - now) / DAY));
    add('certificate-expires', false, `the certificate runs out in ${counted(days, 'day')}`, 'renew it');
  }
  return problems;
}
