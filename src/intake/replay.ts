/**
 * A stored mail once more through today's rules: after its sender was registered, after a rule was changed, after a
 * fault of ours was mended. Never makes a second ticket of a mail that has one.
 */
import { createReadStream } from 'node:fs';
import { MAX_HEADER_BYTES } from '../mail/header-lines.ts';
import type { SigningKey } from '../mail/message-id.ts';
import { bufferSource, type MailSource } from '../mail/parse.ts';
import type { BlobStore } from '../store/blobs/blob-store.ts';
import type { MailDetail, RawMail, Replayed, Store } from '../store/store.ts';
import type { Signing } from '../tickets/decision.ts';
import type { Entropy } from '../tickets/entropy.ts';
import type { Envelope } from '../tickets/incoming-mail.ts';
import type { Policy } from '../tickets/policy.ts';
import type { Authenticate } from './authenticate.ts';
import type { ContentReader } from './content-reader.ts';
import { readMail } from './read-mail.ts';

export interface ReplayParts {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly policy: Policy;
  readonly keys: readonly SigningKey[];
  readonly signing: Signing;
  readonly content: ContentReader['read'];
  readonly authenticate: Authenticate;
  readonly entropy: Entropy;
  /** Epoch milliseconds. */
  readonly now: number;
}

export type ReplayResult = Replayed | { readonly kind: 'incomplete' };

/** `admitted`: a person has looked at the mail and lets it in, whatever the rules say about its sender. */
export async function replayMail(
  parts: ReplayParts,
  mail: MailDetail,
  raw: RawMail,
  admitted: boolean,
): Promise<ReplayResult> {
  // Of a mail that was too large or malformed only the start was kept.
  if (mail.reason === 'too-large' || mail.reason === 'bare-line-break') return { kind: 'incomplete' };
  const envelope: Envelope = {
    mailFrom: mail.mailFrom,
    recipients: mail.recipients,
    ip: mail.ip,
    helo: mail.helo,
    utf8: false,
  };
  const source = await sourceOf(raw, parts.blobs);
  const attachments = parts.blobs.stage();
  try {
    const incoming = await readMail(source, {
      reference: mail.reference,
      receivedAt: mail.receivedAt,
      entropy: parts.entropy,
      envelope,
      keys: parts.keys,
      bounceAddress: parts.policy.bounceAddress,
      keeper: attachments,
      attachmentLimits: parts.policy.attachments.limits,
      content: parts.content,
      authenticate: (parsed) => parts.authenticate(parsed, envelope, source),
    });
    await attachments.adopt();
    const { policy, signing, now } = parts;
    return await parts.store.replayMail(incoming, { policy, signing, now, admitted });
  } finally {
    await attachments.discard();
  }
}

/** The bytes of a stored mail. */
export async function sourceOf(raw: RawMail, blobs: BlobStore): Promise<MailSource> {
  if ('inline' in raw) return bufferSource(raw.inline);
  const path = blobs.path(raw.blob.sha256);
  const head: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: MAX_HEADER_BYTES - 1 })) head.push(chunk);
  return { start: Buffer.concat(head), open: () => createReadStream(path), whole: { file: path } };
}
