/**
 * Erasing one person (GDPR, article 17): what its rows say afterwards. Pure; which rows those are is the store's
 * question. Tickets keep their IDs and statuses, and everybody who reads them sees that something was erased, and the
 * same placeholder wherever it was the same person.
 */
import { createHmac } from 'node:crypto';
import type { Bounce } from '../mail/automatic.ts';
import { counted } from './counted.ts';
import type { MailData, OutgoingMail } from './decision.ts';
import type { Explanation } from './explanation.ts';

export interface ErasedPerson {
  /** Normal form. */
  readonly address: string;
  /** `erased-3f2a91c04b7d`: stands where the name stood. */
  readonly label: string;
  /** No such domain can exist (RFC 2606), so that no mail ever goes there. */
  readonly placeholder: string;
}

export const ERASED_TEXT = '[erased]';

/** With a key, because addresses can be guessed: without it nobody can find out whom a placeholder stands for. */
export function erasedPerson(address: string, key: Uint8Array): ErasedPerson {
  const label = `erased-${createHmac('sha256', key).update(`erased person\n${address}`).digest('hex').slice(0, 12)}`;
  return { address, label, placeholder: `${label}@erased.invalid` };
}

/** The note on the person's tickets begins so. An erasure that is repeated knows by it that it stands there. */
export function erasureNote({ label }: ErasedPerson): string {
  return `Personal data of ${label} was erased`;
}

/** The address in any case of letters, in linear time. */
export function withoutAddress(text: string, { address, placeholder }: ErasedPerson): string {
  const lower = asciiLower(text);
  const wanted = asciiLower(address);
  let result = '';
  let from = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    result += text.slice(from, at) + placeholder;
    from = at + wanted.length;
  }
  return result + text.slice(from);
}

/** Keeps every position, which toLowerCase does not. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Of a mail of the person: who it was from, what it was about and what was attached is gone; the verdict stays. */
export function erasedExplanation(explanation: Explanation, person: ErasedPerson): Explanation {
  return {
    ...explanation,
    from: explanation.from === null ? null : { address: person.placeholder, name: person.label },
    contact: explanation.contact === null ? null : person.placeholder,
    bounce: explanation.bounce === null ? null : { ...explanation.bounce, recipient: null, originalMessageId: null },
    messageId: null,
    subject: ERASED_TEXT,
    attachments: [],
    because: [`the personal data of this mail was erased (${counted(explanation.because.length, 'line')})`],
  };
}

/** What somebody else's row says, without the address wherever it stands: plain data in and out. */
export function dataWithout<Data extends Explanation | OutgoingMail>(data: Data, person: ErasedPerson): Data {
  // Neither an address in normal form nor the placeholder has anything that JSON would write differently.
  const clean: Data = JSON.parse(withoutAddress(JSON.stringify(data), person));
  return clean;
}

/** A mail to the person. */
export function erasedOutgoing(mail: OutgoingMail, person: ErasedPerson): OutgoingMail {
  const { files: _, ifUndelivered: __, ...rest } = mail;
  return {
    ...rest,
    recipient: person.placeholder,
    recipientName: person.label,
    inReplyTo: null,
    references: [],
    data: erasedData(mail.data, person),
  };
}

function erasedData(data: MailData, { label }: ErasedPerson): MailData {
  switch (data.kind) {
    case 'refusal-notice':
      return data;
    case 'receipt':
    case 'stranger-receipt':
      return { ...data, name: label, subject: ERASED_TEXT, otherTickets: [] };
    case 'staff-answer':
      return { ...data, subject: ERASED_TEXT, text: ERASED_TEXT };
    case 'staff-digest':
      return { ...data, name: label, held: [], refused: [] };
    case 'staff-mail-returned':
      return { ...data, name: label, subject: ERASED_TEXT, text: ERASED_TEXT, typed: [] };
    case 'answer-undelivered':
      return { ...data, name: label, subject: ERASED_TEXT, text: ERASED_TEXT };
    default:
      return { ...data, name: label, subject: ERASED_TEXT };
  }
}

/** A mail to somebody else about tickets of the person: their subjects were the person's words. */
export function outgoingWithout(
  mail: OutgoingMail,
  opened: ReadonlySet<string>,
  { address }: ErasedPerson,
): OutgoingMail {
  const { data } = mail;
  if (data.kind === 'refusal-notice') return mail;
  if (data.kind === 'staff-digest') {
    const others = (entries: typeof data.held) => entries.filter(({ sender }) => sender !== address);
    return { ...mail, data: { ...data, held: others(data.held), refused: others(data.refused) } };
  }
  // Of a second contact on somebody else's ticket too: what a notice says are the words of who wrote.
  const isTheirs = opened.has(data.ticketId) || ('address' in data && data.address === address);
  if (isTheirs && 'text' in data) return withoutWords(mail, data);
  const subject = opened.has(data.ticketId) ? ERASED_TEXT : data.subject;
  if (data.kind !== 'receipt' && data.kind !== 'stranger-receipt') return { ...mail, data: { ...data, subject } };
  const otherTickets = data.otherTickets.map((other) =>
    opened.has(other.ticketId) ? { ...other, subject: ERASED_TEXT } : other,
  );
  return { ...mail, data: { ...data, subject, otherTickets } };
}

/** A mail to or of staff carries the words and files of the ticket along. */
function withoutWords(mail: OutgoingMail, data: Extract<MailData, { readonly text: string }>): OutgoingMail {
  const { files: _, ifUndelivered: __, ...rest } = mail;
  const said = { ...data, subject: ERASED_TEXT, text: ERASED_TEXT };
  return { ...rest, data: 'author' in said ? { ...said, author: '', files: 0, leftOut: [] } : said };
}

export function erasedBounce(bounce: Bounce | null): Bounce | null {
  return bounce === null ? null : { ...bounce, recipient: null, originalMessageId: null, diagnostic: null };
}
