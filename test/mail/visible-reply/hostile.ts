/** Texts and HTML that stopped other programs for seconds, or that aim at a rule of ours: each is one unit, repeated. */
import { MAX_SCANNED } from '../../../src/mail/visible-reply.ts';

const filled = (unit: string): string => unit.repeat(Math.floor(MAX_SCANNED / unit.length));
const many = (unit: string): string => unit.repeat(Math.floor(1_000_000 / unit.length));

export const HOSTILE_TEXTS: readonly { readonly name: string; readonly text: string }[] = [
  { name: '200,000 newlines', text: '\n'.repeat(200_000) },
  { name: '200,000 CRLFs at the limit', text: filled('\r\n') },
  { name: '200,000 dashes', text: '-'.repeat(200_000) },
  { name: "200,000 '>' signs", text: '>'.repeat(200_000) },
  { name: '200,000 digits', text: '7'.repeat(200_000) },
  { name: '200,000 blanks', text: ' '.repeat(200_000) },
  { name: '200,000 hard spaces', text: '\u00a0'.repeat(200_000) },
  { name: '200,000 asterisks', text: '*'.repeat(200_000) },
  { name: "'On ' repeated", text: filled('On ') },
  { name: "'El ' repeated", text: filled('El ') },
  { name: "lines of 'On '", text: filled('On \n') },
  { name: "lines of 'El 3/1/2022 10:00 wrote:' without a name", text: filled('El 3/1/2022 10:00 wrote:\n') },
  { name: 'lines of colons', text: filled(':\n') },
  { name: 'lines of digits and colons', text: filled('1:\n') },
  { name: 'lines as long as a header may be', text: filled(`${'a '.repeat(240)}1:\n`) },
  { name: "lines of '>'", text: filled('>\n') },
  { name: 'a quoted line between each two blank lines', text: filled('>\n\n') },
  { name: 'a quoted line above 200,000 newlines', text: `> a\n${'\n'.repeat(200_000)}b` },
  { name: "lines of '--'", text: filled('--\n') },
  { name: "lines of '-- ' and a name", text: filled('-- \nAna\n') },
  { name: "lines of 'De:'", text: filled('De:\n') },
  { name: 'lines of two fields', text: filled('De: a@b\nPara: c\n') },
  { name: 'lines of separators', text: filled('-----Mensaje originalísimo-----\n') },
  { name: 'rules and words', text: filled('__\nx\n') },
  { name: 'fences', text: filled('```\n') },
  { name: 'lines of phones', text: filled('Enviado desde mi iPhone\n\n') },
  { name: 'legal notices', text: filled('Este mensaje es confidencial\n\n') },
  { name: 'at signs', text: filled('@') },
  { name: 'marker lines without an end', text: filled('##- marca -\n') },
];

export const HOSTILE_HTML: readonly { readonly name: string; readonly html: string }[] = [
  ...['<', '<a', '<a "', `<a'<a"`, '<!--', '<style', '<style></STYL>', '<div class="', '</div>', '<div a=b '].map(
    (unit) => ({
      name: `'${unit}' repeated`,
      html: many(unit),
    }),
  ),
  { name: 'quotes in quotes', html: many('<blockquote type=cite>') },
  { name: 'indents in indents', html: many('<blockquote style="margin:0 0 0 40px">') },
  { name: 'quotes side by side', html: many('<div class="gmail_attr">a</div>') },
];
