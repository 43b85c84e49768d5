/**
 * Delivery reports, disposition notifications and feedback reports: what a mail says about a mail that was sent.
 *
 * Reads RFC 3464 (and RFC 6533), RFC 8098 and RFC 5965 reports, and the notices of mail systems that write free text.
 * Works on the raw bytes, since parsing libraries lose the returned original at times. Forms no opinion about the
 * contact or the ticket, and does not verify that the report is about a mail of ours: the caller knows our own
 * Message-IDs and signed return paths.
 */
import { normalizeAddress, readMailboxes } from './address.ts';
import { addressesIn } from './bounce/codes.ts';
import type { Bounce, Finding } from './bounce/finding.ts';
import { contentType } from './bounce/header-values.ts';
import { type Part, walkParts } from './bounce/mime-walk.ts';
import { type Notice, namelessFinding, noticeFindings, readNotice } from './bounce/notice.ts';
import { isGatewaySubject, noticeSubject, type Origin, readOrigin } from './bounce/origin.ts';
import { originalMessageId, returnedRecipients } from './bounce/original.ts';
import {
  DELIVERY_STATUS,
  DISPOSITION,
  FEEDBACK,
  readDeliveryStatus,
  readDisposition,
  readFeedback,
} from './bounce/reports.ts';
import { firstHeader, type HeaderLine, headerText } from './header-lines.ts';

export type { Bounce } from './bounce/finding.ts';

export interface BounceInput {
  readonly lines: readonly HeaderLine[];
  /** True for `MAIL FROM:<>` in the envelope; false when unknown. */
  readonly nullSender: boolean;
  /** The first bytes of the raw mail, header included; more than 256 KB is not looked at. */
  readonly start: Uint8Array;
}

export interface BounceReport {
  /** At least one; all recipients that the report speaks of, the failed ones first. */
  readonly bounces: Bounce[];
  readonly evidence: string[];
}

/** `null` for every mail that is no report. Total: hostile bytes give `null` or a report without details. */
export function readBounce(input: BounceInput): BounceReport | null {
  const origin = readOrigin(input.lines, input.nullSender);
  if (origin.sender === 'anybody' && !mayBeReport(input.lines)) return null;
  const parts = walkParts(input.start);
  return structuredReport(input, parts, origin) ?? plainNotice(input, parts, origin);
}

/** Most mail is a person's: without a sign of a mail system only these headers are worth a look at the body. */
function mayBeReport(lines: readonly HeaderLine[]): boolean {
  const { value } = contentType(firstHeader(lines, 'content-type') ?? '');
  if (value === 'multipart/report' || value.startsWith('message/')) return true;
  return firstHeader(lines, 'x-failed-recipients') !== null || isGatewaySubject(subjectOf(lines));
}

function structuredReport(input: BounceInput, parts: readonly Part[], origin: Origin): BounceReport | null {
  const top = parts[0];
  const reportType = top?.type === 'multipart/report' ? (top.parameters.get('report-type') ?? '').toLowerCase() : null;
  const own = parts.filter((part) => part.enclosed === 0);
  const believed =
    reportType !== null || origin.sender !== 'anybody' || (own.length === 1 && top?.type !== 'text/plain');
  if (!believed) return null;

  const feedback = own.find((part) => part.type === FEEDBACK);
  if (feedback !== undefined) return feedbackReport(input, parts, feedback);
  const disposition = own.find((part) => DISPOSITION.has(part.type));
  if (disposition !== undefined) return dispositionReport(input, parts, disposition);

  const statuses = own.filter((part) => DELIVERY_STATUS.has(part.type));
  if (statuses.length === 0 && reportType !== 'delivery-status') return null;
  const stated = readDeliveryStatus(statuses);
  const named = stated.some((finding) => finding.recipient !== null);
  const findings = named ? stated : completed(stated[0], unstatedFindings(input, parts));
  return report(input, parts, findings, [statuses[0]?.type ?? 'multipart/report']);
}

function unstatedFindings(input: BounceInput, parts: readonly Part[]): Finding[] {
  const notice = readNotice(parts, subjectOf(input.lines));
  return textFindings(input, parts, notice, noticeFindings(notice, ownAddresses(input.lines)));
}

/** A report part that names nobody: the text does, and the part's status and action stand. */
function completed(stated: Finding | undefined, found: readonly Finding[]): Finding[] {
  if (stated === undefined) return [...found];
  return found.map((finding) => ({
    ...stated,
    recipient: finding.recipient,
    status: stated.status ?? finding.status,
    diagnostic: stated.diagnostic ?? finding.diagnostic,
  }));
}

function feedbackReport(input: BounceInput, parts: readonly Part[], part: Part): BounceReport | null {
  const finding = readFeedback(part);
  if (finding === null) return null;
  const recipient = finding.recipient ?? returnedRecipients(parts)[0] ?? null;
  return report(input, parts, [{ ...finding, recipient }], [FEEDBACK]);
}

const REFUSALS = ['rejected', 'refused', 'rechazad', 'rebutjat', 'rejeté', 'abgelehnt', 'rifiutat', 'recusad'];

function dispositionReport(input: BounceInput, parts: readonly Part[], part: Part): BounceReport {
  const notice = readNotice(parts, '');
  const text = [subjectOf(input.lines), ...notice.lines.slice(0, 20)].join(' ').toLowerCase();
  const { finding, originalMessageId: named } = readDisposition(
    part,
    REFUSALS.some((word) => text.includes(word)),
  );
  const status = finding.action === 'failed' ? namelessFinding(notice).status : null;
  const full = report(input, parts, [{ ...finding, status }], [part.type]);
  if (named === null) return full;
  return { ...full, bounces: full.bounces.map((bounce) => ({ ...bounce, originalMessageId: named })) };
}

/** A notice in free text, believed by the signs that `isNotice` weighs. */
function plainNotice(input: BounceInput, parts: readonly Part[], origin: Origin): BounceReport | null {
  const subject = subjectOf(input.lines);
  const failed = firstHeader(input.lines, 'x-failed-recipients');
  const notice = readNotice(parts, subject);
  const titled = noticeSubject(subject);
  const returned = notice.returned || parts.some((part) => part.enclosed > 0 || part.type === 'text/rfc822-headers');
  // A gateway that passes on the report of another server, enclosed as a message.
  const passedOn = origin.sender !== 'anybody' && titled !== null && enclosedStatus(parts).length > 0;
  const signs = { titled: titled !== null, returned };
  const found = noticeFindings(notice, ownAddresses(input.lines));
  if (failed === null && !passedOn && !isNotice(input, notice, origin, found, signs)) return null;

  const evidence = [...origin.evidence];
  if (failed !== null) evidence.push('X-Failed-Recipients');
  if (titled !== null) evidence.push(`subject "${titled}"`);
  if (notice.sentence !== null) evidence.push(`text "${notice.sentence}"`);
  return report(input, parts, textFindings(input, parts, notice, found), evidence);
}

/**
 * The less the sender proves, the more must be there of the rest: the subject of a notice (`titled`), the returned
 * original, and the sentence in the text. One sign alone is a person who writes about a bounce.
 */
function isNotice(
  input: BounceInput,
  notice: Notice,
  origin: Origin,
  found: readonly Finding[],
  { titled, returned }: { readonly titled: boolean; readonly returned: boolean },
): boolean {
  const said = notice.sentence !== null || notice.delayed;
  const own = ownAddresses(input.lines);
  const named = found.some((finding) => finding.recipient !== null && !own.has(finding.recipient));
  const coded = found.some((finding) => finding.status !== null);
  switch (origin.sender) {
    case 'daemon':
      return titled || said || returned;
    case 'empty-path':
      return titled || (notice.sentence !== null && (named || returned));
    case 'daemon-name':
      return [titled, said, returned].filter(Boolean).length > 1;
    case 'postmaster':
      return said && ((titled && returned) || (named && (titled || returned || coded)));
    case 'program':
      return said && ((titled && returned) || (named && (returned || coded)));
    case 'anybody':
      return said && named && isGatewaySubject(subjectOf(input.lines)) && !isAnswer(input.lines);
    default:
      return origin.sender satisfies never;
  }
}

function isAnswer(lines: readonly HeaderLine[]): boolean {
  return firstHeader(lines, 'in-reply-to') !== null || firstHeader(lines, 'references') !== null;
}

/** Recipients from the free text: X-Failed-Recipients, the notice's lines, and at last the original's own To. */
function textFindings(
  input: BounceInput,
  parts: readonly Part[],
  notice: Notice,
  found: readonly Finding[],
): Finding[] {
  const listed = addressesIn((firstHeader(input.lines, 'x-failed-recipients') ?? '').slice(0, 8000)).map(
    (hit) => hit.address,
  );
  const nameless = namelessFinding(notice);
  if (listed.length > 0) {
    return listed.map(
      (recipient) => found.find((finding) => finding.recipient === recipient) ?? { ...nameless, recipient },
    );
  }
  if (found.length > 0) return [...found];
  const inner = readDeliveryStatus(enclosedStatus(parts));
  if (inner.length > 0) return inner;
  const recipients = returnedRecipients(parts);
  return recipients.length === 1 ? recipients.map((recipient) => ({ ...nameless, recipient })) : [nameless];
}

/** Delivery-status parts of a report that the mail encloses. */
function enclosedStatus(parts: readonly Part[]): Part[] {
  return parts.filter((part) => part.enclosed === 1 && DELIVERY_STATUS.has(part.type));
}

function report(
  input: BounceInput,
  parts: readonly Part[],
  findings: readonly Finding[],
  evidence: string[],
): BounceReport {
  const id = originalMessageId(parts, input.lines);
  const order = (finding: Finding) => (finding.action === 'failed' ? 0 : 1);
  const sorted = [...findings].sort((a, b) => order(a) - order(b));
  return { bounces: sorted.map((finding) => ({ ...finding, originalMessageId: id })), evidence };
}

function subjectOf(lines: readonly HeaderLine[]): string {
  return headerText((lines.find((line) => line.name === 'subject')?.raw ?? '').slice(0, 4000));
}

/** From and To of the notice itself. */
function ownAddresses(lines: readonly HeaderLine[]): Set<string> {
  const own = new Set<string>();
  for (const name of ['from', 'to']) {
    for (const { address } of readMailboxes((firstHeader(lines, name) ?? '').slice(0, 4000)).mailboxes) {
      own.add(normalizeAddress(address) ?? address);
    }
  }
  return own;
}
