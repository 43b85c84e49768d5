/**
 * Text in `format=flowed` (RFC 3676): a line that ends in a blank goes on in the next one.
 *
 * Ours, because the decoder that comes with mailparser knows no quote marks: it glues a quoted line, mark and all,
 * to the one before, and an answer to the quote that follows it.
 */

/** Joins the lines that belong together. `deleteSpace` is DelSp=yes: the blank was put there only for the wire. */
export function unflow(text: string, deleteSpace: boolean): string {
  const out: string[] = [];
  let paragraph: string[] = [];
  let depth = -1;

  const finish = () => {
    if (depth >= 0) out.push(quoted(depth, paragraph.join('')));
    paragraph = [];
    depth = -1;
  };

  for (const line of text.split(/\r?\n/)) {
    const marks = quoteDepth(line);
    const unstuffed = line.charAt(marks) === ' ' ? line.slice(marks + 1) : line.slice(marks);
    // The signature separator ends in a blank and stands alone (section 4.3).
    const isSeparator = unstuffed === '-- ';
    // By the letter an empty line may end a paragraph; people who leave a blank at the end of a line mean a gap.
    if (marks !== depth || isSeparator || unstuffed === '') finish();
    const flows = !isSeparator && unstuffed.endsWith(' ');
    paragraph.push(flows && deleteSpace ? unstuffed.slice(0, -1) : unstuffed);
    depth = marks;
    if (!flows) finish();
  }
  finish();
  return out.join('\n');
}

function quoteDepth(line: string): number {
  let depth = 0;
  while (line.charAt(depth) === '>') depth += 1;
  return depth;
}

function quoted(depth: number, text: string): string {
  if (depth === 0) return text;
  return text === '' ? '>'.repeat(depth) : `${'>'.repeat(depth)} ${text}`;
}
