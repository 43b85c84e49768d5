/**
 * One mail as the rules see it: plain data, complete, made by the intake. Nothing here has been checked against
 * the database yet. It can be sent to another thread.
 */
import type { Bounce, MailKind } from '../mail/automatic.ts';
import type { ParsedAttachment } from '../mail/keep-attachments.ts';
import type { SignedId } from '../mail/message-id.ts';
import type { Sender } from '../mail/sender.ts';
import type { ReplyCut } from '../mail/visible-reply.ts';
import type { Authenticity } from './authenticity.ts';
import type { Entropy } from './entropy.ts';

export interface Envelope {
  /** MAIL FROM in normal form, `''` for the null sender, as given where it is no address. */
  readonly mailFrom: string;
  /** Our mailboxes of this transaction, normal form, in RCPT order. */
  readonly recipients: readonly string[];
  /** The client's address; `null` where there is no connection (a file that is explained). */
  readonly ip: string | null;
  readonly helo: string | null;
  /** SMTPUTF8 is in force (RFC 6531): replies may carry more than ASCII. */
  readonly utf8: boolean;
}

/** The defect of a mail of which only the header was read: its text is a sentence of ours. */
export const NOT_PARSED = 'not-parsed';

export interface IncomingMail {
  /** Short reference of the intake record. */
  readonly reference: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly entropy: Entropy;
  readonly envelope: Envelope;
  readonly sender: Sender;
  readonly headerRecipients: readonly string[];
  readonly subject: string;
  /** The mail's own, or one made from its content. */
  readonly messageId: string;
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  readonly receivedCount: number;
  readonly date: number | null;
  /** Of the IDs that the mail names, those that carry our signature, newest first. */
  readonly signedReferences: readonly SignedId[];
  /** The mail's own Message-ID carries our signature: one of our mails has come back. */
  readonly isOurs: boolean;
  readonly text: string;
  readonly cut: ReplyCut;
  readonly html: string | null;
  readonly attachments: readonly ParsedAttachment[];
  readonly fingerprint: string;
  readonly kind: MailKind;
  readonly kindEvidence: readonly string[];
  readonly bounce: Bounce | null;
  /** All that a report says, one entry a recipient; empty unless the kind is `bounce`. */
  readonly bounces: readonly Bounce[];
  /** Number in the outbox of the mail to whose signed return path this one came. */
  readonly returned?: number | null;
  readonly authenticity: Authenticity;
  readonly defects: readonly string[];
}
