import { describe, expect, it } from 'vitest';
import { nestedDeeperThan } from '../../src/mail/html-depth.ts';
import { htmlToPlainText } from '../../src/mail/html-text.ts';
import { fastest } from '../support/fastest.ts';

const deep = (tag: string, depth: number) => `${`<${tag}>`.repeat(depth)}hola${`</${tag}>`.repeat(depth)}`;

describe('the text of HTML', () => {
  it.each([
    ['<p>uno</p><p>dos</p>', 'uno\n\ndos'],
    ['uno<br>dos', 'uno\ndos'],
    ['<h1>Aviso</h1>', 'Aviso'],
    ['<a href="https://x.example/a">aqui</a>', 'aqui <https://x.example/a>'],
    ['<a href="https://x.example/">https://x.example/</a>', 'https://x.example/'],
    ['<a href="#arriba">arriba</a>', 'arriba'],
    ['<img src="x" alt="logo">hola', 'hola'],
    ['<script>alert(1)</script><style>p{}</style>hola', 'hola'],
    ['&lt;b&gt; &amp; &ntilde; &#8364;', '<b> & ñ €'],
    ['<table><tr><td>a</td><td>b</td></tr></table>', 'ab'],
    ['<b>sin <i>cerrar', 'sin cerrar'],
    ['', ''],
    ['solo texto', 'solo texto'],
    ['a < b', 'a < b'],
  ])('of %j is %j', (html, text) => {
    expect(htmlToPlainText(html)).toEqual({ text, truncated: false });
  });

  it.each([60, 400])('is not lost %i levels down', (depth) => {
    expect(htmlToPlainText(deep('div', depth))).toEqual({ text: 'hola', truncated: false });
  });

  it('survives nesting that no converter takes, and says so', () => {
    const { text, truncated } = htmlToPlainText(deep('div', 5000));
    expect(text.trim()).toBe('hola');
    expect(truncated).toBe(true);
  });

  it('says so where lines were left out', () => {
    const { text, truncated } = htmlToPlainText('linea<br>'.repeat(20_000));
    expect(truncated).toBe(true);
    expect(text.endsWith('…')).toBe(true);
  });

  it('says so where HTML is larger than is read', () => {
    expect(htmlToPlainText(`<p>hola</p>${' '.repeat(1_000_001)}`)).toEqual({ text: 'hola', truncated: true });
  });

  it.each<[string, string]>([
    ['nested divs', '<div>'.repeat(200_000)],
    ['nested headings', '<h1>'.repeat(200_000)],
    ['nested tables', '<table><tr><td>'.repeat(60_000)],
    ['items in terms', '<li><dd>'.repeat(120_000)],
    ['paragraphs in items', '<p><li><td><option>'.repeat(50_000)],
    ['ends that end nothing', '<div></x>'.repeat(110_000)],
    ['ends inside comments', '<div><!--</div>-->'.repeat(55_000)],
    ['ends inside values', '<div a="</div>">'.repeat(60_000)],
    ['ends inside tags', '<i </i>'.repeat(140_000)],
    ['comments without end', '<!--'.repeat(250_000)],
    ['angle brackets', '<'.repeat(1_000_000)],
    ['tags without end', '<a '.repeat(330_000)],
    ['attributes without end', `<a ${'b="'.repeat(330_000)}`],
    ['ampersands', '&'.repeat(1_000_000)],
    ['line breaks', '<br>'.repeat(250_000)],
    ['a span of 20,000 columns', '<table><tr><td colspan=20000 rowspan=20000>x</table>'],
  ])('is there within two seconds for %s', (_, html) => {
    expect(fastest(() => htmlToPlainText(html))).toBeLessThan(2000);
  });
});

describe('the depth of HTML', () => {
  it.each<[string, number]>([
    ['<div><div><div>', 3],
    ['<div></div><div></div>', 1],
    ['<p>a<p>b<p>c', 1],
    ['<ul><li>a<li>b</ul>', 2],
    ['<table><tr><td>a<td>b<tr><td>c</table>', 3],
    ['<br><img><hr>', 0],
    ['<p>a<div>b</div>', 1],
    ['<div a="</div>"><b>', 2],
    ['<!-- <div><div> --><b>', 1],
    ['a < b <> </', 0],
  ])('of %j is %i', (html, depth) => {
    expect(nestedDeeperThan(html, depth)).toBe(false);
    if (depth > 0) expect(nestedDeeperThan(html, depth - 1)).toBe(true);
  });
});
