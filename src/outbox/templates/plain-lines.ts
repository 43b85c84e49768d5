/**
 * The plain text of a mail: what we wrote ourselves is wrapped for a terminal and for old mail programs; what somebody
 * else wrote in lines (a message, a log) keeps them.
 */

/** RFC 5322 section 2.1.1 recommends it. */
const WIDTH = 78;
/** Stands in every line that is not ours to wrap, until the text is finished. */
const KEEP = '\u0001';

/** Of a value that is put into a text: its lines stay as they are. */
export function keepLines(value: string): string {
  return value.includes('\n') ? value.replace(/^/gm, KEEP) : value;
}

/** Takes the marks away, wraps, and leaves neither spaces at the end of a line nor two blank lines in a row. */
export function finishText(text: string): string {
  const lines: string[] = [];
  for (const line of text.replaceAll('\r\n', '\n').split('\n')) {
    if (line.includes(KEEP)) lines.push(line.replaceAll(KEEP, '').trimEnd());
    else if (line.trim() !== '') lines.push(...wrapped(line.trimEnd()));
    else if (lines.length > 0 && lines.at(-1) !== '') lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

/** At spaces only, so that no address is broken; what follows is indented like the beginning. */
function wrapped(line: string): string[] {
  if (lengthOf(line) <= WIDTH) return [line];
  const indent = line.slice(0, line.length - line.trimStart().length);
  const lines: string[] = [];
  let current = '';
  let length = 0;
  for (const word of line.trimStart().split(' ')) {
    const more = lengthOf(word);
    if (current !== '' && length + 1 + more > WIDTH) {
      lines.push(current.trimEnd());
      current = '';
    }
    const space = current === '' ? indent : ' ';
    length = current === '' ? indent.length + more : length + 1 + more;
    current += space + word;
  }
  return [...lines, current.trimEnd()];
}

function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}
