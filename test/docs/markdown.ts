/** What the tests of the docs read in a Markdown file: fences, links, anchors and code spans. Line by line, no more of Markdown. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Fence {
  /** `sh`, `text`, … */
  readonly language: string;
  readonly text: string;
  /** 1-based, of its first line of text. */
  readonly line: number;
  /** Why it is not run, as the comment `<!-- not run: … -->` right before it says. */
  readonly notRun: string | null;
}

export interface Page {
  readonly path: string;
  readonly fences: readonly Fence[];
  readonly links: readonly { readonly target: string; readonly line: number }[];
  readonly spans: readonly { readonly text: string; readonly line: number }[];
  readonly anchors: ReadonlySet<string>;
}

/** README*, CHANGELOG and all of docs, relative to the root. */
export function pagePaths(): string[] {
  const root = readdirSync('.').filter((name) => /^(README|CHANGELOG).*\.md$/.test(name));
  const docs = readdirSync('docs', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  return [...root, ...docs.map((name) => join('docs', name))].sort();
}

export function readPage(path: string): Page {
  return parsePage(path, readFileSync(path, 'utf8'));
}

export function parsePage(path: string, markdown: string): Page {
  const fences: Fence[] = [];
  const prose: { text: string; line: number }[] = [];
  const lines = markdown.split('\n');
  let notRun: string | null = null;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const open = /^(\s*)```(\w*)/.exec(line);
    if (open === null) {
      const comment = /^\s*<!-- not run: (.+) -->\s*$/.exec(line);
      notRun = comment?.[1] ?? (line.trim() === '' ? notRun : null);
      prose.push({ text: line, line: at + 1 });
      continue;
    }
    const [, indent = '', language = ''] = open;
    const start = at + 1;
    do at += 1;
    while (at < lines.length && (lines[at] ?? '').trim() !== '```');
    const body = lines.slice(start, at).map((one) => (one.startsWith(indent) ? one.slice(indent.length) : one));
    fences.push({ language, text: body.join('\n'), line: start + 1, notRun });
    notRun = null;
  }
  return { path, fences, links: linksOf(prose), spans: spansOf(prose), anchors: anchorsOf(prose) };
}

interface Line {
  readonly text: string;
  readonly line: number;
}

function linksOf(prose: readonly Line[]): Link[] {
  return prose.flatMap(({ text, line }) => {
    const plain = text.replace(/`[^`]*`/g, '');
    const inline = [...plain.matchAll(/\]\(([^)\s]+)\)/g), ...plain.matchAll(/(?:src|srcset|href)="([^"]+)"/g)];
    return inline.map(([, target = '']) => ({ target, line }));
  });
}

interface Link {
  readonly target: string;
  readonly line: number;
}

/** A span may go on over the end of a line. */
function spansOf(prose: readonly Line[]): Line[] {
  const spans: Line[] = [];
  let open: { text: string; line: number } | null = null;
  for (const { text, line } of prose) {
    if (text.trim() === '') open = null;
    for (const [index, part] of text.split('`').entries()) {
      if (index > 0) {
        if (open !== null) spans.push({ ...open, text: open.text.trim() });
        open = open === null ? { text: '', line } : null;
      }
      if (open !== null) open.text += part;
    }
    if (open !== null) open.text += ' ';
  }
  return spans;
}

/** As GitHub makes them: lower case, without punctuation, spaces as hyphens; the second of a kind has a number. */
function anchorsOf(prose: readonly Line[]): Set<string> {
  const anchors = new Set<string>();
  for (const { text } of prose) {
    for (const [, id = ''] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
    const heading = /^#{1,6}\s+(.+?)\s*$/.exec(text)?.[1];
    if (heading === undefined) continue;
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    let free = slug;
    for (let count = 1; anchors.has(free); count += 1) free = `${slug}-${count}`;
    anchors.add(free);
  }
  return anchors;
}
