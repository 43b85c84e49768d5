/**
 * From bytes to the mail that the rules see: parsed, told human from machine, quoted text cut off, our own
 * Message-IDs recognised, authenticated. The same for a mail from the wire and for a file that is explained.
 */
import { classify } from '../mail/automatic.ts';
import { verifyBounceAddress } from '../mail/bounce-address.ts';
import type { AttachmentKeeper, AttachmentLimits } from '../mail/keep-attachments.ts';
import { type SigningKey, verifyMessageId } from '../mail/message-id.ts';
import { type MailSource, type ParsedMail, parseMail } from '../mail/parse.ts';
import { REPLY_MARKERS } from '../mail/reply-marker.ts';
import { splitReply } from '../mail/visible-reply.ts';
import type { Authenticity } from '../tickets/authenticity.ts';
import type { Entropy } from '../tickets/entropy.ts';
import type { Envelope, IncomingMail } from '../tickets/incoming-mail.ts';

export interface Reading {
  readonly reference: string;
  readonly receivedAt: number;
  readonly entropy: Entropy;
  readonly envelope: Envelope;
  readonly keys: readonly SigningKey[];
  /** Where bounces come back to; `null` or left out: nowhere. */
  readonly bounceAddress?: string | null;
  readonly keeper: AttachmentKeeper | null;
  readonly attachmentLimits?: AttachmentLimits;
  /** Asked once the sender is known. */
  authenticate(mail: ParsedMail): Promise<Authenticity>;
}

export async function readMail(source: MailSource, reading: Reading): Promise<IncomingMail> {
  const parsed = await parseMail(source, reading.keeper, reading.attachmentLimits);
  const authenticity = await reading.authenticate(parsed);
  const automatic = classify({
    lines: parsed.lines,
    nullSender: reading.envelope.mailFrom === '',
    start: source.start,
  });
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
    cut: splitReply(parsed.text, { replyMarkers: REPLY_MARKERS, marks: parsed.quoteMarks }),
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
