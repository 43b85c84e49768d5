/**
 * Who seems to have sent a delivery notice: a mail system that can't be a person, one that might be, or anybody.
 * Read from the From field, the return path (RFC 5321 section 4.5.5: notices have an empty one) and the subject.
 */
import { readMailboxes } from '../address.ts';
import { firstHeader, type HeaderLine, headerText } from '../header-lines.ts';
import {
  DAEMONS,
  GATEWAY_SUBJECTS,
  PROGRAM_SENDERS,
  SUBJECT_PARTS,
  SUBJECTS,
  SYSTEM_NAMES,
  SYSTEM_SENDERS,
} from './formats.ts';

/**
 * From the strongest sign to none: an address (or none at all) that only mail systems write from, the empty return
 * path (vacation programs use it too), a mail system's display name, a postmaster or gateway, any program, anybody.
 */
export type Sender = 'daemon' | 'empty-path' | 'daemon-name' | 'postmaster' | 'program' | 'anybody';

export interface Origin {
  readonly sender: Sender;
  readonly evidence: readonly string[];
}

export function readOrigin(lines: readonly HeaderLine[], nullSender: boolean): Origin {
  const path = hasNullSender(lines, nullSender) ? ['empty return path'] : [];
  const from = fromWords(lines);
  if (from === null) return { sender: 'daemon', evidence: [...path, 'From without an address'] };
  if (DAEMONS.includes(from.local)) return { sender: 'daemon', evidence: [...path, `From: ${from.local}`] };
  if (path.length > 0) return { sender: 'empty-path', evidence: path };
  const name = SYSTEM_NAMES.find((known) => from.name.includes(known));
  if (name !== undefined) return { sender: 'daemon-name', evidence: [`From: "${name}"`] };
  const local = from.local.replace(/\d{1,5}$/, '');
  const system = SYSTEM_SENDERS.find((known) => isNamed(local, known));
  if (system !== undefined) return { sender: 'postmaster', evidence: [`From: ${system}`] };
  const program = PROGRAM_SENDERS.find((known) => isNamed(local, known));
  if (program !== undefined) return { sender: 'program', evidence: [`From: ${program}`] };
  return { sender: 'anybody', evidence: [] };
}

/** `postmaster`, `postmaster-eu`, `eu_postmaster`; `name` without a number at its end (`postmaster2`). */
function isNamed(name: string, known: string): boolean {
  if (name.startsWith(known) && (name.length === known.length || isMark(name.charAt(known.length)))) return true;
  return name.endsWith(known) && isMark(name.charAt(name.length - known.length - 1));
}

function isMark(character: string): boolean {
  return character === '_' || character === '-';
}

/** The envelope says so, or the Return-Path field that a delivering server added (RFC 5321 section 4.4). */
export function hasNullSender(lines: readonly HeaderLine[], nullSender: boolean): boolean {
  if (nullSender) return true;
  const path = firstHeader(lines, 'return-path')?.slice(0, 500).trim().toLowerCase();
  return path === '<>' || path === '<mailer-daemon>' || path === 'mailer-daemon';
}

/** Local part and all words of the From field, in lower case; `null` when it holds `<>`. */
function fromWords(lines: readonly HeaderLine[]): { local: string; name: string } | null {
  const raw = firstHeader(lines, 'from');
  if (raw === null) return { local: '', name: '' };
  const field = raw.slice(0, 2000);
  const name = headerText(field).toLowerCase();
  const address = readMailboxes(field).mailboxes[0]?.address ?? '';
  const at = address.lastIndexOf('@');
  if (at > 0) return { local: address.slice(0, at).toLowerCase().replace(/^"|"$/g, ''), name };
  if (field.trim() === '' || field.includes('<>') || field.trim() === '""') return null;
  // No mailbox in our strict reading: `MAILER-DAEMON`, `<Mailer-Daemon@mail> (Mail Delivery System)`.
  const known = [...DAEMONS, 'postmaster'].find((sender) => name.includes(sender));
  return { local: known ?? '', name };
}

const REPLY_MARKS = ['re:', 'fwd:', 'fw:', 'rv:', 'aw:', 'wg:', 'tr:', 'i:', 'r:', 'enc:', 'res:'];

/** The known beginning (or part) of a failure notice's subject; `null` for replies and forwards of one. */
export function noticeSubject(subject: string): string | null {
  const text = subject.trim().toLowerCase().slice(0, 500);
  const part = SUBJECT_PARTS.find((known) => text.includes(known));
  if (REPLY_MARKS.some((mark) => text.startsWith(mark))) {
    // Some gateways put their words behind the subject of the original and keep its `Re:`.
    return text.endsWith('(delivery failed)') ? '(delivery failed)' : null;
  }
  return SUBJECTS.find((known) => text.startsWith(known)) ?? part ?? null;
}

export function isGatewaySubject(subject: string): boolean {
  const text = subject.slice(0, 500).toLowerCase();
  return GATEWAY_SUBJECTS.some((known) => text.includes(known));
}

/** Does the From field name a mail system that no person writes as? */
export function isDaemon(lines: readonly HeaderLine[]): boolean {
  const from = fromWords(lines);
  return from !== null && DAEMONS.includes(from.local);
}
