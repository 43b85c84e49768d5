/**
 * Delivery notices in free text: the failed recipients, codes and words of servers that send no report, or of the
 * readable part of one whose report is broken. One pass over the lines in front of the returned original; the
 * knowledge of who writes what is data, in formats.ts.
 */
import { withoutControls } from '../header-lines.ts';
import { addressesIn, type Codes, codesIn, statusOf } from './codes.ts';
import { type BounceAction, type Finding, MAX_DIAGNOSTIC, MAX_RECIPIENTS } from './finding.ts';
import { DELAYS, FAILURES, LABELS, NEEDS_MARKS, ORIGINALS } from './formats.ts';
import { htmlLines } from './html-lines.ts';
import { type Part, partText } from './mime-walk.ts';
import { phrases } from './phrases.ts';

/** Longer lines are cut: the ones that matter have at most a few hundred characters. */
const MAX_LINE = 2000;
/** Lines read of a notice; the longest real ones, with a session transcript, have some hundred. */
const MAX_LINES = 1000;

export interface Notice {
  /** Lines in front of the returned original, trimmed. */
  readonly lines: readonly string[];
  /** True when a line said that the original follows. */
  readonly returned: boolean;
  /** The sentence that announces the failure. */
  readonly sentence: string | null;
  readonly delayed: boolean;
}

/** The readable text of the mail itself (not of what it returns), as a notice. */
export function readNotice(parts: readonly Part[], subject: string): Notice {
  const all = textOf(parts);
  const end = all.findIndex(isOriginalStart);
  const lines = end < 0 ? all : all.slice(0, end);
  const folded = pairs(lines);
  const sentence = firstPhrase(folded, FAILURES);
  const delayed = firstPhrase([subject.toLowerCase(), ...folded], DELAYS) !== null;
  return { lines, returned: end >= 0, sentence, delayed };
}

function textOf(parts: readonly Part[]): string[] {
  const own = parts.filter((part) => part.enclosed === 0 && part.body.length > 0);
  // A multipart with a body is one whose boundary is missing: it is text to whoever reads it.
  const plain = own.filter(
    (part) => part.type === 'text/plain' || part.type === 'text' || part.type.startsWith('multipart/'),
  );
  const lines = plain.flatMap((part) => cutLines(partText(part).split('\n', MAX_LINES)));
  if (lines.some((line) => line !== '')) return lines.slice(0, MAX_LINES);
  const html = own.find((part) => part.type === 'text/html');
  return html === undefined ? [] : cutLines(htmlLines(partText(html), MAX_LINES));
}

function cutLines(lines: readonly string[]): string[] {
  return lines.map((line) => line.slice(0, MAX_LINE).replace(/\s+/g, ' ').trim());
}

/** Each line joined with the next one, in lower case: sentences are wrapped. Quoted lines say nothing of the notice. */
function pairs(lines: readonly string[]): string[] {
  const kept = lines
    .filter((line) => line !== '' && !line.startsWith('> '))
    .map((line) => line.toLowerCase().replaceAll('\u2019', "'"));
  return kept.map((line, index) => `${line} ${kept[index + 1] ?? ''}`);
}

function firstPhrase(texts: readonly string[], table: readonly string[]): string | null {
  for (const text of texts) {
    const found = table.find((phrase) => text.includes(phrase));
    if (found !== undefined) return found;
  }
  return null;
}

const MARKS = new Set(' \t-=|*_#>.+~<"\'[]•·\u00a0');

function withoutMarks(line: string): string {
  let from = 0;
  while (from < line.length && MARKS.has(line.charAt(from))) from += 1;
  return line.slice(from);
}

function isOriginalStart(line: string): boolean {
  const text = withoutMarks(line).toLowerCase();
  const phrase = ORIGINALS.find((known) => text.startsWith(known));
  if (phrase === undefined) return false;
  // `Returned mail: user unknown` begins a notice, `--- Returned mail ---` and `Returned mail follows:` end it.
  const marked =
    text.length < line.length || text.endsWith(':') || text.endsWith('follows') || text.endsWith('follows.');
  return marked || !NEEDS_MARKS.has(phrase);
}

interface Candidate {
  readonly address: string;
  readonly line: number;
  /** 1: stands where a notice puts the recipient; 2: named in the words of a server; 3: in a To line. */
  readonly rank: 1 | 2 | 3;
}

/**
 * The recipients that the notice names, with what it says about each. `own` are addresses of the notice itself (its
 * From and To): named, but rarely the ones that failed.
 */
export function noticeFindings(notice: Notice, own: ReadonlySet<string>): Finding[] {
  const candidates = bestCandidates(allCandidates(notice.lines), own).slice(0, MAX_RECIPIENTS);
  const general = sectionCodes(notice.lines, 0, notice.lines.length);
  return candidates.map((candidate, index) => {
    const end = candidates[index + 1]?.line ?? notice.lines.length;
    const from = candidate.line;
    const section = sectionCodes(notice.lines, from, Math.max(end, from + 1));
    const codes = (section.codes.enhanced ?? section.codes.reply) ? section : general;
    const status = statusOf(codes.codes);
    return {
      recipient: candidate.address,
      status,
      action: actionOf(notice, status),
      diagnostic: codes.text ?? wordsAfter(notice.lines, from),
    };
  });
}

/** Status and words of a notice that names nobody. */
export function namelessFinding(notice: Notice): Finding {
  const { codes, text } = sectionCodes(notice.lines, 0, notice.lines.length);
  const status = statusOf(codes);
  return { recipient: null, status, action: actionOf(notice, status), diagnostic: text };
}

/** A permanent code outweighs words: failure notices tell at times how delays are handled. */
function actionOf(notice: Notice, status: string | null): BounceAction {
  return notice.delayed && status?.startsWith('5') !== true ? 'delayed' : 'failed';
}

function allCandidates(lines: readonly string[]): Candidate[] {
  const found: Candidate[] = [];
  for (let index = 0; index < lines.length && found.length < 2 * MAX_RECIPIENTS; index += 1) {
    found.push(...candidatesIn(lines[index] ?? '', index));
  }
  return found;
}

function bestCandidates(all: readonly Candidate[], own: ReadonlySet<string>): Candidate[] {
  const others = all.filter((candidate) => !own.has(candidate.address));
  const pool = others.length > 0 ? others : all;
  const rank = pool.reduce((best, candidate) => Math.min(best, candidate.rank), 3);
  const seen = new Set<string>();
  return pool.filter((candidate) => {
    if (candidate.rank !== rank || seen.has(candidate.address)) return false;
    seen.add(candidate.address);
    return true;
  });
}

/** Header fields of the original that some notices repeat: the addresses there are not the failed ones. */
const FOREIGN_FIELDS = phrases(`
  from: | cc: | subject: | sender: | reply-to: | mail from | message-id: | references: | return-path: | x-
  de: | asunto:
`);

function candidatesIn(line: string, index: number): Candidate[] {
  if (!line.includes('@')) return [];
  const lower = line.toLowerCase();
  if (FOREIGN_FIELDS.some((field) => lower.startsWith(field))) return [];
  const addresses = addressesIn(line);
  const first = addresses[0];
  if (first === undefined) return [];
  if (lower.startsWith('to:') || lower.startsWith('para:')) return [{ address: first.address, line: index, rank: 3 }];
  const named = addresses.filter((address) => hasLabel(lower, address.from));
  const ranked: Candidate[] = named.map(({ address }) => ({ address, line: index, rank: 1 }));
  if (standsFirst(line, first.from, first.to)) ranked.unshift({ address: first.address, line: index, rank: 1 });
  if (ranked.length > 0) return ranked;
  // In prose an address may be anybody's; in the words of a server that refuses, it is most likely the recipient.
  const codes = codesIn(line);
  const refuses = codes.enhanced !== null || codes.reply !== null || firstPhrase([lower], FAILURES) !== null;
  const others = addresses.filter(
    (address) => !/\b(?:from|by|contact|de):? ?<?$/.test(lower.slice(Math.max(0, address.from - 20), address.from)),
  );
  return refuses ? others.map(({ address }) => ({ address, line: index, rank: 2 })) : [];
}

/** `<ana@x.example>:`, `* ana@x.example`, `"ana@x.example"`, `ana@x.example on Fri …`, but not the start of prose. */
function standsFirst(line: string, from: number, to: number): boolean {
  const before = withoutMarks(line.slice(0, from)).toLowerCase();
  if (before !== '' && before !== 'smtp:') return false;
  const after = line.slice(to).replace(/^[>"'\]]{1,4}/, '');
  return !after.startsWith(',') && !(PROSE.test(after) && !AFTER_RECIPIENT.test(after));
}

/** A word in lower case after the address: a sentence goes on there, unless it is one that notices use. */
const PROSE = /^ \p{Ll}/u;
const AFTER_RECIPIENT = /^ (?:on|delivery|unknown|user|is|was|has|does|not|no) /;

/** A label of the table ends shortly before the address, with at most marks or an address type between. */
function hasLabel(lower: string, from: number): boolean {
  const before = lower.slice(Math.max(0, from - 60), from);
  return LABELS.some((label) => {
    const at = before.lastIndexOf(label);
    if (at < 0) return false;
    const between = before
      .slice(at + label.length)
      .replace(/rfc822|smtp|mailto|email address|the following|local user/g, '');
    return /^[\s:;<>("'[=]{0,12}$/.test(between);
  });
}

function sectionCodes(lines: readonly string[], from: number, to: number): { codes: Codes; text: string | null } {
  let reply: string | null = null;
  let text: string | null = null;
  for (let index = from; index < to; index += 1) {
    const line = lines[index] ?? '';
    const codes = codesIn(line);
    if (codes.enhanced !== null) {
      return {
        codes: { enhanced: codes.enhanced, reply: codes.reply ?? reply },
        text: text ?? shown(line),
      };
    }
    if (codes.reply !== null && reply === null) {
      reply = codes.reply;
      text = shown(line);
    }
  }
  return { codes: { enhanced: null, reply }, text };
}

/** Without a code, the next line with words is what the server had to say. */
function wordsAfter(lines: readonly string[], from: number): string | null {
  for (let index = from + 1; index < Math.min(lines.length, from + 5); index += 1) {
    const line = lines[index] ?? '';
    if (/[\p{L}\d]/u.test(line)) return shown(line);
  }
  return null;
}

function shown(line: string): string {
  return withoutControls(line.slice(0, MAX_DIAGNOSTIC));
}
