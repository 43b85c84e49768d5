/**
 * The way of one mail: receive → read (parse, authenticate) → record → answer. Every door hands its mails to this
 * and turns the result into its own protocol's words.
 *
 * A fault of ours never refuses a mail for good: where the bytes can be kept they are, and the mail waits for a
 * person; where they can't, the sender is asked to try again.
 */
import type { Clock } from '../clock.ts';
import { firstHeader, readHeaderLines } from '../mail/header-lines.ts';
import type { SigningKey } from '../mail/message-id.ts';
import { readSender } from '../mail/sender.ts';
import type { BlobStore } from '../store/blobs/blob-store.ts';
import { type IntakeStore, type RawMail, StoreUnavailable, type Unavailable } from '../store/store.ts';
import type { Decision, DoorReason } from '../tickets/decision.ts';
import { ENTROPY_BYTES } from '../tickets/entropy.ts';
import type { Envelope } from '../tickets/incoming-mail.ts';
import { referenceNumber, writeReference } from '../tickets/intake-reference.ts';
import type { Policy } from '../tickets/policy.ts';
import type { Authenticate } from './authenticate.ts';
import type { ContentReader } from './content-reader.ts';
import type { RateLimits } from './rate-limits.ts';
import { readMail } from './read-mail.ts';
import { receive } from './receive.ts';
import type { UnknownSenders } from './unknown-senders.ts';

export type IntakeResult =
  | { readonly kind: 'decided'; readonly reference: string; readonly decision: Decision }
  /** Refused for what the bytes are, before anybody looked who writes. */
  | { readonly kind: 'not-taken'; readonly reference: string; readonly reason: DoorReason }
  /** The sender, or the network it writes from, has had its share for this hour. */
  | { readonly kind: 'over-rate'; readonly reference: string }
  /** Whether the sender is a client could not be found out: it has to come again. */
  | { readonly kind: 'not-looked-up'; readonly reference: string }
  /** A fault of ours on this one mail: kept raw, to be looked at. */
  | { readonly kind: 'kept'; readonly reference: string; readonly error: unknown }
  /** It could not be kept: the sender has to come again. */
  | { readonly kind: 'unavailable'; readonly reference: string; readonly why: Unavailable; readonly error: unknown };

export interface IntakeParts {
  readonly store: IntakeStore;
  readonly blobs: BlobStore;
  readonly policy: () => Policy;
  /** Newest first; the newest that is not revoked signs. */
  readonly keys: readonly SigningKey[];
  /** Domain of our Message-IDs. */
  readonly messageIdDomain: string;
  readonly content: ContentReader['read'];
  readonly authenticate: Authenticate;
  readonly rates: RateLimits;
  /** Finds out who unknown senders are; `null` where nobody is asked. */
  readonly accounts: UnknownSenders | null;
  readonly clock: Clock;
  readonly randomBytes: (count: number) => Uint8Array;
  /** Bytes. */
  readonly maxMailBytes: number;
  /** Called after a commit that queued mails. */
  readonly onQueued: () => void;
}

export interface Intake {
  /** Rejects only when the client goes away in the middle of its mail. `onFlood`: see `ReceiveLimits`. */
  take(envelope: Envelope, stream: AsyncIterable<Buffer>, onFlood?: () => void): Promise<IntakeResult>;
}

export function createIntake(parts: IntakeParts): Intake {
  const { store, blobs, clock, keys } = parts;
  let lastReference = 0;
  const nextReference = (time: number): string => {
    lastReference = referenceNumber(lastReference, time, parts.randomBytes(2));
    return writeReference(lastReference);
  };

  const keep = async (
    envelope: Envelope,
    reference: string,
    receivedAt: number,
    raw: RawMail,
    size: number,
    why: { reason: DoorReason | 'internal-error'; sender: string | null; subject: string },
  ) => store.keepMail({ reference, receivedAt, envelope, raw, size, ...why });

  /** A mail whose bytes are all there. What is written on the way to a refusal is dropped again. */
  const takeWhole = async (
    envelope: Envelope,
    reference: string,
    receivedAt: number,
    entropy: Uint8Array,
    received: Extract<Awaited<ReturnType<typeof receive>>, { kind: 'whole' }>,
  ): Promise<IntakeResult> => {
    const attachments = blobs.stage();
    try {
      const policy = parts.policy();
      const mail = await readMail(received.source, {
        reference,
        receivedAt,
        entropy,
        envelope,
        keys,
        bounceAddress: policy.bounceAddress,
        keeper: attachments,
        attachmentLimits: policy.attachments.limits,
        content: parts.content,
        authenticate: (parsed) => parts.authenticate(parsed, envelope, received.source),
      });
      const sender = mail.sender.clear ? mail.sender.address : null;
      const verified = mail.authenticity.outcome === 'verified';
      if (!parts.rates.allow({ sender, verified, ip: envelope.ip })) return { kind: 'over-rate', reference };

      const signing = { key: signingKey(keys), domain: parts.messageIdDomain };
      const rules = { policy, signing, now: clock.now(), unsure: false };
      const known = (await parts.accounts?.identify(mail, rules)) ?? 'settled';
      if (known === 'come-again') return { kind: 'not-looked-up', reference };
      rules.unsure = known === 'unsure';
      const record = { mail, raw: await received.keep(), size: received.size };
      // Attachments get their names only when a message will name them: most mail with files from strangers is refused.
      let decision = mail.attachments.length === 0 ? null : await store.recordWithoutFiles(record, rules);
      if (decision === null) {
        await attachments.adopt();
        decision = await store.recordMail(record, rules);
      }
      if (decision.outgoing.length > 0) parts.onQueued();
      // Only senders without proof are guesses; and a mail that has to come again was not tried in vain.
      const proved = mail.authenticity.results?.aligned === true;
      const guessed = decision.verdict === 'refuse' && decision.reason !== 'dns-temporary-failure' && !proved;
      if (guessed && sender !== null) parts.rates.noteRefused(sender, envelope.ip);
      return { kind: 'decided', reference, decision };
    } catch (error) {
      if (error instanceof StoreUnavailable || diskFault(error) !== null) throw error;
      // A bug of ours on this mail. Its bytes are safe as soon as this row is.
      const raw = await received.keep();
      const why = { reason: 'internal-error', sender: null, subject: '' } as const;
      await keep(envelope, reference, receivedAt, raw, received.size, why);
      return { kind: 'kept', reference, error };
    } finally {
      await attachments.discard();
      await received.discard();
    }
  };

  return {
    async take(envelope, stream, onFlood) {
      const entropy = parts.randomBytes(ENTROPY_BYTES);
      const receivedAt = clock.now();
      const reference = nextReference(receivedAt);

      let received: Awaited<ReturnType<typeof receive>>;
      try {
        received = await receive(stream, blobs, {
          maxMailBytes: parts.maxMailBytes,
          ...(onFlood === undefined ? {} : { onFlood }),
        });
      } catch (error) {
        const why = diskFault(error);
        if (why === null) throw error;
        return { kind: 'unavailable', reference, why, error };
      }

      try {
        if (received.kind !== 'whole') {
          const { lines } = readHeaderLines(received.start);
          const sender = readSender(lines);
          await keep(envelope, reference, receivedAt, { inline: received.start }, received.size, {
            reason: received.kind,
            sender: sender.clear ? sender.address : null,
            subject: firstHeader(lines, 'subject') ?? '',
          });
          return { kind: 'not-taken', reference, reason: received.kind };
        }
        return await takeWhole(envelope, reference, receivedAt, entropy, received);
      } catch (error) {
        const why = error instanceof StoreUnavailable ? error.why : (diskFault(error) ?? 'io');
        return { kind: 'unavailable', reference, why, error };
      }
    },
  };
}

export function signingKey(keys: readonly SigningKey[]): SigningKey {
  const key = keys.find(({ revoked }) => !revoked);
  if (key === undefined) throw new Error('all signing keys are revoked');
  return key;
}

/** Errors of the file system as what they mean for the sender; `null` for anything else. */
function diskFault(error: unknown): Unavailable | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'full';
  if (
    code === 'EIO' ||
    code === 'EROFS' ||
    code === 'EMFILE' ||
    code === 'ENFILE' ||
    code === 'EACCES' ||
    code === 'ENOENT'
  )
    return 'io';
  return null;
}
