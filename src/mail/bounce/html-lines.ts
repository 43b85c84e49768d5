/**
 * The lines of a notice that came only as HTML. Far simpler than ../html-text.ts and strictly linear, because it runs
 * on every mail before anything else is known of it: tags are cut, blocks become lines, a few entities are resolved.
 */
const BREAKS = new Set([
  'br',
  'p',
  '/p',
  'div',
  '/div',
  'tr',
  '/tr',
  'td',
  'th',
  'li',
  'h1',
  'h2',
  'h3',
  '/h1',
  '/h2',
  '/h3',
  'hr',
  'table',
  '/table',
  'ul',
  '/ul',
  'pre',
  '/pre',
]);
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['nbsp', ' '],
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['#39', "'"],
  ['#64', '@'],
  ['apos', "'"],
  ['rsquo', "'"],
  ['aacute', 'á'],
  ['eacute', 'é'],
  ['iacute', 'í'],
  ['oacute', 'ó'],
  ['uacute', 'ú'],
  ['ntilde', 'ñ'],
]);

export function htmlLines(html: string, max: number): string[] {
  let text = '';
  let position = 0;
  while (position < html.length) {
    const open = html.indexOf('<', position);
    const end = open < 0 ? html.length : open;
    text += html.slice(position, end).replace(/\s/g, ' ');
    if (open < 0) break;
    const close = html.indexOf('>', open);
    if (close < 0) break;
    const name = tagName(html, open + 1, close);
    if (BREAKS.has(name)) text += '\n';
    position = close + 1;
    if (name === 'style' || name === 'script' || name === 'title') position = afterElement(html, name, position);
  }
  return withEntities(text).split('\n', max);
}

function tagName(html: string, from: number, to: number): string {
  let end = from;
  while (end < to && end - from < 12 && !' \t\r\n'.includes(html.charAt(end))) end += 1;
  const name = html.slice(from, end).toLowerCase();
  return name.length > 1 && name.endsWith('/') ? name.slice(0, -1) : name;
}

/** Style sheets and scripts are no text. An element that never ends swallows the rest, as in a browser. */
function afterElement(html: string, name: string, from: number): number {
  let end = html.indexOf('</', from);
  while (end >= 0 && html.slice(end + 2, end + 2 + name.length).toLowerCase() !== name)
    end = html.indexOf('</', end + 2);
  return end < 0 ? html.length : end;
}

function withEntities(text: string): string {
  let out = '';
  let position = 0;
  for (;;) {
    const ampersand = text.indexOf('&', position);
    if (ampersand < 0) return out + text.slice(position);
    const name = text.slice(ampersand + 1, ampersand + 10);
    const semicolon = name.indexOf(';');
    const known = semicolon < 1 ? undefined : ENTITIES.get(name.slice(0, semicolon).toLowerCase());
    out += text.slice(position, ampersand) + (known ?? '&');
    position = ampersand + 1 + (known === undefined ? 0 : semicolon + 1);
  }
}
