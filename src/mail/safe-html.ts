/**
 * HTML of a mail made safe to show: text, tables and pictures that came with the mail, and nothing that runs, loads,
 * submits or covers the page around it. Stored mails keep their HTML as it came; this is for the moment of showing.
 *
 * sanitize-html parses and writes; what may stand in it is decided here. Remote content stays off, because a picture
 * from a server tells its owner who reads the ticket, when and where: it is replaced, counted, and the reader is told.
 */
import sanitize from 'sanitize-html';
import { escaped } from './escaped.ts';
import { nestedDeeperThan } from './html-depth.ts';
import { htmlToPlainText } from './html-text.ts';

export interface SafeHtml {
  /** A fragment for the inside of a page's body. */
  readonly html: string;
  /** How many pictures, styles and frames would have been loaded from somewhere. */
  readonly blocked: number;
  /** True when the mail has more HTML than is shown. */
  readonly truncated: boolean;
}

/** What an image of the mail itself (`cid:`) is shown from: a `data:` URI of an image, or `null`. */
export type ImageOf = (contentId: string) => string | null;

/** UTF-16 units. Longer mails are shown as far as this. */
const MAX_HTML = 1_000_000;
/** Deeper elements lose their tags, not their text: browsers and parsers need time that grows with the depth. */
const MAX_DEPTH = 100;
/** HTML nested deeper than this is shown as text: the parser itself would need a quarter of a minute. */
const MAX_PARSED_DEPTH = 10_000;
/** Cells that span more have stopped browsers. */
const MAX_SPAN = 100;

const TAGS =
  'a abbr address b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em font ' +
  'h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub sup table tbody td ' +
  'tfoot th thead tr tt u ul var wbr';

/** Of all elements; those that load, submit or name something are left out on purpose. */
const ATTRIBUTES =
  'align bgcolor border cellpadding cellspacing color colspan dir face height lang rowspan size style title valign width';

const LINK = /^(?:https?:\/\/|mailto:|tel:)[^\s\u0000-\u001f]+$/i;
const PICTURE = /^data:image\/(?:png|jpe?g|gif|webp|bmp);base64,[a-z0-9+/=\s]*$/i;
/** Attributes whose value a browser would fetch, on whatever element. */
const LOADING = ['src', 'srcset', 'background', 'poster', 'data', 'dynsrc', 'lowsrc', 'xlink:href'];

const STYLES = new Set(
  (
    'background-color border border-bottom border-collapse border-color border-left border-radius border-right border-style ' +
    'border-top border-width color direction font-family font-size font-style font-weight height letter-spacing ' +
    'line-height list-style-type margin margin-bottom margin-left margin-right margin-top max-width padding padding-bottom ' +
    'padding-left padding-right padding-top text-align text-decoration text-indent text-transform vertical-align ' +
    'white-space width word-break word-wrap'
  ).split(' '),
);
/** Words, numbers, colours. No function but a colour's: `url()` loads, `expression()` has run. No escapes, no comments. */
const STYLE_VALUE = /^(?:[\w\s#%.,'"!]|-(?=[a-z])|\b(?:rgb|hsl)a?\([\d\s.,%/]+\))+$/i;
const LOADS = /url\s*\(|image-set|@import|\\/i;

export function safeHtml(html: string, imageOf: ImageOf): SafeHtml {
  const read = html.slice(0, MAX_HTML);
  if (nestedDeeperThan(read, MAX_PARSED_DEPTH))
    return { html: `<pre>${escaped(htmlToPlainText(read).text)}</pre>`, blocked: 0, truncated: true };
  let blocked = loadsOfStyleSheets(read);

  const attributesOf = (tag: string, given: sanitize.Attributes): sanitize.Attributes => {
    const kept: sanitize.Attributes = {};
    for (const [name, value] of Object.entries(given)) {
      if (LOADING.includes(name) && value.trim() !== '' && tag !== 'img') blocked += 1;
      else if (name === 'style') {
        if (LOADS.test(value)) blocked += 1;
        const style = safeStyle(value);
        if (style !== '') kept.style = style;
      } else if (name === 'colspan' || name === 'rowspan')
        kept[name] = String(Math.min(Number.parseInt(value, 10) || 1, MAX_SPAN));
      else kept[name] = value;
    }
    return kept;
  };

  const image = (given: sanitize.Attributes): sanitize.Tag => {
    const { src = '', alt = '', ...rest } = given;
    const source = src.trim();
    const own = /^cid:/i.test(source) ? imageOf(contentIdOf(source)) : source;
    const attribs = attributesOf('img', rest);
    if (own !== null && PICTURE.test(own)) return { tagName: 'img', attribs: { ...attribs, src: own, alt } };
    if (source !== '' && !/^(?:cid|data):/i.test(source)) blocked += 1;
    // Pixels that count readers leave no gap.
    const counts =
      /^[01](?:px)?$/.test((given.width ?? '').trim()) || /^[01](?:px)?$/.test((given.height ?? '').trim());
    return { tagName: 'span', attribs: {}, text: counts ? '' : `[${alt.trim() === '' ? 'image' : alt.trim()}]` };
  };

  const out = sanitize(read, {
    allowedTags: TAGS.split(' '),
    allowedAttributes: {
      '*': ATTRIBUTES.split(' '),
      a: ['href', 'rel', 'target'],
      img: ['src', 'alt'],
    },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowedSchemesByTag: { img: ['data'] },
    allowProtocolRelative: false,
    // Styles are filtered below, without a second parser.
    parseStyleAttributes: false,
    nestingLimit: MAX_DEPTH,
    disallowedTagsMode: 'discard',
    nonTextTags: [
      'script',
      'style',
      'textarea',
      'option',
      'noscript',
      'title',
      'template',
      'xmp',
      'noembed',
      'noframes',
      'iframe',
      'svg',
      'math',
    ],
    transformTags: {
      // Runs first; what it gives then passes the rule for all.
      img: (_, attribs) => image(attribs),
      '*': (tagName, attribs) => {
        if (tagName === 'link' && attribs.href !== undefined) blocked += 1;
        const kept = attributesOf(tagName, attribs);
        if (tagName !== 'a') return { tagName, attribs: kept };
        const { href = '', ...rest } = kept;
        const target = href.trim();
        if (!LINK.test(target)) return { tagName, attribs: rest };
        // The page behind a link learns neither where the reader came from nor gets a hold of the window.
        return { tagName, attribs: { ...rest, href: target, rel: 'noopener noreferrer nofollow', target: '_blank' } };
      },
    },
  });
  return { html: out, blocked, truncated: html.length > MAX_HTML };
}

/** `cid:` is an URL: its ID may be percent-encoded (RFC 2392). */
function contentIdOf(source: string): string {
  const id = source.slice(4);
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** The declarations that only change how text looks. */
function safeStyle(style: string): string {
  const kept: string[] = [];
  for (const declaration of style.slice(0, 4000).split(';')) {
    const colon = declaration.indexOf(':');
    const name = declaration.slice(0, colon).trim().toLowerCase();
    const value = declaration.slice(colon + 1).trim();
    if (colon > 0 && value.length <= 200 && STYLES.has(name) && STYLE_VALUE.test(value)) kept.push(`${name}:${value}`);
  }
  return kept.join(';');
}

/** Style sheets inside the mail are dropped as a whole; what they would have loaded is counted. */
function loadsOfStyleSheets(html: string): number {
  let count = 0;
  const lower = html.toLowerCase();
  for (let at = lower.indexOf('<style'); at >= 0; at = lower.indexOf('<style', at + 6)) {
    const end = lower.indexOf('</style', at);
    const sheet = lower.slice(at, end < 0 ? undefined : end);
    count += sheet.split(/url\s*\(|@import/).length - 1;
    if (end < 0) break;
    at = end;
  }
  return count;
}
