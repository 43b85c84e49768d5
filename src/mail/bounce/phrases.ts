/** Tables of phrases as they are best read: side by side, with bars between. */

/** The phrases of a table, without the white space around them. */
export function phrases(table: string): readonly string[] {
  return table.split(/[|\n]/).flatMap((phrase) => (phrase.trim() === '' ? [] : [phrase.trim()]));
}
