/**
 * What a mail's bytes say, as far as that takes only computing: parsed, told human from machine, quoted text cut off.
 * Needs nothing but the bytes, so that it can run in a worker thread; everything in the result can cross to another.
 */
import { type Automatic, classify } from '../mail/automatic.ts';
import type { AttachmentKeeper, AttachmentLimits } from '../mail/keep-attachments.ts';
import { type MailSource, type ParsedMail, parseMail } from '../mail/parse.ts';
import { REPLY_MARKERS } from '../mail/reply-marker.ts';
import { type ReplyCut, splitReply } from '../mail/visible-reply.ts';

export interface Content {
  readonly mail: ParsedMail;
  readonly automatic: Automatic;
  readonly cut: ReplyCut;
}

/** `nullSender`: see `BounceInput`. Rejects only where the source or the keeper does. */
export async function readContent(
  source: MailSource,
  keeper: AttachmentKeeper | null,
  attachmentLimits: AttachmentLimits | undefined,
  nullSender: boolean,
): Promise<Content> {
  const mail = await parseMail(source, keeper, attachmentLimits);
  const automatic = classify({ lines: mail.lines, nullSender, start: source.start });
  const cut = splitReply(mail.text, { replyMarkers: REPLY_MARKERS, marks: mail.quoteMarks });
  return { mail, automatic, cut };
}
