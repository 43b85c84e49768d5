/**
 * From bytes to the mail that the rules see: parsed, told human from machine, quoted text cut off, our own
 * Message-IDs recognised, authenticated. The same for a mail from the wire and for a file that is explained.
 */
import { verifyBounceAddress } from '../mail/bounce-address.ts';
import type { AttachmentLimits } from '../mail/keep-attachments.ts';
import { type SigningKey, verifyMessageId } from '../mail/message-id.ts';
import type { MailSource, ParsedMail } from '../mail/parse.ts';
import type { StagedBlobs } from '../store/blobs/staged-blobs.ts';
import type { Authenticity } from '../tickets/authenticity.ts';
import type { Entropy } from '../tickets/entropy.ts';
import type { Envelope, IncomingMail } from '../tickets/incoming-mail.ts';
import { type ContentReader, readInline } from './content-reader.ts';

export interface Reading {
  readonly reference: string;
  readonly receivedAt: number;
  readonly entropy: Entropy;
  readonly envelope: Envelope;
  readonly keys: readonly SigningKey[];
  /** Where bounces come back to; `null` or left out: nowhere. */
  readonly bounceAddress?: string | null;
  readonly keeper: StagedBlobs | null;
  readonly attachmentLimits?: AttachmentLimits;
  /** At once, in this thread, where nothing else is said. */
  readonly content?: ContentReader['read'];
  /** Asked once the sender is known. */
  authenticate(mail: ParsedMail): Promise<Authenticity>;
}

export async function readMail(source: MailSource, reading: Reading): Promise<IncomingMail> {
  const { content = readInline } = reading;
  const {
    mail: parsed,
    automatic,
    cut,
  } = await content(source, {
    reference: reading.reference,
    nullSender: reading.envelope.mailFrom === '',
    attachments: reading.keeper,
    attachmentLimits: reading.attachmentLimits,
  });
  const authenticity = await reading.authenticate(parsed);
  const named = [...parsed.inReplyTo, ...[...parsed.references].reverse()];
  const signed = named.map((id) => verifyMessageId(id, reading.keys));
  const messageId = parsed.messageId ?? `<${parsed.fingerprint.slice(0, 32)}@no-message-id.invalid>`;
  return {
    reference: reading.reference,
    receivedAt: reading.receivedAt,
    entropy: reading.entropy,
    envelope: reading.envelope,
    sender: parsed.sender,
    headerRecipients: parsed.headerRecipients,
    subject: parsed.subject,
    messageId,
    inReplyTo: parsed.inReplyTo,
    references: parsed.references,
    receivedCount: parsed.receivedCount,
    date: parsed.date,
    signedReferences: signed.flatMap((id) => (id === null ? [] : [id])),
    isOurs: verifyMessageId(messageId, reading.keys) !== null,
    text: parsed.text,
    cut,
    html: parsed.html,
    attachments: parsed.attachments,
    fingerprint: parsed.fingerprint,
    kind: automatic.kind,
    kindEvidence: automatic.evidence,
    bounce: automatic.bounce,
    bounces: automatic.bounces,
    returned: returnedMail(reading),
    authenticity,
    defects: parsed.defects,
  };
}

/** By the address that it came to. */
function returnedMail({ envelope, bounceAddress = null, keys }: Reading): number | null {
  if (bounceAddress === null) return null;
  const found = envelope.recipients.map((address) => verifyBounceAddress(address, bounceAddress, keys));
  return found.find((id) => id !== null) ?? null;
}
