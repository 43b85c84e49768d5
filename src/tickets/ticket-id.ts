/**
 * Ticket IDs: `TQ-482913`. Random only to be short and easy to read out; never a secret, and they give no right.
 */
import { deriveNumbers, type Entropy } from './entropy.ts';

const SHORTEST = 6;
const LONGEST = 12;
/** One block of randomness (`deriveNumbers`). */
const CANDIDATES = 10;

/** How many digits new IDs have: six, and one more each time half of a length's range is taken. */
export function digitsFor(ticketCount: number): number {
  let digits = SHORTEST;
  // A number of n digits does not start with 0: 9 × 10^(n-1) of them.
  while (digits < LONGEST && ticketCount >= (9 * 10 ** (digits - 1)) / 2) digits += 1;
  return digits;
}

/** IDs to try, in order; the last one has a digit more, so that an unlucky draw still finds a free one. */
export function candidateIds(entropy: Entropy, prefix: string, ticketCount: number): string[] {
  const digits = digitsFor(ticketCount);
  return deriveNumbers(entropy, 'ticket-ids', CANDIDATES).map((number, index) => {
    const length = index === CANDIDATES - 1 ? digits + 1 : digits;
    const lowest = 10 ** (length - 1);
    return `${prefix}-${lowest + (number % (9 * lowest))}`;
  });
}

/** The first candidate that is not in use. */
export function freeId(
  entropy: Entropy,
  prefix: string,
  facts: { readonly ticketCount: number; readonly takenIds: readonly string[] },
): string {
  const free = candidateIds(entropy, prefix, facts.ticketCount).find((id) => !facts.takenIds.includes(id));
  // Ten draws that are all taken, the last from a range ten times as large: only a broken source of randomness does that.
  if (free === undefined) throw new Error('no free ticket ID among the candidates');
  return free;
}

const MAX_NAMED = 10;

/**
 * Every ticket ID that a text names, in order, without repeats: with or without brackets, in any case, with a
 * hyphen, a space, any other dash or nothing between prefix and digits (`[TQ-482913]`, `tq 482913`, `TQ482913`).
 */
export function namedTicketIds(text: string, prefix: string): string[] {
  const found: string[] = [];
  const upper = text.toUpperCase();
  let from = 0;
  while (found.length < MAX_NAMED) {
    const at = upper.indexOf(prefix, from);
    if (at < 0) break;
    from = at + prefix.length;
    if (at > 0 && isWordCharacter(upper.charAt(at - 1))) continue;
    const id = readDigits(upper, from);
    if (id === null) continue;
    from = id.end;
    const publicId = `${prefix}-${id.digits}`;
    if (!found.includes(publicId)) found.push(publicId);
  }
  return found;
}

function readDigits(text: string, start: number): { readonly digits: string; readonly end: number } | null {
  let position = start;
  // Mail programs and phones turn the hyphen into other dashes, and folding may leave blanks around it.
  while (position < start + 4 && SEPARATORS.has(text.charAt(position))) position += 1;
  const first = position;
  while (position < first + LONGEST + 1 && isDigit(text.charAt(position))) position += 1;
  const length = position - first;
  if (length < SHORTEST || length > LONGEST || isWordCharacter(text.charAt(position))) return null;
  return { digits: text.slice(first, position), end: position };
}

const SEPARATORS = new Set([
  '-',
  ' ',
  '\t',
  '\u00a0',
  '\u00ad',
  '\u2010',
  '\u2011',
  '\u2012',
  '\u2013',
  '\u2014',
  '\u2212',
  '_',
  '#',
  ':',
]);

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9';
}

function isWordCharacter(char: string): boolean {
  return /^[\p{L}\p{N}]$/u.test(char);
}
