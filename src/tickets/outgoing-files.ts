/**
 * Files that travel with a mail of ours. They are named by their content, which is on the disk before the mail is
 * queued; the outbox opens them when it sends.
 */
import { displayNames } from '../mail/file-name.ts';
import type { ParsedAttachment } from '../mail/keep-attachments.ts';
import { visibleText } from '../mail/visible-reply.ts';
import type { IncomingMail } from './incoming-mail.ts';
import { maskStaffName } from './mask-staff.ts';
import type { Policy } from './policy.ts';

export interface OutgoingFile {
  /** Lower-case hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** Safe as a file name. */
  readonly name: string;
  readonly contentType: string;
}

/** A file that is only named in the mail. */
export interface NamedFile {
  readonly name: string;
  readonly size: number;
  readonly risky: boolean;
}

export interface SharedFiles {
  readonly files: readonly OutgoingFile[];
  readonly leftOut: readonly NamedFile[];
}

/** Client to staff: up to `maxBytes` in all, in their order; risky ones and what is over it are only named. */
export function filesForStaff(
  attachments: readonly ParsedAttachment[],
  risky: readonly number[],
  maxBytes: number,
): SharedFiles {
  const names = displayNames(attachments);
  const files: OutgoingFile[] = [];
  const leftOut: NamedFile[] = [];
  let used = 0;
  for (const [position, { sha256, size, contentType }] of attachments.entries()) {
    const name = names[position] ?? '';
    const isRisky = risky.includes(position);
    if (isRisky || used + size > maxBytes) {
      leftOut.push({ name, size, risky: isRisky });
      continue;
    }
    used += size;
    files.push({ sha256, size, name, contentType });
  }
  return { files, leftOut };
}

export interface AnswerFiles {
  readonly files: readonly OutgoingFile[];
  /** Whole mails: their headers would show addresses and notes that no client may see. */
  readonly mails: readonly string[];
  /** Visiting cards and signatures: they name the staff member and are no part of the answer. */
  readonly cards: readonly string[];
}

const CARDS = new Set([
  'text/vcard',
  'text/x-vcard',
  'text/directory',
  'application/pgp-signature',
  'application/pgp-keys',
  'application/pkcs7-signature',
  'application/x-pkcs7-signature',
]);
const CARD_NAMES = ['.vcf', '.p7s'];

/**
 * Staff to client. `known`: contents that the client has already: pictures of a quoted mail or of a signature. `dropped`:
 * positions of files that the ticket goes without.
 */
export function filesForClient(
  mail: IncomingMail,
  visible: IncomingMail['cut']['visible'],
  known: readonly string[],
  policy: Policy,
  mailbox: string,
  dropped: readonly number[],
): AnswerFiles {
  const names = displayNames(mail.attachments);
  const written = visibleText(mail.text, { ...mail.cut, visible });
  const files: OutgoingFile[] = [];
  const mails: string[] = [];
  const cards: string[] = [];
  for (const [position, file] of mail.attachments.entries()) {
    if (dropped.includes(position)) continue;
    const name = maskStaffName(names[position] ?? '', policy, mailbox);
    const lower = name.toLowerCase();
    if (isMail(file.contentType, lower)) mails.push(name);
    else if (CARDS.has(file.contentType) || CARD_NAMES.some((end) => lower.endsWith(end))) cards.push(name);
    else if (file.inline && (known.includes(file.sha256) || onlyQuoted(file, mail.text, written))) continue;
    else files.push({ sha256: file.sha256, size: file.size, name, contentType: file.contentType });
  }
  return { files, mails, cards };
}

/** A mail, a report about one or only its headers (RFC 2046, RFC 6532, RFC 3462). */
function isMail(contentType: string, name: string): boolean {
  const isType = contentType.startsWith('message/') || contentType === 'text/rfc822-headers';
  return isType || name.endsWith('.eml') || name.endsWith('.msg');
}

/** Outlook and Gmail leave a mark in the text where a picture stands: below the cut it belongs to a signature or a quote. */
function onlyQuoted({ contentId, filename }: ParsedAttachment, text: string, written: string): boolean {
  const marks = [
    ...(contentId === null ? [] : [`[cid:${contentId.replace(/^<|>$/g, '')}]`]),
    ...(filename === null ? [] : [`[image: ${filename}]`, `[imagen: ${filename}]`]),
  ];
  return marks.some((mark) => text.includes(mark)) && !marks.some((mark) => written.includes(mark));
}
