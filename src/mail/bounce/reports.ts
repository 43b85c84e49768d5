/**
 * The machine-readable parts of reports: delivery status (RFC 3464, RFC 6533), disposition notifications (RFC 8098)
 * and feedback reports (RFC 5965). Says what the fields state; whether the mail around them is believed to be a
 * report is decided in ../bounce.ts.
 */

import { firstHeader, type HeaderLine, headerText, readHeaderLines } from '../header-lines.ts';
import { addressesIn, codesIn, statusOf } from './codes.ts';
import { type BounceAction, type Finding, MAX_DIAGNOSTIC, MAX_RECIPIENTS } from './finding.ts';
import { withoutComments } from './header-values.ts';
import { type Part, partBytes } from './mime-walk.ts';

const MAX_GROUPS = 400;

export const DELIVERY_STATUS = new Set(['message/delivery-status', 'message/global-delivery-status']);
export const DISPOSITION = new Set(['message/disposition-notification', 'message/global-disposition-notification']);
export const FEEDBACK = 'message/feedback-report';

/** The groups of fields of a report part: they are separated by blank lines (RFC 3464 section 2.1). */
function fieldGroups(part: Part): HeaderLine[][] {
  const bytes = partBytes(part);
  const groups: HeaderLine[][] = [];
  let offset = 0;
  for (let count = 0; offset < bytes.length && count < MAX_GROUPS; count += 1) {
    const block = readHeaderLines(bytes.subarray(offset));
    if (block.lines.length > 0) groups.push([...block.lines]);
    if (block.bodyOffset === 0) break;
    offset += block.bodyOffset;
  }
  return groups;
}

/** The recipients of the delivery-status parts, in order. */
export function readDeliveryStatus(parts: readonly Part[]): Finding[] {
  const findings: Finding[] = [];
  for (const group of parts.flatMap(fieldGroups)) {
    for (const fields of recipientRecords(group)) {
      if (findings.length < MAX_RECIPIENTS) findings.push(...recipientFindings(fields));
    }
  }
  return findings;
}

const RECIPIENT_FIELDS = new Set(['final-recipient', 'original-recipient', 'action', 'status', 'diagnostic-code']);

/** Some servers forget the blank line between two recipients: a field that comes again begins the next one. */
function recipientRecords(group: readonly HeaderLine[]): HeaderLine[][] {
  const records: HeaderLine[][] = [];
  let record: HeaderLine[] = [];
  let seen = new Set<string>();
  for (const field of group) {
    if (!RECIPIENT_FIELDS.has(field.name)) continue;
    if (seen.has(field.name)) {
      records.push(record);
      record = [];
      seen = new Set();
    }
    seen.add(field.name);
    record.push(field);
  }
  if (record.length > 0) records.push(record);
  return records;
}

/**
 * Original-Recipient is the address that we wrote to, so the one that a contact has; Final-Recipient, the mandatory
 * one, may be what a forward or an alias made of it, and is then reported too.
 */
function recipientFindings(fields: readonly HeaderLine[]): Finding[] {
  const final = recipientOf(firstHeader(fields, 'final-recipient'));
  const original = recipientOf(firstHeader(fields, 'original-recipient'));
  const diagnostic = diagnosticOf(fields);
  const status = statusField(firstHeader(fields, 'status'), diagnostic);
  const action = actionOf(firstHeader(fields, 'action'), status);
  // A group of a status code alone says something about somebody; one of a diagnostic alone is a stray line.
  if (final === null && original === null && fields.every((field) => field.name === 'diagnostic-code')) return [];
  const finding = { recipient: original ?? final, status, action, diagnostic };
  if (original === null || final === null || original === final) return [finding];
  return [finding, { ...finding, recipient: final }];
}

/** `rfc822; <ana@example.com>`, with or without type and brackets; other address types hide one at times. */
function recipientOf(field: string | null): string | null {
  if (field === null) return null;
  const semicolon = field.indexOf(';');
  const value = semicolon < 0 ? field : field.slice(semicolon + 1);
  return addressesIn(headerText(withoutComments(value.slice(0, 2000))))[0]?.address ?? null;
}

function diagnosticOf(fields: readonly HeaderLine[]): string | null {
  const raw = fields.find((field) => field.name === 'diagnostic-code')?.raw;
  if (raw === undefined) return null;
  const text = headerText(raw.slice(0, 4000));
  const semicolon = text.indexOf(';');
  // `smtp; 550 …`: the type is a word of letters; a semicolon later in the text is part of it.
  const typed = semicolon > 0 && /^[A-Za-z0-9-]{1,40}$/.test(text.slice(0, semicolon).trim());
  const value = (typed ? text.slice(semicolon + 1) : text).trim().slice(0, MAX_DIAGNOSTIC);
  return value === '' ? null : value;
}

/**
 * The Status field; where it only says "other" (5.0.0) or is missing, the code that the remote server gave, of the
 * same class, tells more.
 */
function statusField(field: string | null, diagnostic: string | null): string | null {
  const stated = field === null ? null : codesIn(field.slice(0, 200)).enhanced;
  const remote = diagnostic === null ? null : statusOf(codesIn(diagnostic));
  if (stated === null) return remote;
  const vague = stated.endsWith('.0.0');
  return vague && remote !== null && remote.charAt(0) === stated.charAt(0) ? remote : stated;
}

function actionOf(field: string | null, status: string | null): BounceAction {
  const word = field === null ? '' : firstWord(withoutComments(field.slice(0, 200)));
  switch (word) {
    case 'failed':
    case 'delayed':
    case 'delivered':
    case 'relayed':
    case 'expanded':
      return word;
    default:
      // Not stated, or a word of the server's own (`deliverable`, `error`): the class of the status decides.
      if (status?.startsWith('4') === true) return 'delayed';
      return status?.startsWith('2') === true ? 'delivered' : 'failed';
  }
}

function firstWord(text: string): string {
  const match = /^[a-z]{1,40}/.exec(text.trim().toLowerCase());
  return match === null ? '' : match[0];
}

/** What a disposition notification says, with the Message-ID that it names. */
export interface Disposition {
  readonly finding: Finding;
  readonly originalMessageId: string | null;
}

/**
 * RFC 8098. All of them mean that the mail arrived, so `read`, whatever was done with it. The exception is a refusal
 * by Sieve (RFC 5429 section 2.2), which looks like an automatic deletion: `refused` says that the text tells so.
 */
export function readDisposition(part: Part, refused: boolean): Disposition {
  const fields = fieldGroups(part).flat();
  const recipient =
    recipientOf(firstHeader(fields, 'final-recipient')) ?? recipientOf(firstHeader(fields, 'original-recipient'));
  const disposition = (firstHeader(fields, 'disposition') ?? '').slice(0, 500).toLowerCase();
  const rejected = refused && disposition.startsWith('automatic-action') && disposition.includes('deleted');
  const failure = firstHeader(fields, 'failure') ?? firstHeader(fields, 'error');
  return {
    finding: {
      recipient,
      status: null,
      action: rejected ? 'failed' : 'read',
      diagnostic:
        failure === null || failure === ''
          ? disposition.slice(0, MAX_DIAGNOSTIC) || null
          : failure.slice(0, MAX_DIAGNOSTIC),
    },
    originalMessageId: firstHeader(fields, 'original-message-id'),
  };
}

/**
 * RFC 5965. `null` for authentication failures (RFC 6591): those report on a mail that nobody complained about.
 */
export function readFeedback(part: Part): Finding | null {
  const fields = fieldGroups(part).flat();
  const type = firstWord(withoutComments((firstHeader(fields, 'feedback-type') ?? '').slice(0, 200)));
  if (type === 'auth') return null;
  const named = ['original-rcpt-to', 'removal-recipient', 'redacted-address'];
  const recipient = named.map((name) => recipientOf(firstHeader(fields, name))).find((address) => address !== null);
  return { recipient: recipient ?? null, status: null, action: 'complaint', diagnostic: type === '' ? null : type };
}
