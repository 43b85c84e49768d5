/**
 * An outgoing mail with attached files, through nodemailer's composer: names and parameters of files have more ways to be
 * written (RFC 2231, RFC 2183) than we should know. The same mail and files give the same bytes.
 */
import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import { type ComposedFile, type Composition, MESSAGE_ID } from './composition.ts';
import { withoutControls } from './header-lines.ts';

/** A type of somebody else's mail must not bring parameters or line breaks along; text and mails stay files. */
const CONTENT_TYPE = /^(?!(?:message|multipart)\/)[a-z0-9.+-]{1,60}\/[a-z0-9.+-]{1,100}$/;

/** Addresses and Message-ID have been checked. */
export function composeWithFiles(mail: Composition, files: readonly ComposedFile[]): Promise<Buffer> {
  const references = [...new Set(mail.references.filter((id) => MESSAGE_ID.test(id)))];
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
    baseBoundary: createHash('sha256').update(mail.messageId).digest('hex').slice(0, 16),
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(references.length === 0 ? {} : { references }),
    date: new Date(mail.date),
    headers: { ...automatic, 'Content-Language': mail.language },
    attachments: files.map(({ name, contentType, open }) => ({
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
