/**
 * Where a quote or a signature begins and ends in an HTML mail, carried over into the text that is made from it.
 *
 * HTML says what text can only guess: Gmail, Thunderbird, Apple Mail, Yahoo and Zimbra put the quoted mail into an
 * element of its own, Outlook draws a line above it. So: `markHtmlQuotes(html)` puts private characters at those
 * places, the converter makes text, `takeQuoteMarks(text)` takes them out again and tells their offsets, and
 * `splitReply(text, { marks })` cuts there. The stored text holds no private characters.
 *
 *     const { text, marks } = takeQuoteMarks(htmlToPlainText(markHtmlQuotes(html)).text);
 *     const cut = splitReply(text, { replyMarkers, marks });
 *
 * - Gmail's `div.gmail_quote` is no quote: answers between the quoted paragraphs stand inside it, and so does the whole
 *   of a forwarded mail. Its blockquotes are, and its `gmail_attr` line where a quote follows.
 * - A blockquote that an editor made to indent a paragraph becomes a div, or the converter would quote it with `>`.
 * - `appendonsend` says only where Outlook will add something; the `divRplyFwdMsg` that follows is what counts.
 *
 * One pass, no parser: every tag is read once, and one that is longer than MAX_TAG is text. It does not sanitise.
 */

/** Elements that hold something: one private character for their start and one for their end. */
const CONTAINERS = [
  { role: 'quote', start: '\uf8e1', end: '\uf8e2' },
  { role: 'header', start: '\uf8e3', end: '\uf8e4' },
  { role: 'signature', start: '\uf8e5', end: '\uf8e6' },
] as const;
const REST = '\uf8e7';
const MARKS = /[\uf8e1-\uf8e7]/g;

/** Longer tags exist (images as data: URIs) but are no quote containers. */
const MAX_TAG = 16_384;

/** Elements that clients use for it; `p` and the like are never closed reliably. */
const ELEMENTS = new Set(['div', 'blockquote', 'span', 'table', 'pre']);

type Container = (typeof CONTAINERS)[number];

export interface QuoteMarks {
  /** Half-open ranges of the text that an element marks as quoted. */
  readonly quotes: readonly (readonly [number, number])[];
  /** Half-open ranges that an element marks as the line above a quote; only worth something with a quote below. */
  readonly headers: readonly (readonly [number, number])[];
  /** Half-open ranges that an element marks as signature. */
  readonly signatures: readonly (readonly [number, number])[];
  /** Offsets from which everything is said to be the quoted mail (Outlook). */
  readonly rests: readonly number[];
}

type Role = Container['role'] | 'rest' | 'indent';

/** Text that did not come from HTML must not carry marks that somebody put there. */
export function withoutQuoteMarks(text: string): string {
  return text.replace(MARKS, '');
}

/** Puts marks into the HTML. The result is only for the converter: never show or store it. */
export function markHtmlQuotes(html: string): string {
  // A sender who puts our characters into the mail could only hide words of the same mail; still, they go.
  const source = withoutQuoteMarks(html);
  let out = '';
  let copied = 0;
  let position = 0;
  /** The container that is open: inner ones say nothing new. `depth` counts elements of the same name within it. */
  let open: { name: string; container: Container; depth: number } | null = null;
  const indents: boolean[] = [];

  while (true) {
    const less = source.indexOf('<', position);
    if (less < 0) break;
    const skipped = skipNonContent(source, less);
    if (skipped > less) {
      position = skipped;
      continue;
    }
    const end = tagEnd(source, less);
    if (end < 0) {
      position = less + 1;
      continue;
    }
    position = end;
    const closing = source[less + 1] === '/';
    const name = tagName(source, closing ? less + 2 : less + 1);
    if (!ELEMENTS.has(name)) continue;

    if (closing) {
      if (name === 'blockquote' && indents.pop() === true) {
        out += `${source.slice(copied, less)}</div>`;
        copied = end;
      }
      if (open !== null && open.name === name) {
        open.depth -= 1;
        if (open.depth === 0) {
          out += source.slice(copied, less) + open.container.end;
          copied = less;
          open = null;
        }
      }
      continue;
    }
    if (open !== null && open.name === name) open.depth += 1;
    const role = roleOf(name, readAttributes(source.slice(less + 1 + name.length, end - 1)));
    if (name === 'blockquote') indents.push(role === 'indent');
    if (role === 'indent') {
      out += `${source.slice(copied, less)}<div>`;
      copied = end;
    } else if (role !== null && open === null) {
      out += source.slice(copied, end);
      copied = end;
      const container = CONTAINERS.find((candidate) => candidate.role === role);
      out += container?.start ?? REST;
      if (container !== undefined) open = { name, container, depth: 1 };
    }
  }
  return out + source.slice(copied);
}

/**
 * Takes the marks out of the converted text and tells where they were. A line that the converter made for nothing but
 * marks goes as a whole, so that the text is the one that the mail without marks would have given.
 */
export function takeQuoteMarks(marked: string): { readonly text: string; readonly marks: QuoteMarks } {
  if (marked.search(MARKS) < 0) return { text: marked, marks: { quotes: [], headers: [], signatures: [], rests: [] } };
  const ranges = { quote: noRanges(), header: noRanges(), signature: noRanges() };
  const from = { quote: -1, header: -1, signature: -1 };
  const rests: number[] = [];
  let text = '';
  const take = (mark: string, at: number) => {
    if (mark === REST) rests.push(at);
    for (const { role, start, end } of CONTAINERS) {
      if (mark === start) from[role] = at;
      if (mark !== end || from[role] < 0) continue;
      ranges[role].push([from[role], at]);
      from[role] = -1;
    }
  };

  let position = 0;
  while (position < marked.length) {
    const lineFeed = marked.indexOf('\n', position);
    const next = lineFeed < 0 ? marked.length : lineFeed + 1;
    const line = marked.slice(position, next);
    position = next;
    const found = [...line.matchAll(MARKS)];
    if (found.length === 0) {
      text += line;
      continue;
    }
    const kept = line.replace(MARKS, '');
    const empty = /^[> ]{0,200}\n?$/.test(kept);
    found.forEach((mark, taken) => {
      take(mark[0], text.length + (empty ? 0 : mark.index - taken));
    });
    if (!empty) text += kept;
    // The blank line that set the marks apart from what follows goes with them.
    else if (text.endsWith('\n\n') && marked[position] === '\n') position += 1;
  }
  // Cut short by the converter's limits, or never closed: it reaches to the end.
  for (const { role } of CONTAINERS) if (from[role] >= 0) ranges[role].push([from[role], text.length]);
  return { text, marks: { quotes: ranges.quote, headers: ranges.header, signatures: ranges.signature, rests } };
}

function noRanges(): [number, number][] {
  return [];
}

function roleOf(name: string, attributes: ReadonlyMap<string, string>): Role | null {
  if (attributes.size === 0) return null;
  const className = ` ${attributes.get('class') ?? ''} `;
  const id = attributes.get('id') ?? '';
  const style = (attributes.get('style') ?? '').toLowerCase().replaceAll(' ', '');
  if (name === 'blockquote') {
    if (attributes.get('type') === 'cite' || attributes.has('cite') || className.includes('quote')) return 'quote';
    if (style.includes('border-left')) return style.includes('border-left:none') ? 'indent' : 'quote';
    return style.includes('border:none') || style.includes('margin-left') || style.startsWith('margin:0')
      ? 'indent'
      : null;
  }
  if (className.includes(' gmail_attr ') || className.includes(' moz-cite-prefix ')) return 'header';
  if (className.includes('yahoo_quoted') || id.includes('yahoo_quoted')) return 'quote';
  if (attributes.get('data-marker') === '__QUOTED_TEXT__') return 'quote';
  if (attributes.get('name') === 'messageReplySection') return 'quote';
  if (id === 'divRplyFwdMsg' || id === 'mail-editor-reference-message-container') return 'rest';
  if (className.includes(' OutlookMessageHeader ')) return 'rest';
  // Outlook 2003 to 2021 draw the line above the header block as a border, in one of two colours.
  if (style.includes('border:none;border-top:solid#b5c4df') || style.includes('border:none;border-top:solid#e1e1e1')) {
    return 'rest';
  }
  if (className.includes(' gmail_signature ') || className.includes(' moz-signature ')) return 'signature';
  if (id === 'Signature' || id === 'ms-outlook-mobile-signature' || id === 'AppleMailSignature') return 'signature';
  return null;
}

/** End of a comment, style, script or title that starts at `at`; `at` when there is none. */
function skipNonContent(source: string, at: number): number {
  if (source.startsWith('<!--', at)) {
    const end = source.indexOf('-->', at + 4);
    return end < 0 ? source.length : end + 3;
  }
  const second = source[at + 1]?.toLowerCase();
  if (second !== 's' && second !== 't') return at;
  for (const name of ['style', 'script', 'title']) {
    if (tagName(source, at + 1) !== name) continue;
    let close = source.indexOf('</', at);
    while (close >= 0 && tagName(source, close + 2) !== name) close = source.indexOf('</', close + 2);
    // Never closed: the rest is no content.
    return close >= 0 ? close : source.length;
  }
  return at;
}

/** Offset behind the `>` of the tag that starts at `at`, or -1 for a `<` that starts none. */
function tagEnd(source: string, at: number): number {
  const first = source.charCodeAt(at + 1) | 0x20;
  if (!((first >= 0x61 && first <= 0x7a) || source[at + 1] === '/')) return -1;
  const stop = Math.min(source.length, at + MAX_TAG);
  let quote = 0;
  for (let index = at + 2; index < stop; index += 1) {
    const code = source.charCodeAt(index);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 0x22 || code === 0x27) {
      quote = code;
    } else if (code === 0x3e) {
      return index + 1;
    } else if (code === 0x3c) {
      return -1;
    }
  }
  return -1;
}

function tagName(source: string, from: number): string {
  let to = from;
  while (to < from + 12 && /[A-Za-z0-9]/.test(source.charAt(to))) to += 1;
  return source.slice(from, to).toLowerCase();
}

const ATTRIBUTES = new Set(['class', 'id', 'style', 'type', 'cite', 'name', 'data-marker']);

function readAttributes(inside: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let position = 0;
  while (position < inside.length) {
    const code = inside.charCodeAt(position);
    if (code <= 0x20 || code === 0x2f) {
      position += 1;
      continue;
    }
    const nameFrom = position;
    while (position < inside.length && inside[position] !== '=' && inside.charCodeAt(position) > 0x20) position += 1;
    const name = inside.slice(nameFrom, position).toLowerCase();
    while (inside.charCodeAt(position) <= 0x20) position += 1;
    if (inside[position] !== '=') {
      if (ATTRIBUTES.has(name)) found.set(name, '');
      continue;
    }
    position += 1;
    while (inside.charCodeAt(position) <= 0x20) position += 1;
    const quote = inside[position];
    let valueTo: number;
    let valueFrom = position;
    if (quote === '"' || quote === "'") {
      valueFrom += 1;
      valueTo = inside.indexOf(quote, valueFrom);
      if (valueTo < 0) valueTo = inside.length;
      position = valueTo + 1;
    } else {
      while (position < inside.length && inside.charCodeAt(position) > 0x20) position += 1;
      valueTo = position;
    }
    if (ATTRIBUTES.has(name) && !found.has(name)) found.set(name, inside.slice(valueFrom, valueTo));
  }
  return found;
}
