/**
 * The story of one mail as JSON: what it is, what was decided and every reason in order. Printed by
 * `taquilla explain` and kept with each intake record. Keys that do not apply are `null`, never missing.
 */
import type { Bounce, MailKind } from '../mail/automatic.ts';
import { quotedText, visibleText } from '../mail/visible-reply.ts';
import type { Decision, Reason, Verdict } from './decision.ts';
import type { ThreadBy } from './find-thread.ts';
import type { IncomingMail } from './incoming-mail.ts';

export interface Explanation {
  readonly verdict: Verdict;
  readonly reason: Reason;
  readonly from: { readonly address: string; readonly name: string } | null;
  readonly recipients: readonly string[];
  readonly department: string | null;
  readonly account: string | null;
  readonly contact: string | null;
  readonly service: string | null;
  readonly kind: MailKind;
  readonly bounce: Pick<Bounce, 'recipient' | 'status' | 'action' | 'originalMessageId'> | null;
  readonly thread: { readonly ticket: string; readonly by: ThreadBy } | null;
  readonly messageId: string | null;
  readonly subject: string;
  readonly attachments: readonly {
    readonly filename: string | null;
    readonly contentType: string;
    readonly size: number;
    readonly sha256: string;
    readonly inline: boolean;
    readonly contentId: string | null;
  }[];
  readonly auth: {
    readonly spf: string | null;
    readonly dkim: string | null;
    readonly dmarc: string | null;
    readonly aligned: boolean;
  } | null;
  readonly defects: readonly string[];
  readonly because: readonly string[];
}

/** The texts of the mail, which an intake record does not repeat. */
export interface ExplainedTexts {
  readonly text: string;
  readonly visibleText: string;
  readonly quotedText: string;
  readonly html: string | null;
}

export function explain(mail: IncomingMail, decision: Decision): Explanation {
  const { bounce } = mail;
  return {
    verdict: decision.verdict,
    reason: decision.reason,
    from: mail.sender.clear ? { address: mail.sender.address, name: mail.sender.name } : null,
    recipients: mail.envelope.recipients,
    department: decision.department,
    account: decision.contact?.accountNumber ?? null,
    contact: decision.contact?.address ?? null,
    service: decision.service?.name ?? null,
    kind: mail.kind,
    bounce:
      bounce === null
        ? null
        : {
            recipient: bounce.recipient,
            status: bounce.status,
            action: bounce.action,
            originalMessageId: bounce.originalMessageId,
          },
    thread: decision.thread === null ? null : { ticket: decision.thread.ticket.publicId, by: decision.thread.by },
    messageId: mail.messageId,
    subject: mail.subject,
    attachments: mail.attachments.map(({ filename, contentType, size, sha256, inline, contentId }) => ({
      filename,
      contentType,
      size,
      sha256,
      inline,
      contentId,
    })),
    auth: mail.authenticity.results,
    defects: mail.defects,
    because: decision.because,
  };
}

export function explainTexts(mail: IncomingMail): ExplainedTexts {
  return {
    text: mail.text,
    visibleText: visibleText(mail.text, mail.cut),
    quotedText: quotedText(mail.text, mail.cut),
    html: mail.html,
  };
}
