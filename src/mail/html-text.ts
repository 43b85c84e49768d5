/**
 * The text of an HTML body, for reading and for threading. Bounded: 62 bytes of table spans or a few thousand
 * nested tags have stopped other programs. HTML itself is kept as received and sanitised where it is shown.
 */
import { convert, type HtmlToTextOptions } from 'html-to-text';
import { nestedDeeperThan } from './html-depth.ts';

/** More HTML than this is not turned into text; the start of it is, and the caller notes that. */
const MAX_HTML = 1_000_000;

/**
 * Tags nested deeper than this are not given to the converter: its parser needs quadratic time for them (20 s for
 * 1 MB of `<div>`), its walk the stack. Long threads of quoted mail have been seen at 150.
 */
const MAX_DEPTH = 500;
/** Stands for what the converter left out; a noncharacter, so that no text holds it. */
const LEFT_OUT = '\ufdd0';

const OPTIONS: HtmlToTextOptions = {
  wordwrap: false,
  limits: { maxInputLength: MAX_HTML, maxDepth: MAX_DEPTH, maxChildNodes: 10_000, ellipsis: LEFT_OUT },
  selectors: [
    {
      selector: 'a',
      options: { hideLinkHrefIfSameAsText: true, ignoreHref: false, noAnchorUrl: true, linkBrackets: ['<', '>'] },
    },
    { selector: 'img', format: 'skip' },
    { selector: 'hr', options: { length: 10 } },
    // Client mails use headings for layout; capitals would change what was said.
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    // Never `dataTable`: its column arithmetic is where colspan bombs explode.
    { selector: 'table', format: 'block' },
    { selector: 'blockquote', options: { trimEmptyLines: true, leadingLineBreaks: 1, trailingLineBreaks: 1 } },
  ],
};

/** Never throws; `truncated` is true when the HTML was too large or could not be converted as a whole. */
export function htmlToPlainText(html: string): { readonly text: string; readonly truncated: boolean } {
  const read = html.slice(0, MAX_HTML);
  if (nestedDeeperThan(read, MAX_DEPTH)) return { text: lineFeeds(withoutTags(read)), truncated: true };
  try {
    const text = lineFeeds(convert(read, OPTIONS));
    const truncated = html.length > MAX_HTML || text.includes(LEFT_OUT);
    return { text: text.replaceAll(LEFT_OUT, '…'), truncated };
  } catch {
    return { text: lineFeeds(withoutTags(read)), truncated: true };
  }
}

/** A bare CR ends a line too. */
function lineFeeds(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

/** The last resort for HTML that the converter can't take: everything outside angle brackets. Linear. */
function withoutTags(html: string): string {
  let out = '';
  let position = 0;
  while (position < html.length) {
    const open = html.indexOf('<', position);
    if (open < 0) return out + html.slice(position);
    out += `${html.slice(position, open)} `;
    const close = html.indexOf('>', open);
    if (close < 0) return out;
    position = close + 1;
  }
  return out;
}
