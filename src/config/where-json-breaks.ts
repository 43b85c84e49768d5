/**
 * Where a config stops being JSON, in words for its author: the line and what is wrong there. V8 quotes what stands around the
 * mistake, and that may be a password, so nothing of the file but the character at fault is repeated. Each version of
 * Node words it another way, and only those from 22 on tell the line themselves.
 */

/** `error`: what `JSON.parse` threw at `content`. */
export function whereJsonBreaks(content: string, error: unknown): string {
  const reason = (error instanceof Error ? error.message : String(error)).replace(/\s+is not valid JSON$/, '');
  const placed = /^([^"]+?)(?: in JSON| after JSON)? at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(reason);
  if (placed !== null) {
    const { line, column } = place(content, Number(placed[2]));
    return `${placed[1]} at line ${line}, column ${column}`;
  }
  const quoted = /^(Unexpected token .{1,6}?), (?:\.\.\.)?"(.*?)"(?:\.\.\.)?$/s.exec(reason);
  if (quoted === null) return reason.includes('"') ? 'it breaks off' : reason;
  const [, what = '', around = ''] = quoted;
  return `${what} near line ${place(content, content.indexOf(around) + around.length / 2).line}`;
}

/** Both from 1. */
function place(content: string, position: number): { readonly line: number; readonly column: number } {
  const lines = content.slice(0, position).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
