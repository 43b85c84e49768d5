/**
 * Mail that no person wrote: human, auto-reply, machine, bounce or list, with the evidence.
 *
 * Reads Auto-Submitted (RFC 3834 section 5, RFC 5436), Precedence, List fields (RFC 2369, RFC 2919) and the fields of
 * vendors as tokens: comments, parameters and case never matter, and `Auto-Submitted: no` is a person's mail. Looks at
 * no text except to find bounces, and says nothing on what follows from the kind.
 */
import {
  LIST_FIELDS,
  LIST_PRECEDENCE,
  MACHINE_FIELDS,
  REPLY_FIELDS,
  REPLY_PRECEDENCE,
  REPLY_VALUES,
  VACATION_SUBJECTS,
} from './automatic/signs.ts';
import { contentType, withoutComments } from './bounce/header-values.ts';
import { hasNullSender, isDaemon } from './bounce/origin.ts';
import { type Bounce, type BounceInput, readBounce } from './bounce.ts';
import { firstHeader, type HeaderLine, headerText, rawHeaders, unfold, withoutControls } from './header-lines.ts';

export type { Bounce } from './bounce.ts';

export type MailKind = 'human' | 'auto-reply' | 'machine' | 'bounce' | 'list';

export interface Automatic {
  readonly kind: MailKind;
  /** What was seen, strongest first; empty for a person's mail. */
  readonly evidence: readonly string[];
  /** The first of `bounces`. */
  readonly bounce: Bounce | null;
  /** All recipients that a report speaks of, the failed ones first; empty unless the kind is `bounce`. */
  readonly bounces: readonly Bounce[];
}

/** Total: any bytes give a kind, in time linear in at most 256 KB of them. */
export function classify(input: BounceInput): Automatic {
  const report = readBounce(input);
  if (report !== null) {
    return { kind: 'bounce', evidence: report.evidence, bounce: report.bounces[0] ?? null, bounces: report.bounces };
  }
  const nullSender = hasNullSender(input.lines, input.nullSender);
  const lists = listEvidence(input.lines);
  const machine = machineEvidence(input.lines);
  const reply = replyEvidence(input.lines);
  if (reply.length === 0) reply.push(...vacationEvidence(input.lines, nullSender, machine.length > 0));
  // Nobody is to answer this mail (RFC 5321 section 4.5.5), so a program sent it; in a thread, to answer.
  if (reply.length === 0 && nullSender && answers(input.lines)) reply.push('empty return path', 'In-Reply-To');
  if (machine.length === 0 && nullSender) machine.push('empty return path');

  if (reply.length > 0) return of('auto-reply', reply);
  if (machine.length > 0) return of('machine', machine);
  return lists.length > 0 ? of('list', lists) : of('human', []);
}

function of(kind: MailKind, evidence: readonly string[]): Automatic {
  return { kind, evidence, bounce: null, bounces: [] };
}

/** The first word of a header value: `auto-replied` of `Auto-Replied (vacation); owner-email="a@b"`. */
export function leadingToken(raw: string): string {
  const value = withoutComments(unfold(raw.slice(0, 2000)))
    .trim()
    .toLowerCase();
  const match = /^["']?([a-z0-9!#$%&*+.^_`{|}~-]{1,100})/.exec(value);
  return match?.[1] ?? '';
}

/** Fields beyond this many repeat themselves to cost time. */
const MAX_FIELDS = 20;

function submittedTokens(lines: readonly HeaderLine[]): string[] {
  const fields = rawHeaders(lines, 'auto-submitted').slice(0, MAX_FIELDS);
  return fields.map(leadingToken).filter((token) => token !== '' && token !== 'no');
}

const DENIALS = new Set(['no', 'false', '0', 'none', 'off']);

/** Signs that suffice alone. */
function replyEvidence(lines: readonly HeaderLine[]): string[] {
  const evidence: string[] = [];
  for (const token of submittedTokens(lines)) {
    if (token.includes('repl') || token === 'vacation') evidence.push(`Auto-Submitted: ${token}`);
  }
  for (const line of lines) {
    const words = REPLY_VALUES.get(line.name);
    if (words !== undefined) {
      const value = withoutControls(line.raw.slice(0, 500)).trim().toLowerCase();
      if (words.some((word) => value.includes(word))) evidence.push(`${line.name}: ${value.slice(0, 60)}`);
    }
    if (REPLY_FIELDS.has(line.name) && !DENIALS.has(leadingToken(line.raw))) evidence.push(line.name);
    if (isPrecedence(line.name) && REPLY_PRECEDENCE.has(leadingToken(line.raw))) {
      evidence.push(`${line.name}: auto_reply`);
    }
  }
  return [...new Set(evidence)];
}

/** `Preference` was a slip of BoxTrapper's. */
function isPrecedence(name: string): boolean {
  return name === 'precedence' || name === 'x-precedence' || name === 'preference';
}

/**
 * Weak signs: the subject of a vacation notice and one more. Exchange's own notices are such, being `auto-generated`
 * with "Automatic reply" before the subject. Without the subject, Exchange's marks of a mail made by a mailbox rule
 * that wants no answer count in a thread only: rules pass on the mail of monitors and people as well.
 */
function vacationEvidence(lines: readonly HeaderLine[], nullSender: boolean, machine: boolean): string[] {
  const subject = vacationSubject(subjectText(lines));
  const signs: string[] = [];
  if (firstHeader(lines, 'x-ms-exchange-inbox-rules-loop') !== null) signs.push('X-MS-Exchange-Inbox-Rules-Loop');
  if (suppressesAnswers(lines)) signs.push('X-Auto-Response-Suppress');
  if (subject === null) return signs.length === 2 && answers(lines) ? signs : [];

  if (nullSender) signs.push('empty return path');
  if (machine) signs.push('sent by a program');
  const precedence = lines.find((line) => isPrecedence(line.name) && LIST_PRECEDENCE.has(leadingToken(line.raw)));
  if (precedence !== undefined) signs.push(`Precedence: ${leadingToken(precedence.raw)}`);
  if (firstHeader(lines, 'x-loop') !== null) signs.push('X-Loop');
  // `Automatic reply: our subject`: a person's answer to us begins with `Re:`.
  if (subject.endsWith(':') && subject.includes('auto') && answers(lines)) signs.push('In-Reply-To');
  return signs.length > 0 ? [`subject "${subject}"`, ...signs] : [];
}

/** Exchange's own notices say `All`, or list what they don't want back. */
function suppressesAnswers(lines: readonly HeaderLine[]): boolean {
  const value = withoutComments((firstHeader(lines, 'x-auto-response-suppress') ?? '').slice(0, 500)).toLowerCase();
  return value.split(/[,;\s]/).some((word) => word === 'all' || word === 'oof' || word === 'autoreply');
}

function vacationSubject(subject: string): string | null {
  const text = subject
    .trim()
    .slice(0, 300)
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replaceAll('\u2019', "'");
  const found = VACATION_SUBJECTS.find(
    (known) => text.startsWith(known) && !/^[\p{L}\p{N}]/u.test(text.slice(known.length)),
  );
  if (found === undefined) return null;
  const prefix = text.startsWith(':', found.length) ? `${found}:` : found;
  // `AUTO:` is how Notes begins; the bare word begins other subjects as well.
  return prefix === 'auto' ? null : prefix;
}

function answers(lines: readonly HeaderLine[]): boolean {
  return firstHeader(lines, 'in-reply-to') !== null || firstHeader(lines, 'references') !== null;
}

function subjectText(lines: readonly HeaderLine[]): string {
  return headerText((lines.find((line) => line.name === 'subject')?.raw ?? '').slice(0, 4000));
}

const DMARC_SUBJECT = ['report domain:', 'submitter:'];

function machineEvidence(lines: readonly HeaderLine[]): string[] {
  const evidence = submittedTokens(lines).map((token) => `Auto-Submitted: ${token}`);
  for (const line of lines) {
    const values = MACHINE_FIELDS.get(line.name);
    if (values === undefined) continue;
    if (values.length === 0 || values.includes(leadingToken(line.raw))) evidence.push(line.name);
  }
  // Reports of other kinds: TLS (RFC 8460), DMARC (RFC 7489 section 7.2.1.1), authentication failures (RFC 6591).
  const { value } = contentType(firstHeader(lines, 'content-type') ?? '');
  if (value === 'multipart/report') evidence.push(value);
  const subject = subjectText(lines).toLowerCase();
  if (DMARC_SUBJECT.every((word) => subject.includes(word))) evidence.push('subject of a DMARC report');
  if (isDaemon(lines)) evidence.push('From: a mail system');
  return evidence;
}

function listEvidence(lines: readonly HeaderLine[]): string[] {
  const evidence = new Set<string>();
  for (const line of lines) {
    if (line.name.startsWith('list-') || LIST_FIELDS.has(line.name)) evidence.add(line.name);
    if (isPrecedence(line.name)) {
      const token = leadingToken(line.raw);
      if (LIST_PRECEDENCE.has(token)) evidence.add(`${line.name}: ${token}`);
    }
  }
  return [...evidence];
}
