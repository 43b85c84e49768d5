/**
 * An outgoing mail as bytes (RFC 5322, MIME through nodemailer's composer). Every address is checked by our own
 * rule and handed over as an object, so that nothing in a name or subject can become a recipient or a header.
 */
import type { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import { isAddress } from './address.ts';
import { withoutControls } from './header-lines.ts';

export interface Composition {
  readonly from: { readonly name: string; readonly address: string };
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** With angle brackets. */
  readonly messageId: string;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  /** Epoch milliseconds. */
  readonly date: number;
  /** `auto-replied` for what answers a mail, `auto-generated` for the rest (RFC 3834 section 5); `null`: a person wrote it. */
  readonly autoSubmitted: 'auto-replied' | 'auto-generated' | null;
  /** `es`, `en` (RFC 3282). */
  readonly language: string;
  readonly files?: readonly ComposedFile[];
}

export interface ComposedFile {
  readonly name: string;
  readonly contentType: string;
  readonly open: () => Readable;
}

/** A type of somebody else's mail must not bring parameters or line breaks along; text and mails stay files. */
const CONTENT_TYPE = /^(?!(?:message|multipart)\/)[a-z0-9.+-]{1,60}\/[a-z0-9.+-]{1,100}$/;

const MESSAGE_ID = /^<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>$/;

/** Rejects for an address that is none: our own data is broken then. */
export async function composeMail(mail: Composition): Promise<Buffer> {
  for (const { address } of [mail.from, mail.to])
    if (!isAddress(address)) throw new Error(`not an address: ${address.slice(0, 100)}`);
  const references = mail.references.filter((id) => MESSAGE_ID.test(id));
  const inReplyTo = mail.inReplyTo !== null && MESSAGE_ID.test(mail.inReplyTo) ? mail.inReplyTo : undefined;
  const automatic =
    mail.autoSubmitted === null
      ? {}
      : { 'Auto-Submitted': mail.autoSubmitted, 'X-Auto-Response-Suppress': 'DR, RN, NRN, OOF, AutoReply' };
  const composer = new MailComposer({
    from: { name: oneLine(mail.from.name), address: mail.from.address },
    to: { name: oneLine(mail.to.name), address: mail.to.address },
    subject: oneLine(mail.subject),
    text: mail.text,
    html: mail.html,
    messageId: mail.messageId,
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(references.length === 0 ? {} : { references: [...new Set(references)] }),
    date: new Date(mail.date),
    headers: { ...automatic, 'Content-Language': mail.language },
    attachments: (mail.files ?? []).map(({ name, contentType, open }) => ({
      filename: oneLine(name),
      contentType: CONTENT_TYPE.test(contentType) ? contentType : 'application/octet-stream',
      contentDisposition: 'attachment' as const,
      content: open(),
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
    // The text is ours to keep as it is; base64 would hide it from people who look at the raw mail.
    textEncoding: 'quoted-printable',
    newline: 'windows',
  });
  return composer.compile().build();
}

function oneLine(text: string): string {
  return withoutControls(text).replace(/\s+/g, ' ').trim();
}
