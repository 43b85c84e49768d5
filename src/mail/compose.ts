/**
 * An outgoing mail as bytes (RFC 5322, RFC 2046 section 5.1.4). Every address is checked by our own rule and stands in
 * one field, so that nothing in a name or subject can become a recipient or a header. The same mail gives the same bytes.
 */
import { createHash } from 'node:crypto';
import { isAddress } from './address.ts';
import { composeWithFiles } from './compose-with-files.ts';
import { type Composition, MESSAGE_ID } from './composition.ts';
import { encodeDate, encodeMailbox, encodeText, field } from './header-fields.ts';
import { encodeQuotedPrintable } from './quoted-printable.ts';

/** Rejects for an address or Message-ID that is none: our own data is broken then. */
export async function composeMail(mail: Composition): Promise<Buffer> {
  for (const { address } of [mail.from, mail.to])
    if (!isAddress(address)) throw new Error(`not an address: ${address.slice(0, 100)}`);
  if (!MESSAGE_ID.test(mail.messageId)) throw new Error(`not a Message-ID: ${mail.messageId.slice(0, 100)}`);
  // Quoted-printable never gives `=_`, so that no text can end its part.
  const boundary = `=_${createHash('sha256').update(mail.messageId).digest('hex').slice(0, 32)}`;
  const { files = [] } = mail;
  if (files.length > 0) return composeWithFiles(mail, files);
  const head = `${headers(mail)}Content-Type: multipart/alternative;\r\n boundary="${boundary}"\r\n\r\n`;
  return Buffer.concat([
    Buffer.from(`${head}${partHead(boundary, 'text/plain')}`),
    encodeQuotedPrintable(mail.text),
    Buffer.from(`\r\n${partHead(boundary, 'text/html')}`),
    encodeQuotedPrintable(mail.html),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
}

function headers(mail: Composition): string {
  const references = [...new Set(mail.references.filter((id) => MESSAGE_ID.test(id)))];
  const inReplyTo = mail.inReplyTo !== null && MESSAGE_ID.test(mail.inReplyTo) ? mail.inReplyTo : null;
  return [
    ...(mail.autoSubmitted === null
      ? []
      : [
          field('Auto-Submitted', mail.autoSubmitted),
          field('X-Auto-Response-Suppress', 'DR, RN, NRN, OOF, AutoReply'),
        ]),
    field('Content-Language', mail.language),
    field('From', encodeMailbox(mail.from.name, mail.from.address)),
    field('To', encodeMailbox(mail.to.name, mail.to.address)),
    ...(inReplyTo === null ? [] : [field('In-Reply-To', inReplyTo)]),
    ...(references.length === 0 ? [] : [field('References', references.join(' '))]),
    field('Subject', encodeText(mail.subject)),
    field('Message-ID', mail.messageId),
    field('Date', encodeDate(mail.date)),
    'MIME-Version: 1.0\r\n',
  ].join('');
}

/** The text is ours to keep readable; base64 would hide it from people who look at the raw mail. */
function partHead(boundary: string, type: 'text/plain' | 'text/html'): string {
  return `--${boundary}\r\nContent-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n`;
}
