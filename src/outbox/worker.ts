/**
 * Sends what waits in the outbox: claims with a lease, renders once, sends with bounded concurrency, and writes down
 * what happened. A crash loses nothing: an unfinished claim is due again when its lease ends.
 */
import PQueue from 'p-queue';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { OutboxDetail, OutboxStore, SendOutcome } from '../store/store.ts';
import { type OpenFile, renderMail } from './render.ts';
import { nextAttempt, transportPause } from './retry.ts';
import type { SendResult, Transport } from './transport.ts';

export interface WorkerOptions {
  readonly concurrency: number;
  readonly giveUpMs: number;
  /** Envelope sender of everything we send; `''` is the null sender. */
  readonly envelopeFrom: string;
  /** Attached files, by their hash. */
  readonly openFile?: OpenFile;
}

export interface OutboxWorker {
  start(): void;
  /** Something was queued: look now. */
  wake(): void;
  /** Claims nothing more and waits for the mails that are on their way. */
  stop(): Promise<void>;
}

/** Longer than any single send can take, so that no mail is claimed twice while it is being sent. */
const LEASE_MS = 10 * 60 * 1000;
/** Look at the queue at least this often: commands beside the gateway queue mails too. */
const LONGEST_SLEEP_MS = 15 * 1000;

export function createOutboxWorker(
  store: OutboxStore,
  transport: Transport,
  options: WorkerOptions,
  clock: Clock,
  random: () => number,
  log: Log,
): OutboxWorker {
  const queue = new PQueue({ concurrency: options.concurrency });
  let stopped = true;
  let cancelTimer: () => void = () => undefined;
  let turning: Promise<void> | null = null;
  let again = false;
  let pausedUntil = 0;
  let failuresInARow = 0;

  const sleepUntil = (time: number) => {
    cancelTimer();
    if (!stopped) cancelTimer = clock.after(Math.min(Math.max(time - clock.now(), 0), LONGEST_SLEEP_MS), wake);
  };

  function wake(): void {
    if (stopped) return;
    if (turning !== null) {
      again = true;
      return;
    }
    turning = turn()
      .catch((error: unknown) => {
        log.error({ error }, 'the outbox could not be read; trying again');
        sleepUntil(clock.now() + LONGEST_SLEEP_MS);
      })
      .finally(() => {
        turning = null;
        if (again) {
          again = false;
          wake();
        }
      });
  }

  async function turn(): Promise<void> {
    if (clock.now() < pausedUntil) return sleepUntil(pausedUntil);
    const room = options.concurrency * 2 - queue.size - queue.pending;
    // Full: the next mail that is done wakes us.
    if (room <= 0) return;
    const claimed = await store.claimMails(room, clock.now(), LEASE_MS);
    for (const mail of claimed) void queue.add(() => sendOne(mail)).then(wake);
    if (claimed.length === room) return;
    const due = await store.nextDueAt();
    sleepUntil(due ?? clock.now() + LONGEST_SLEEP_MS);
  }

  async function sendOne(row: OutboxDetail): Promise<void> {
    try {
      const outcome = clock.now() < pausedUntil ? postponed('the transport is paused') : await attempt(row);
      await store.finishMail(row.id, outcome, clock.now());
    } catch (error) {
      // The row stays claimed; its lease brings it back.
      log.error({ error, outbox: row.id }, 'a mail could not be sent because of a fault of this program');
    }
  }

  async function attempt(row: OutboxDetail): Promise<SendOutcome> {
    const bytes = row.rendered ?? (await render(row));
    if (bytes === null) return { state: 'failed', error: 'the mail could not be made (see the log)' };
    if (row.rendered === null && row.mail.files === undefined) await store.freezeMail(row.id, bytes);
    const label = `${String(row.id).padStart(6, '0')}-${row.ticket ?? 'notice'}-${row.recipient}`;
    const result = await transport.send({ envelopeFrom: options.envelopeFrom, recipient: row.recipient, bytes, label });
    const outcome = outcomeOf(row, result);
    log.info(
      {
        outbox: row.id,
        kind: row.kind,
        ticket: row.ticket,
        state: outcome.state,
        ...(result.ok ? {} : { answer: result.error }),
      },
      'outbox',
    );
    return outcome;
  }

  /** `null`: a fault of ours that another attempt would not mend. */
  async function render(row: OutboxDetail): Promise<Buffer | null> {
    try {
      // With files it is made anew for each attempt: ten megabytes for each of the staff have no place in the database.
      return await renderMail(row.mail, row.mail.files === undefined ? clock.now() : row.createdAt, options.openFile);
    } catch (error) {
      log.error({ error, outbox: row.id }, 'a mail could not be made');
      return null;
    }
  }

  function outcomeOf(row: OutboxDetail, result: SendResult): SendOutcome {
    // Whatever it said about the mail, the transport has worked.
    if (result.ok || result.failure !== 'transport') failuresInARow = 0;
    if (result.ok) return { state: 'sent' };
    switch (result.failure) {
      case 'permanent':
        return { state: 'failed', error: result.error };
      case 'temporary': {
        const next = nextAttempt(row.attempts + 1, row.createdAt, clock.now(), options.giveUpMs, random());
        return next.kind === 'give-up'
          ? { state: 'failed', error: `given up: ${result.error}` }
          : { state: 'queued', error: result.error, nextAttemptAt: next.time, counted: true };
      }
      case 'transport':
        return transportFailed(result.error);
      default:
        return result.failure satisfies never;
    }
  }

  function transportFailed(error: string): SendOutcome {
    if (clock.now() >= pausedUntil) {
      failuresInARow += 1;
      pausedUntil = clock.now() + transportPause(failuresInARow);
      log.error(
        { answer: error, until: new Date(pausedUntil).toISOString() },
        'the outbound transport does not work; mails wait, none fails for it',
      );
    }
    // Behind the others: where this one mail is what breaks the transport, the others get out before it is tried again.
    return { state: 'queued', error, nextAttemptAt: pausedUntil + 1, counted: false };
  }

  function postponed(error: string): SendOutcome {
    return { state: 'queued', error, nextAttemptAt: pausedUntil, counted: false };
  }

  return {
    start() {
      stopped = false;
      wake();
    },
    wake,
    async stop() {
      stopped = true;
      cancelTimer();
      await turning;
      await queue.onIdle();
      transport.close();
    },
  };
}
