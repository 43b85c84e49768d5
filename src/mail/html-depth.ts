/**
 * How deep the tags of an HTML text nest, as its parser will see it, in one bounded pass: the parser itself needs
 * time that grows with the square of the depth. Not exact; where it errs, it sees more depth than there is.
 */

const EMPTY = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));

const CELLS = ['td', 'th'];
const TERMS = ['dt', 'dd'];
/** What an opening tag closes because its own end may be left out (HTML section 13.1.2.4). */
const CLOSES: ReadonlyMap<string, readonly string[]> = new Map([
  ['p', ['p']],
  ['li', ['li']],
  ['option', ['option']],
  ['tr', ['tr', ...CELLS]],
  ['td', CELLS],
  ['th', ['th']],
  ['dt', TERMS],
  ['dd', TERMS],
  ['tbody', ['thead', 'tbody']],
  ...'address blockquote div dl form h1 h2 h3 h4 h5 h6 ol pre table ul'
    .split(' ')
    .map((name): [string, string[]] => [name, ['p']]),
]);

/** True as soon as more than `limit` elements are open at once. */
export function nestedDeeperThan(html: string, limit: number): boolean {
  const open: string[] = [];
  let at = html.indexOf('<');
  while (at >= 0) {
    if (html.startsWith('<!--', at)) {
      const end = html.indexOf('-->', at + 2);
      if (end < 0) return false;
      at = html.indexOf('<', end);
      continue;
    }
    const closes = html.charAt(at + 1) === '/';
    const name = tagName(html, closes ? at + 2 : at + 1);
    if (name === '') {
      at = html.indexOf('<', at + 1);
      continue;
    }
    if (closes) {
      const index = open.lastIndexOf(name);
      if (index >= 0) open.length = index;
    } else {
      const implied = CLOSES.get(name) ?? [];
      while (implied.includes(open[open.length - 1] ?? '')) open.pop();
      if (!EMPTY.has(name)) open.push(name);
      if (open.length > limit) return true;
    }
    at = html.indexOf('<', closes ? at + 2 : tagEnd(html, at));
  }
  return false;
}

function tagName(html: string, from: number): string {
  return /^[a-z][^\s/>]*/i.exec(html.slice(from, from + 20))?.[0].toLowerCase() ?? '';
}

/** Offset behind the tag that begins here; a `>` inside a quoted value does not end it. */
function tagEnd(html: string, from: number): number {
  let afterEquals = false;
  for (let index = from; index < html.length; index += 1) {
    const char = html.charAt(index);
    if (char === '>') return index;
    if (afterEquals && (char === '"' || char === "'")) {
      const close = html.indexOf(char, index + 1);
      if (close < 0) return html.length;
      index = close;
      afterEquals = false;
    } else if (!isBlank(char)) afterEquals = char === '=';
  }
  return html.length;
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\n' || char === '\r' || char === '\f';
}
