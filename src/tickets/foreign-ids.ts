/**
 * Ticket numbers of another system in a subject, such as `[Ticket ID: 482913]`: for a company that takes its mails
 * over. A pattern is plain text with one `{digits}` in it, no regular expression, so that none can be written that
 * takes forever: matching is linear. Case and the width of blanks don't matter.
 */

/** The text before and after the digits, folded. */
export interface TicketPattern {
  readonly before: string;
  readonly after: string;
}

const PLACEHOLDER = '{digits}';
const MAX_PATTERN = 100;
const MAX_DIGITS = 20;
/** Numbers taken from one subject; each is a look-up. */
const MAX_NAMED = 10;

export type PatternResult =
  | { readonly ok: true; readonly pattern: TicketPattern }
  | { readonly ok: false; readonly problem: string };

export function parseTicketPattern(written: string): PatternResult {
  const [before, after, ...rest] = folded(written).split(PLACEHOLDER);
  if (before === undefined || after === undefined || rest.length > 0)
    return { ok: false, problem: `must contain ${PLACEHOLDER} exactly once` };
  if (written.length > MAX_PATTERN) return { ok: false, problem: `must have at most ${MAX_PATTERN} characters` };
  if (isDigit(before.at(-1)) || isDigit(after.at(0)))
    return { ok: false, problem: `must not have a digit beside ${PLACEHOLDER}` };
  // Otherwise every year and phone number in a subject would be looked up.
  if (!/[\p{L}\p{P}\p{S}]{2}/u.test(`${before}${after}`.replaceAll(' ', '')))
    return { ok: false, problem: `needs at least two letters or signs beside ${PLACEHOLDER}` };
  return { ok: true, pattern: { before, after } };
}

/** The numbers that a subject names under any of these patterns, in order of the patterns, without repeats. */
export function namedForeignIds(subject: string, patterns: readonly TicketPattern[]): string[] {
  const found = new Set<string>();
  if (patterns.length === 0) return [];
  const text = folded(subject);
  for (const pattern of patterns) {
    for (const digits of matches(text, pattern)) {
      found.add(digits);
      if (found.size === MAX_NAMED) return [...found];
    }
  }
  return [...found];
}

/** A number as it is stored on a ticket and found in subjects; `null` for anything else. */
export function normalizeForeignId(typed: string): string | null {
  const digits = typed.trim();
  return digits.length <= MAX_DIGITS && /^\d+$/.test(digits) ? digits : null;
}

function* matches(text: string, { before, after }: TicketPattern): Generator<string> {
  // From each place where the text beside it stands, at most a number's length is read.
  if (before === '') {
    for (let at = text.indexOf(after); at >= 0; at = text.indexOf(after, at + 1)) {
      let start = at;
      while (start > 0 && at - start <= MAX_DIGITS && isDigit(text.charAt(start - 1))) start -= 1;
      if (at > start && at - start <= MAX_DIGITS) yield text.slice(start, at);
    }
    return;
  }
  for (let at = text.indexOf(before); at >= 0; at = text.indexOf(before, at + 1)) {
    const start = at + before.length;
    let end = start;
    while (end - start <= MAX_DIGITS && isDigit(text.charAt(end))) end += 1;
    if (end > start && end - start <= MAX_DIGITS && text.startsWith(after, end)) yield text.slice(start, end);
  }
}

function folded(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ').trim();
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9' && char.length === 1;
}
