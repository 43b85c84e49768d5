/**
 * What smtp-server says by itself, before it asks us or instead: each of its refusals as one of our replies, so that
 * every line to a client has an enhanced code and words that a person can use.
 */
import type { ReplyReason } from './replies.ts';

const BY_TEXT: readonly (readonly [words: string, reason: ReplyReason])[] = [
  ['Bad sender address syntax', 'bad-sender-syntax'],
  ['Bad recipient address syntax', 'bad-recipient-syntax'],
  ['You talk too soon', 'talks-too-soon'],
  ['shutting down', 'shutting-down'],
  ['Timeout', 'idle-too-long'],
  ['Too many connected clients', 'too-busy'],
  ['too many', 'too-many-errors'],
  ['HTTP requests', 'no-smtp'],
  ['Command line too long', 'line-too-long'],
  // XCLIENT and XFORWARD of somebody who is no trusted relay.
  ['Not allowed', 'not-allowed'],
];

/** `null` for a reply that is ours already, and for one that refuses nothing. */
export function reasonOfLibrary(code: number, text: string): ReplyReason | null {
  if (code < 400 || /^[45]\.\d{1,3}\.\d{1,3} /.test(text)) return null;
  const found = BY_TEXT.find(([words]) => text.includes(words));
  if (found !== undefined) return found[1];
  // A reply of 421 ends the connection, and must stay one.
  if (code === 421) return 'too-many-errors';
  if (code < 500) return 'try-again';
  if (code === 500) return 'unknown-command';
  return code === 503 ? 'bad-sequence' : 'bad-arguments';
}
