/**
 * Several mail servers that write to the gateway at once and behave as real ones do: a mail without an answer, or with
 * a temporary one, is sent again, the same bytes; now and then one is sent again although its answer came.
 */
import type { SmtpReply } from '../support/smtp-client.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import type { Attempt, Sent } from './judge.ts';
import { type KnownTicket, nextMail, type TestMail } from './mails.ts';
import type { Random } from './random.ts';

interface Written {
  readonly mail: TestMail;
  readonly attempts: Attempt[];
}

/** What the senders know; nothing in it comes from the gateway's own files. */
export class Ledger {
  readonly written = new Map<string, Written>();
  readonly known: KnownTicket[] = [];
  /** To be sent again. */
  private readonly waiting: TestMail[] = [];
  private readonly touched = new Set<string>();
  resent = 0;

  nextToResend(): TestMail | undefined {
    const mail = this.waiting.shift();
    if (mail !== undefined && this.written.has(mail.messageId)) this.resent += 1;
    return mail;
  }

  /** Comes again, without an attempt that the gateway could have noticed. */
  putBack(mail: TestMail): void {
    this.waiting.push(mail);
  }

  note(mail: TestMail, attempt: Attempt): void {
    const written = this.written.get(mail.messageId) ?? { mail, attempts: [] };
    written.attempts.push(attempt);
    this.written.set(mail.messageId, written);
    this.touched.add(mail.messageId);
    if (attempt.outcome === 'unanswered' || attempt.outcome === 'temporary') this.waiting.push(mail);
  }

  /** Mails that were sent since the last call. */
  takeTouched(): Sent[] {
    const names = [...this.touched];
    this.touched.clear();
    return names.flatMap((name) => this.written.get(name) ?? []);
  }

  get unfinished(): number {
    return this.waiting.length;
  }

  count(outcome: Attempt['outcome']): number {
    let count = 0;
    for (const { attempts } of this.written.values())
      count += attempts.filter((attempt) => attempt.outcome === outcome).length;
    return count;
  }
}

export interface LoadOptions {
  readonly port: number;
  readonly senders: number;
  readonly random: Random;
  /** Begins the name of every mail. */
  readonly name: string;
  readonly ledger: Ledger;
  /** Asked before each mail. */
  readonly goOn: () => boolean;
  /** False: only what has to come again is sent. */
  readonly newMails: boolean;
}

/** Resolves when no sender can or should go on. */
export async function load(options: LoadOptions): Promise<void> {
  const senders = Array.from({ length: options.senders }, (_, index) => oneSender(options, index));
  await Promise.all(senders);
}

async function oneSender(options: LoadOptions, index: number): Promise<void> {
  const { ledger } = options;
  const random = options.random.fork(`sender ${index}`);
  let count = 0;
  const next = (): TestMail | undefined => {
    const again = ledger.nextToResend();
    if (again !== undefined || !options.newMails) return again;
    return nextMail(random, `${options.name}s${index}n${++count}`, ledger.known);
  };
  while (options.goOn()) {
    const first = next();
    if (first === undefined) return;
    const client = await connect(options.port);
    if (client === null) return ledger.putBack(first);
    let mail: TestMail | undefined = first;
    for (let left = random.between(1, 4); mail !== undefined; left -= 1) {
      const alive = await sendOne(client, mail, ledger);
      if (!alive) return client.drop();
      // Its answer was lost on the way, as far as this server knows.
      if (random.chance(0.06)) ledger.putBack(mail);
      mail = left > 1 && options.goOn() ? next() : undefined;
    }
    client.drop();
  }
}

async function connect(port: number): Promise<SmtpClient | null> {
  try {
    const client = await SmtpClient.open(port);
    if ((await client.command('EHLO cliente.example')).code === 250) return client;
    client.drop();
    return null;
  } catch {
    return null;
  }
}

/** False when the connection is of no use any more. */
async function sendOne(client: SmtpClient, mail: TestMail, ledger: Ledger): Promise<boolean> {
  const before = client.dialogue.length;
  const reply = await client.send({ from: mail.from, to: [mail.to], bytes: mail.bytes });
  const reachedData = client.dialogue.slice(before).some((line) => line.startsWith('C: (the mail'));
  if (reachedData) ledger.note(mail, attemptOf(reply));
  else ledger.putBack(mail);
  return reachedData && reply.code !== 0 && reply.code !== 421;
}

function attemptOf({ code, text }: SmtpReply): Attempt {
  if (code === 0) return { outcome: 'unanswered', reference: null };
  const reference = /accepted ([A-Z0-9]{6,})|\(ref ([A-Z0-9]{6,})\)/.exec(text);
  const outcome = code < 300 ? 'accepted' : code >= 500 ? 'refused' : 'temporary';
  return { outcome, reference: reference?.[1] ?? reference?.[2] ?? null };
}
