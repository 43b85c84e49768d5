/**
 * Message-IDs (RFC 5322 section 3.6.4): reading the ones that mails carry, and making our own, which are signed.
 *
 * Ours look like `<tq.0mi9x2k7f3f9a….482913.k1.3f9a…@example.com>`: prefix, mail, ticket, key and a keyed hash over them.
 * A reply that names one proves that it answers a mail we sent: a made-up one does not verify. It still gives no
 * right to write; who may write is decided from the sender.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** A References header with more IDs than this is read from its newest end. */
const MAX_IDS = 100;
const MAX_ID_LENGTH = 998;

/** All `<…>` of these header bodies, oldest first, brackets kept, without repeats. Linear. */
export function readMessageIds(raws: readonly string[]): string[] {
  const found: string[] = [];
  for (const raw of raws) {
    let position = 0;
    for (;;) {
      const open = raw.indexOf('<', position);
      if (open < 0) break;
      const close = raw.indexOf('>', open + 1);
      if (close < 0) break;
      // Control characters too: IDs go into headers of our own and onto terminals.
      const id = raw.slice(open, close + 1).replace(/[\s\u0000-\u001f\u007f]/g, '');
      if (id.length > 2 && id.length <= MAX_ID_LENGTH && !id.slice(1, -1).includes('<')) found.push(id);
      position = close + 1;
    }
  }
  return [...new Set(found)].slice(-MAX_IDS);
}

/** A secret of this installation. The newest signs, all that are not revoked verify. */
export interface SigningKey {
  /** Short name that stands in the ID: letters and digits. */
  readonly id: string;
  readonly secret: Uint8Array;
  readonly revoked: boolean;
}

export interface SignedId {
  /** Digits of the ticket's public ID. */
  readonly ticket: string;
  /** What tells the mails of one ticket apart: `root`, or what `datedPart` makes. */
  readonly part: string;
}

const PREFIX = 'tq';
const SIGNATURE_LENGTH = 24;
const TOKEN = /^[a-z0-9]{1,40}$/;
/** Milliseconds in base 36, until the year 5188. */
const TIME_DIGITS = 9;

/**
 * Time, then a token that nobody can guess. IDs that begin with the time stand at the end of every index of IDs, where
 * the pages are that the mails just before have changed; random ones change a page of their own for each mail.
 * `time` in epoch milliseconds.
 */
export function datedPart(time: number, token: string): string {
  return `${time.toString(36).padStart(TIME_DIGITS, '0')}${token}`;
}

/** Makes a signed Message-ID, brackets included, all of it in lower case. `domain` in A-labels. */
export function signMessageId(id: SignedId, key: SigningKey, domain: string): string {
  return `<${PREFIX}.${id.part}.${id.ticket}.${key.id}.${signature(id, key)}@${domain.toLowerCase()}>`;
}

/** What one of our own IDs says, or `null` for anybody else's, a forged one, or one of a revoked key. */
export function verifyMessageId(messageId: string, keys: readonly SigningKey[]): SignedId | null {
  const at = messageId.lastIndexOf('@');
  if (!messageId.startsWith(`<${PREFIX}.`) || at < 0) return null;
  const [, part = '', ticket = '', keyId = '', given = '', ...rest] = messageId.slice(1, at).split('.');
  if (rest.length > 0 || !TOKEN.test(ticket) || !TOKEN.test(part) || !TOKEN.test(keyId)) return null;
  const key = keys.find((candidate) => candidate.id === keyId && !candidate.revoked);
  if (key === undefined || given.length !== SIGNATURE_LENGTH) return null;
  const expected = Buffer.from(signature({ ticket, part }, key));
  const actual = Buffer.from(given);
  return actual.length === expected.length && timingSafeEqual(actual, expected) ? { ticket, part } : null;
}

/** Lower-case hex: some systems change the case of what stands left of the @. */
function signature(id: SignedId, key: SigningKey): string {
  return createHmac('sha256', key.secret)
    .update(`message-id\n${id.ticket}\n${id.part}`)
    .digest('hex')
    .slice(0, SIGNATURE_LENGTH);
}
