/**
 * The receiving side of what the gateway sends. It goes on running while the gateway is killed and started, and
 * remembers every mail that it took, each time that it took it.
 */
import { createHash } from 'node:crypto';
import { firstHeader, readHeaderLines } from '../../src/mail/header-lines.ts';
import { type Sink, type SunkMail, startSink } from '../support/sink.ts';
import type { Random } from './random.ts';

/** One mail as it arrived, once or more often. */
export interface Delivered {
  readonly recipients: Set<string>;
  /** Hashes of the bytes, one for each time. */
  readonly copies: string[];
  readonly subject: string;
  readonly inReplyTo: string;
}

export interface Smarthost {
  readonly port: number;
  /** By Message-ID. */
  readonly delivered: ReadonlyMap<string, Delivered>;
  /** Takes in what came since the last call. */
  collect(): void;
  close(): Promise<void>;
}

/** It takes its time to answer: a kill in between is what makes a mail go out twice. */
export async function startSmarthost(random: Random): Promise<Smarthost> {
  const sink: Sink = await startSink(() => (random.chance(0.5) ? 0 : random.between(1, 80)));
  const delivered = new Map<string, Delivered>();
  let seen = 0;
  return {
    port: sink.port,
    delivered,
    collect: () => {
      for (const mail of sink.mails.slice(seen)) note(delivered, mail);
      seen = sink.mails.length;
    },
    close: () => sink.close(),
  };
}

function note(delivered: Map<string, Delivered>, { to, bytes }: SunkMail): void {
  const { lines } = readHeaderLines(bytes);
  const header = (name: string) => firstHeader(lines, name)?.trim() ?? '';
  const messageId = header('message-id');
  const one: Delivered = delivered.get(messageId) ?? {
    recipients: new Set(),
    copies: [],
    subject: header('subject'),
    inReplyTo: header('in-reply-to'),
  };
  for (const recipient of to) one.recipients.add(recipient);
  one.copies.push(createHash('sha256').update(bytes).digest('hex'));
  delivered.set(messageId, one);
}
