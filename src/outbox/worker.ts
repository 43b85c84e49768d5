/**
 * Sends what waits in the outbox: claims with a lease, renders and freezes ahead of the sending, sends with bounded
 * concurrency, and writes down what happened, many mails at a time. A crash loses nothing: an unfinished claim is due
 * again when its lease ends.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import PQueue from 'p-queue';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { domainOf } from '../mail/address.ts';
import type { ClaimedMail, OutboxStore, SendOutcome } from '../store/store.ts';
import type { OutgoingMail } from '../tickets/decision.ts';
import type { Destinations } from './destinations.ts';
import { FinishedMails } from './finished-mails.ts';
import { nextAttempt } from './retry.ts';
import type { SendResult, Transport } from './transport.ts';
import { TransportHealth, type TransportStatus } from './transport-health.ts';

export interface WorkerOptions {
  readonly concurrency: number;
  readonly giveUpMs: number;
  /** Envelope sender of the mail with this number; `''` is the null sender. */
  readonly envelopeFrom: (outboxId: number) => string;
  readonly destinations: Destinations;
  /** Look at the queue at least this often, milliseconds: commands beside the gateway queue mails too. */
  readonly pollMs?: number;
}

export interface WorkerSurroundings {
  readonly store: OutboxStore;
  readonly transport: Transport;
  /** `date` in epoch milliseconds. Rejects where the mail can't be made. */
  readonly render: (mail: OutgoingMail, date: number) => Promise<Buffer>;
  /** Told of each attempt to send. */
  readonly onSend?: (outcome: SendOutcome) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

export interface WorkerStatus extends TransportStatus {
  /** Mails that are on their way at this moment. */
  readonly sending: number;
  /** Mails that are claimed, these included. */
  readonly claimed: number;
}

export interface OutboxWorker {
  start(): void;
  /** Something was queued: look now. */
  wake(): void;
  status(): WorkerStatus;
  /** The transport is another one now: what was wrong with the old one holds nothing back. */
  retryNow(): void;
  /** Claims nothing more, waits for the mails that are on their way, and gives the others back. */
  stop(): Promise<void>;
}

const LEASE_MS = 10 * 60 * 1000;
/** A mail whose lease ends sooner does not set out: no single sending takes that long, so none is claimed meanwhile. */
const LONGEST_SENDING_MS = 6 * 60 * 1000;
const POLL_MS = 15 * 1000;
/** Mails claimed ahead while they go out quickly; each claim, freeze and finish costs the disk one flush. */
const MAX_CLAIMED = 512;
const QUICK_MS = 1_000;
const SLOW_MS = 10_000;
/** Rendered at a time: bounds memory, and how long intake waits for the processor. */
const SLICE = { mails: 128, bytes: 4 * 1024 * 1024, turn: 4 } as const;
const MAX_READY_BYTES = 16 * 1024 * 1024;

export function createOutboxWorker(
  { store, transport, render, onSend, clock, random, log }: WorkerSurroundings,
  options: WorkerOptions,
): OutboxWorker {
  const { destinations, pollMs = POLL_MS } = options;
  const queue = new PQueue({ concurrency: options.concurrency });
  /** Only of destinations with a limit of their own, and only while they are busy. */
  const narrow = new Map<string, PQueue>();
  const health = new TransportHealth();
  const finished = new FinishedMails(store, clock, log, (count) => {
    claimed -= count;
    wake();
  });
  let stopped = true;
  let cancelTimer: () => void = () => undefined;
  let turning: Promise<void> | null = null;
  let again = false;
  let claimed = 0;
  let ahead = options.concurrency * 2;
  let lastClaim = 0;
  /** The batch that is being rendered, if any: one at a time. */
  let preparing: Promise<void> = Promise.resolve();
  /** Claimed mails of which it is not known yet what becomes of them. */
  let open = 0;
  let readyBytes = 0;
  let onDrained: () => void = () => undefined;

  const sleepUntil = (time: number) => {
    cancelTimer();
    if (!stopped) cancelTimer = clock.after(Math.min(Math.max(time - clock.now(), 0), pollMs), wake);
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
        sleepUntil(clock.now() + pollMs);
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
    // A reload may have changed it.
    queue.concurrency = options.concurrency;
    const now = clock.now();
    if (health.rests(now)) return sleepUntil(health.restsUntil);
    // One mail is enough to find out whether the transport works again.
    const limit = health.doubtful ? 1 : ahead;
    // What is finished wakes us; a handful at a time would be too many claims.
    if (claimed > limit / 2) return;
    const room = limit - claimed;
    const mails = await store.claimMails(room, now, LEASE_MS);
    claimed += mails.length;
    if (mails.length > 0) {
      open += mails.length;
      preparing = preparing.then(() => prepare(mails));
    }
    if (mails.length === room) return setPace(now);
    const due = await store.nextDueAt();
    sleepUntil(due ?? clock.now() + pollMs);
  }

  /** More at a time while they go out quickly; a slow smarthost should not have many claimed, should this process die. */
  function setPace(now: number): void {
    const since = now - lastClaim;
    lastClaim = now;
    if (since < QUICK_MS) ahead = Math.min(ahead * 2, Math.max(MAX_CLAIMED, options.concurrency * 2));
    else if (since > SLOW_MS) ahead = Math.max(ahead / 2, options.concurrency * 2);
  }

  /** Renders, freezes and hands over to the sending, slice by slice. Never rejects. */
  async function prepare(mails: readonly ClaimedMail[]): Promise<void> {
    let slice: { readonly mail: ClaimedMail; readonly rendered: Buffer }[] = [];
    let bytes = 0;
    const flush = async () => {
      const ready = slice;
      slice = [];
      bytes = 0;
      await freeze(ready);
    };
    for (const [index, mail] of mails.entries()) {
      if (readyBytes > MAX_READY_BYTES) await new Promise<void>((resolve) => (onDrained = resolve));
      const rendered = admit(mail) && !mail.frozen ? await make(mail) : null;
      if (rendered !== null && mail.mail.files !== undefined) dispatch(mail, rendered);
      else if (rendered !== null) {
        slice.push({ mail, rendered });
        bytes += rendered.length;
      }
      if (slice.length >= SLICE.mails || bytes >= SLICE.bytes) await flush();
      if (index % SLICE.turn === SLICE.turn - 1) await nextTurn();
    }
    await flush();
  }

  /** False where it is not sent now; what is frozen already is handed over at once. */
  function admit(mail: ClaimedMail): boolean {
    if (stopped || health.rests(clock.now())) {
      end(mail, { ...GIVEN_BACK, nextAttemptAt: Math.max(clock.now(), health.restsUntil) });
      return false;
    }
    const admission = destinations.admit(domainOf(mail.recipient), clock.now());
    if (admission.kind === 'later') {
      end(mail, { ...GIVEN_BACK, nextAttemptAt: admission.at });
      return false;
    }
    if (mail.frozen) dispatch(mail, null);
    return true;
  }

  async function make(mail: ClaimedMail): Promise<Buffer | null> {
    try {
      // With files it is made anew for each attempt: ten megabytes for each of the staff have no place in the database.
      return await render(mail.mail, mail.mail.files === undefined ? clock.now() : mail.since);
    } catch (error) {
      log.error({ error, outbox: mail.id }, 'a mail could not be made');
      destinations.done(domainOf(mail.recipient));
      // A fault of ours that another attempt would not mend.
      end(mail, { state: 'failed', error: 'the mail could not be made (see the log)', badAddress: false });
      return null;
    }
  }

  async function freeze(slice: readonly { readonly mail: ClaimedMail; readonly rendered: Buffer }[]): Promise<void> {
    if (slice.length === 0) return;
    try {
      await store.freezeMails(slice.map(({ mail, rendered }) => ({ id: mail.id, rendered })));
    } catch (error) {
      log.error({ error }, 'rendered mails could not be kept; trying again');
      for (const { mail } of slice) {
        destinations.done(domainOf(mail.recipient));
        end(mail, { ...GIVEN_BACK, nextAttemptAt: clock.now() + pollMs });
      }
      return;
    }
    for (const { mail, rendered } of slice) dispatch(mail, rendered);
  }

  function dispatch(mail: ClaimedMail, bytes: Buffer | null): void {
    readyBytes += bytes?.length ?? 0;
    const domain = domainOf(mail.recipient);
    const send = () =>
      queue.add(async () => {
        const outcome = await sendOne(mail, bytes);
        readyBytes -= bytes?.length ?? 0;
        if (readyBytes <= MAX_READY_BYTES) onDrained();
        destinations.done(domain);
        end(mail, outcome);
      });
    const concurrency = destinations.concurrencyOf(domain);
    if (concurrency === null) void send();
    else void narrowQueue(domain, concurrency).add(send);
  }

  function narrowQueue(domain: string, concurrency: number): PQueue {
    const known = narrow.get(domain);
    if (known !== undefined) return known;
    const made = new PQueue({ concurrency });
    made.on('idle', () => narrow.delete(domain));
    narrow.set(domain, made);
    return made;
  }

  function end({ id }: ClaimedMail, outcome: SendOutcome): void {
    open -= 1;
    finished.add({ id, outcome }, open > 0);
  }

  /** Never rejects. */
  async function sendOne(mail: ClaimedMail, rendered: Buffer | null): Promise<SendOutcome> {
    const now = clock.now();
    if (stopped || health.rests(now)) return { ...GIVEN_BACK, nextAttemptAt: Math.max(now, health.restsUntil) };
    if (mail.leaseUntil - now < LONGEST_SENDING_MS) return { ...GIVEN_BACK, nextAttemptAt: now };
    try {
      const bytes = rendered ?? (await store.findFrozen(mail.id));
      if (bytes === null) throw new Error('a frozen mail is not there');
      const label = `${String(mail.id).padStart(6, '0')}-${mail.ticket ?? 'notice'}-${mail.recipient}`;
      const envelopeFrom = options.envelopeFrom(mail.id);
      const result = await transport.send({ envelopeFrom, recipient: mail.recipient, bytes, label });
      const outcome = outcomeOf(mail, result);
      onSend?.(outcome);
      const answer = result.ok ? result.answer : result.error;
      log.info({ outbox: mail.id, kind: mail.kind, ticket: mail.ticket, state: outcome.state, answer }, 'outbox');
      return outcome;
    } catch (error) {
      log.error({ error, outbox: mail.id }, 'a mail could not be sent because of a fault of this program');
      return { ...GIVEN_BACK, nextAttemptAt: clock.now() + LEASE_MS };
    }
  }

  function outcomeOf(mail: ClaimedMail, result: SendResult): SendOutcome {
    if ((result.ok || result.failure !== 'transport') && health.worked()) {
      log.info({}, 'the outbound transport works again');
      wake();
    }
    if (result.ok) return { state: 'sent' };
    switch (result.failure) {
      case 'permanent':
        return { state: 'failed', error: result.error, badAddress: result.badAddress === true };
      case 'temporary': {
        const next = nextAttempt(mail.attempts + 1, mail.since, clock.now(), options.giveUpMs, random());
        return next.kind === 'give-up'
          ? { state: 'failed', error: `given up: ${result.error}`, badAddress: false }
          : { state: 'queued', error: result.error, nextAttemptAt: next.time, counted: true };
      }
      case 'transport':
        return transportFailed(result.error);
      default:
        return result.failure satisfies never;
    }
  }

  function transportFailed(error: string): SendOutcome {
    if (health.failed(error, clock.now())) {
      ahead = options.concurrency * 2;
      log.error(
        { answer: error, until: new Date(health.restsUntil).toISOString() },
        'the outbound transport does not work; mails wait, none fails for it',
      );
    }
    // Behind the others: where this one mail is what breaks the transport, the others get out before it is tried again.
    return { state: 'queued', error, nextAttemptAt: health.restsUntil + 1, counted: false };
  }

  return {
    start() {
      stopped = false;
      wake();
    },
    wake,
    status: () => ({ ...health.status(clock.now()), sending: queue.pending, claimed }),
    retryNow() {
      health.reset();
      wake();
    },
    async stop() {
      stopped = true;
      cancelTimer();
      await turning;
      onDrained();
      await preparing;
      for (const one of narrow.values()) await one.onIdle();
      await queue.onIdle();
      await finished.settle();
      transport.close();
    },
  };
}

/** Nothing was tried, and what is known of it stays. */
const GIVEN_BACK = { state: 'queued', error: null, counted: false } as const;
