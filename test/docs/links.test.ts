/** Whoever follows a link in the docs arrives somewhere; both languages say the same things. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Page, pagePaths, parsePage, readPage } from './markdown.ts';

const PAGES = new Map(pagePaths().map((path) => [path, readPage(path)]));

/** Links to nowhere, each with its line. Other people's sites are not asked. */
function brokenLinks(page: Page): string[] {
  return page.links.flatMap(({ target, line }) => {
    if (/^(https?|mailto):/.test(target)) return [];
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? page.path : normalize(join(dirname(page.path), decodeURIComponent(file)));
    if (path !== page.path && !existsSync(path)) return [`${page.path}:${line}: there is no ${path}`];
    const there = path === page.path ? page : PAGES.get(path);
    if (anchor === undefined || there === undefined || there.anchors.has(decodeURIComponent(anchor))) return [];
    return [`${page.path}:${line}: ${path} has no heading #${anchor}`];
  });
}

describe('links', () => {
  it.each([...PAGES.values()].map((page) => [page.path, page] as const))('of %s lead somewhere', (_, page) => {
    expect(brokenLinks(page)).toEqual([]);
  });

  it('that lead nowhere are found', () => {
    const text = '# One, two\n[a](#one-two) [b](#three) [c](nothing.md)\n![d](../README.md#start) [e](links.test.ts)';
    expect(brokenLinks(parsePage('test/docs/x.md', text))).toEqual([
      'test/docs/x.md:2: test/docs/x.md has no heading #three',
      'test/docs/x.md:2: there is no test/docs/nothing.md',
      'test/docs/x.md:3: there is no test/README.md',
    ]);
  });
});

describe('the two languages', () => {
  const names = (folder: string) => readdirSync(`docs/${folder}`).sort();
  const headings = (path: string) => [...(PAGES.get(path)?.anchors ?? [])].length;
  const commands = (path: string) =>
    (PAGES.get(path)?.fences ?? []).filter(({ language }) => language === 'sh').map(({ text }) => text);

  it('have the same pages', () => {
    expect(names('es')).toEqual(names('en'));
  });

  it.each<readonly [string, string]>([
    ['README.md', 'README.es.md'],
    ...names('en').map((name) => [`docs/en/${name}`, `docs/es/${name}`] as const),
  ])('%s and %s have the same sections and commands', (english, spanish) => {
    expect(commands(spanish)).toEqual(commands(english));
    expect(headings(spanish)).toBe(headings(english));
  });
});
