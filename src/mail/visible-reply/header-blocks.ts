/**
 * The other way to start a quote: a separator (`-----Mensaje original-----`, `---------- Forwarded message ---------`)
 * or the first header fields of the quoted mail, one a line (`De: / Enviado: / Para: / Asunto:`), as Outlook of every
 * generation, Zimbra, Yahoo, Orange and phones write them.
 *
 * One label is not enough: `De:` and `From:` happen in prose, forms and code. A mail's whole header pasted into a text
 * (RFC 5322 fields such as Received) is something the writer shows us, so it is no quote. It does not say what is cut.
 */
import { FIELD_LABELS, type FieldKind, FORM_LABELS, FORWARD_OPENERS, FORWARDED, ORIGINAL } from './header-labels.ts';
import { type Line, nextNotEmpty } from './lines.ts';

interface HeaderBlock {
  /** Index of the line behind the last field. */
  readonly after: number;
  /** 0..1 */
  readonly confidence: number;
}

/** Longest label: "fecha y hora de envío" with emphasis marks around it. */
const LONGEST_LABEL = 28;
/** Lines that are read for one block: nine fields, some wrapped, with blank lines between them. */
const MOST_LINES = 24;
const RULES = new Set(['-', '_', '=', '*', '—', '–', '─']);
const RAW_FIELDS = new Set(['received', 'return-path', 'message-id', 'mime-version', 'content-type', 'dkim-signature']);

/** What a separator line announces, or `null` for any other line. */
export function separatorKind(line: Line): 'original-message' | 'forward' | null {
  if (line.long || line.bare.length > 120 || line.bare.length < 5) return null;
  let from = 0;
  let to = line.bare.length;
  while (from < to && (RULES.has(line.bare.charAt(from)) || line.bare.charAt(from) === ' ')) from += 1;
  // Nearly every line of a mail.
  if (from < 2 && !line.bare.includes(':')) return null;
  while (to > from && (RULES.has(line.bare.charAt(to - 1)) || ' :'.includes(line.bare.charAt(to - 1)))) to -= 1;
  const phrase = line.bare.slice(from, to).toLowerCase().replaceAll('’', "'");
  const dashed = from >= 2;
  if (dashed && ORIGINAL.has(phrase)) return 'original-message';
  if (dashed && FORWARDED.has(phrase)) return 'forward';
  // Apple Mail writes `Inicio del mensaje reenviado:` without dashes.
  if (line.bare.includes(':', to) && FORWARD_OPENERS.has(phrase)) return 'forward';
  return null;
}

/** A line of nothing but dashes, underscores or equal signs: clients draw one above a header block. */
export function isRule(line: Line): boolean {
  if (line.bare.length < 3 || line.long) return false;
  for (const character of line.bare) if (!RULES.has(character) && character !== ' ') return false;
  return true;
}

/** The block of header fields that starts at line `first`, or `null`. `trusted`: the HTML said that one starts here. */
export function headerBlockAt(lines: readonly Line[], first: number, trusted: boolean): HeaderBlock | null {
  const head = lines[first];
  const opening = head === undefined ? null : readField(head);
  if (opening === null || opening.kind === 'form' || opening.kind === 'raw') return null;

  const kinds = new Set<FieldKind>();
  let addressed = false;
  let sentWithDate = false;
  let timed = false;
  let after = first;
  let foreign = 0;
  let lastKind: FieldKind | null = null;
  const stop = Math.min(lines.length, first + MOST_LINES);
  for (let index = first; index < stop; index += 1) {
    const line = lines[index];
    if (line === undefined) break;
    if (line.bare === '') {
      // Text made from HTML may have one blank line between paragraphs; two end the block.
      if (lines[index + 1]?.bare === '' && lines[index + 2]?.bare === '') break;
      continue;
    }
    const field = readField(line);
    if (field === null) {
      // A wrapped field: the rest of an address list or of a subject follows without a blank line.
      const wrapped = index > 0 && lines[index - 1]?.bare !== '' && lastKind !== null;
      if (!wrapped || kinds.has('subject') || foreign >= 4) break;
      foreign += 1;
      if (lastKind === 'from' && line.bare.includes('@')) addressed = true;
      after = index + 1;
      continue;
    }
    if (field.kind === 'raw' || field.kind === 'form') return null;
    if (field.kind === 'from' && kinds.has('from')) break;
    kinds.add(field.kind);
    lastKind = field.kind;
    if (field.kind === 'from' && field.value.includes('@')) addressed = true;
    if (field.kind === 'sent' && /\d/.test(field.value)) sentWithDate = true;
    if (field.kind === 'date' && /\d[:.]\d\d/.test(field.value)) timed = true;
    after = index + 1;
  }

  const dated = kinds.has('sent') || kinds.has('date');
  if (!kinds.has('from')) return trusted && kinds.size >= 2 ? { after, confidence: 0.9 } : null;
  if (trusted && kinds.size >= 2) return { after, confidence: 0.95 };
  if (addressed && sentWithDate) return { after, confidence: 0.95 };
  if (kinds.size < 3 || !(dated || kinds.has('subject'))) return null;
  if (sentWithDate) return { after, confidence: 0.9 };
  if (addressed && dated) return { after, confidence: 0.9 };
  // `De / Para / Fecha / Asunto` without any address may be a delivery note; a drawn rule above makes it a mail.
  // So does a time of day (Lotus Notes).
  const mail = ruleAbove(lines, first) || (timed && kinds.has('to'));
  if (mail && dated && kinds.has('subject')) return { after, confidence: 0.8 };
  return null;
}

/** True when the line looks like one header field, for doubt only. */
export function isHeaderField(line: Line): boolean {
  const field = readField(line);
  return field !== null && (field.kind === 'from' || field.kind === 'sent');
}

/** True for `Word: something` in any language: what must follow where HTML says that a header block starts. */
export function isAnyField(line: Line): boolean {
  const colon = line.bare.slice(0, LONGEST_LABEL * 2).search(/[:：]/);
  return colon > 0 && !line.bare.startsWith('http');
}

/** First line of the rule (and the blank lines below it) drawn above line `index`; `index` when there is none. */
export function includingRule(lines: readonly Line[], index: number, floor: number): number {
  let above = index - 1;
  while (above >= floor && index - above <= 4 && lines[above]?.bare === '') above -= 1;
  const line = lines[above];
  return above >= floor && line !== undefined && line.depth === 0 && isRule(line) ? above : index;
}

function ruleAbove(lines: readonly Line[], index: number): boolean {
  return includingRule(lines, index, 0) < index;
}

/** Skips the header block that usually follows a separator. */
export function afterSeparator(lines: readonly Line[], separator: number): number {
  const next = nextNotEmpty(lines, separator + 1, lines.length);
  return headerBlockAt(lines, next, true)?.after ?? separator + 1;
}

function readField(line: Line): { kind: FieldKind; value: string } | null {
  const head = line.bare.slice(0, LONGEST_LABEL + 4);
  let colon = head.indexOf(':');
  if (colon < 0) colon = head.indexOf('：');
  if (colon <= 0) return null;
  const label = head
    .slice(0, colon)
    .toLowerCase()
    .replace(/^[*_|• ]{1,6}/, '')
    .replace(/[*_ ]{1,6}$/, '');
  const value = line.bare.slice(colon + 1).replace(/^[*_ ]{1,6}/, '');
  if (RAW_FIELDS.has(label) || label.startsWith('x-')) return { kind: 'raw', value };
  if (FORM_LABELS.has(label)) return { kind: 'form', value };
  const kind = FIELD_LABELS.get(label);
  return kind === undefined ? null : { kind, value };
}
