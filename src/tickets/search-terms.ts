/**
 * What was typed into a search, as words: blanks separate them, quotation marks keep some together, a star at the end
 * stands for any ending. Everything else is text.
 */

export interface SearchTerm {
  readonly text: string;
  /** Any word that begins so. */
  readonly prefix: boolean;
}

/** Each is a look-up of its own. */
const MAX_TERMS = 10;

/** Empty when there is no letter and no digit in it. */
export function searchTerms(typed: string): SearchTerm[] {
  const terms: SearchTerm[] = [];
  // Every second piece stands between quotation marks.
  for (const [index, piece] of typed.replaceAll('\u0000', ' ').split('"').entries()) {
    const words = index % 2 === 1 ? [piece] : piece.split(/\s+/);
    for (const word of words) {
      if (terms.length === MAX_TERMS) return terms;
      const text = word.replace(/\*$/, '');
      if (/[\p{L}\p{N}]/u.test(text)) terms.push({ text, prefix: text !== word });
    }
  }
  return terms;
}
