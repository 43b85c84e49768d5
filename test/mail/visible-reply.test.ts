/**
 * What a reader of the ticket sees of a reply: our own cases, prose that must not be cut, hostile texts against the
 * clock, and the expectations of four other projects where the corpus is there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { htmlToPlainText } from '../../src/mail/html-text.ts';
import { markHtmlQuotes, takeQuoteMarks } from '../../src/mail/visible-reply/html-quotes.ts';
import { MAX_SCANNED, quotedText, splitReply, visibleText } from '../../src/mail/visible-reply.ts';
import { corpus } from '../support/corpus.ts';
import { fastest } from '../support/fastest.ts';
import * as cases from './visible-reply/cases.ts';
import differences from './visible-reply/differences.json' with { type: 'json' };
import { HOSTILE_HTML, HOSTILE_TEXTS } from './visible-reply/hostile.ts';
import { HTML_CASES } from './visible-reply/html-cases.ts';
import { HTML_CLIENT_CASES } from './visible-reply/html-clients.ts';
import htmlCorpus from './visible-reply/html-corpus.json' with { type: 'json' };

const folded = (text: string): string => text.replace(/\s+/g, ' ').trim();

function splitHtml(html: string) {
  const { text, marks } = takeQuoteMarks(htmlToPlainText(markHtmlQuotes(html)).text);
  return { text, cut: splitReply(text, { marks }) };
}

const GROUPS: readonly (readonly [string, readonly cases.ReplyCase[]])[] = [
  ['cuts the quote that clients write', cases.QUOTE_CASES],
  ['cuts at our own marker line', cases.MARKER_CASES],
  ['keeps answers between quoted lines', cases.INLINE_CASES],
  ['takes a forwarded mail as content, or as quote below a comment', cases.FORWARD_CASES],
  ['cuts what programs add below', cases.SIGNATURE_CASES],
  ['does not cut prose', cases.PROSE_CASES],
];

for (const [title, group] of GROUPS) {
  describe(title, () => {
    test.each(group)('$name', ({ text, visible, rule, replyMarkers }) => {
      const whole = text.join('\n');
      const cut = splitReply(whole, replyMarkers === undefined ? {} : { replyMarkers });
      expect(visibleText(whole, cut)).toBe((visible === 'all' ? whole : visible.join('\n')).trim());
      expect(cut.rule).toBe(rule);
      if (visible === 'all') expect(quotedText(whole, cut)).toBe('');
    });
  });
}

describe('HTML replies', () => {
  test.each([...HTML_CASES, ...HTML_CLIENT_CASES])('$name', ({ html, visible, rule }) => {
    const { text, cut } = splitHtml(html);
    expect(folded(visibleText(text, cut))).toBe(visible);
    expect(cut.rule).toBe(rule);
  });

  test('the marks leave no trace in the text', () => {
    for (const { html } of HTML_CASES) expect(splitHtml(html).text).not.toMatch(/[\ue000-\uf8ff]/);
  });

  test('are thirty at least', () => {
    expect(HTML_CASES.length + HTML_CLIENT_CASES.length).toBeGreaterThanOrEqual(30);
  });

  test('a sender who writes our private characters marks nothing', () => {
    const { text, cut } = splitHtml('<p>Hola.</p><p>\uf8e1secreto\uf8e2</p>');
    expect(folded(visibleText(text, cut))).toBe('Hola. secreto');
  });
});

describe('confidence', () => {
  test('is lower where answers stand between quoted lines', () => {
    const above = splitReply('Sí.\n\nEl 3/1/22 a las 10:00, Soporte escribió:\n> ¿Va?');
    const between = splitReply('El 3/1/22 a las 10:00, Soporte escribió:\n> ¿Va?\n\nSí.');
    expect(above.confidence).toBeGreaterThan(0.9);
    expect(between.confidence).toBeLessThan(0.7);
  });

  test('is low where something resembles a quote and nothing was cut', () => {
    expect(splitReply('Hola.').confidence).toBeGreaterThan(0.8);
    expect(splitReply('Hola.\n\nAna <ana@cliente.example>:\nno va').confidence).toBeLessThan(0.5);
    expect(splitReply('> sólo una cita').confidence).toBeLessThan(0.2);
  });

  test('is zero for a text that is too long to scan, which stays whole', () => {
    const text = `Sí.\n\n-----Mensaje original-----\n${'x\n'.repeat(MAX_SCANNED / 2)}`;
    const cut = splitReply(text);
    expect(cut).toEqual({ visible: [[0, text.length]], rule: 'too-long', confidence: 0 });
  });
});

describe('any text', () => {
  const line = fc.oneof(
    fc.constantFrom(
      '',
      '> cita',
      '>',
      '-- ',
      '--',
      '```',
      'Hola',
      'De: a@b.example',
      'Enviado: lunes 3/1/2022 10:00',
      'Asunto: x',
      '-----Mensaje original-----',
      'El 3/1/22 a las 10:00, Ana escribió:',
      'Enviado desde mi iPhone',
      '________',
      '##- marca -##',
      'Este mensaje es confidencial',
    ),
    fc.string({ maxLength: 12 }),
  );

  test('is covered by ordered ranges, and never hidden as a whole', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.constantFrom('\n', '\r\n'), (lines, lineBreak) => {
        const text = lines.join(lineBreak);
        const cut = splitReply(text, { replyMarkers: ['##- marca -##'] });
        let position = 0;
        for (const [start, end] of cut.visible) {
          expect(start).toBeGreaterThanOrEqual(position);
          expect(end).toBeGreaterThan(start);
          position = end;
        }
        expect(position).toBeLessThanOrEqual(text.length);
        if (text.trim() !== '') expect(visibleText(text, cut)).not.toBe('');
        const words = (part: string) => part.replace(/\s+/g, '').length;
        expect(words(visibleText(text, cut)) + words(quotedText(text, cut))).toBe(words(text));
      }),
      { numRuns: 500 },
    );
  });
});

describe('hostile input', () => {
  test.each(HOSTILE_TEXTS)('$name: split within a second', ({ text }) => {
    expect(text.length).toBeLessThanOrEqual(MAX_SCANNED);
    const spent = fastest(() => {
      const cut = splitReply(text, { replyMarkers: ['##- marca -##'] });
      visibleText(text, cut);
      quotedText(text, cut);
    });
    expect(spent).toBeLessThan(1_000);
  });

  test.each(HOSTILE_HTML)('$name: marked within a second', ({ html }) => {
    expect(fastest(() => takeQuoteMarks(markHtmlQuotes(html)))).toBeLessThan(1_000);
  });

  test.each([
    ['lines of prose', 'Una línea cualquiera de un texto cualquiera, y otra más.\n'],
    ['lines that end like a header', 'El 3 de enero a las 10:00 dijo:\n'],
    ['lines that start like a header block', 'De: a@b.example\n'],
    ['quoted and blank lines', '> a\n\n\nb\n'],
    ['signature delimiters', '--\nAna\n'],
  ])('time grows linearly with %s', (_name, unit) => {
    const perCharacter = (size: number) => {
      const text = unit.repeat(Math.floor(size / unit.length));
      // As many characters in all for each size, so that the clock's grain and the collector weigh the same.
      const rounds = Math.ceil(MAX_SCANNED / size);
      const run = () => {
        for (let round = 0; round < rounds; round += 1) splitReply(text);
      };
      return fastest(run) / (rounds * size);
    };
    perCharacter(10_000);
    // Quadratic growth would be 26 times; the factor leaves room for caches and a busy machine.
    const attempts = [0, 1, 2].some(() => {
      const small = perCharacter(10_000);
      return perCharacter(100_000) < 8 * small && perCharacter(MAX_SCANNED) < 8 * small;
    });
    expect(attempts).toBe(true);
  });
});

const expectation = z.object({
  visible_equals: z.string().optional(),
  first_fragment_equals: z.string().optional(),
  visible_contains: z.array(z.string()).default([]),
  visible_not_contains: z.array(z.string()).default([]),
  first_fragment_matches: z.array(z.string()).default([]),
  fragments: z.number().optional(),
  max_ms: z.number().optional(),
});
type Expectation = z.infer<typeof expectation>;
const expectations = z.object({ mails: z.record(z.string(), expectation) });
const reasons = z.record(z.string(), z.string().min(20)).parse(differences);

/** What an expectation asks and the cut does not give; `fragments` says only whether anything is cut. */
function misses(text: string, wanted: Expectation): string[] {
  const cut = splitReply(text);
  const visible = folded(visibleText(text, cut));
  const [start, end] = cut.visible[0] ?? [0, 0];
  const first = text.slice(start, end).trim();
  const found: string[] = [];
  const want = (holds: boolean, what: string) => {
    if (!holds) found.push(what);
  };
  if (wanted.visible_equals !== undefined) want(visible === folded(wanted.visible_equals), 'visible_equals');
  if (wanted.first_fragment_equals !== undefined) {
    want(folded(first) === folded(wanted.first_fragment_equals), 'first_fragment_equals');
  }
  for (const part of wanted.visible_contains) want(visible.includes(folded(part)), `visible_contains ${part}`);
  for (const part of wanted.visible_not_contains) want(!visible.includes(folded(part)), `visible_not_contains ${part}`);
  for (const pattern of wanted.first_fragment_matches) {
    const bare = pattern.startsWith('/') ? pattern.slice(1, -1) : pattern;
    want(new RegExp(bare).test(first), `first_fragment_matches ${pattern}`);
  }
  if (wanted.fragments !== undefined) {
    want(wanted.fragments > 1 === (quotedText(text, cut) !== ''), `fragments ${wanted.fragments}`);
  }
  if (wanted.max_ms !== undefined) want(fastest(() => splitReply(text)) <= wanted.max_ms, 'max_ms');
  return found;
}

function asksForText(wanted: Expectation): boolean {
  const { visible_contains, visible_not_contains, first_fragment_matches } = wanted;
  const lists = visible_contains.length + visible_not_contains.length + first_fragment_matches.length;
  return (
    lists > 0 ||
    wanted.visible_equals !== undefined ||
    wanted.first_fragment_equals !== undefined ||
    wanted.fragments !== undefined
  );
}

describe.skipIf(corpus === null)('HTML replies of other projects, with expectations of ours', () => {
  test.each(Object.entries(htmlCorpus))('%s', (file, { shown, hidden }) => {
    const { text, cut } = splitHtml(readFileSync(join(corpus ?? '', file), 'utf8'));
    const visible = folded(visibleText(text, cut));
    for (const needle of shown) expect(visible).toContain(needle);
    for (const needle of hidden) {
      expect(visible).not.toContain(needle);
      expect(folded(text)).toContain(needle);
    }
  });
});

describe.skipIf(corpus === null)('expectations of other projects', () => {
  const folder = corpus ?? '';
  const named = ['crisp-reply', 'github-reply', 'zapier-reply', 'willdurand-reply'];
  const present = named.filter((name) => existsSync(join(folder, name, 'expected.json')));
  const results = present.flatMap((name) => {
    const { mails } = expectations.parse(JSON.parse(readFileSync(join(folder, name, 'expected.json'), 'utf8')));
    return Object.entries(mails)
      .filter(([, wanted]) => asksForText(wanted) || wanted.max_ms !== undefined)
      .map(([file, wanted]) => {
        const missed = misses(readFileSync(join(folder, name, file), 'utf8'), wanted);
        return { name, file: `${name}/${file}`, missed, text: asksForText(wanted) };
      });
  });

  test('every miss is listed with its reason, and every listed file misses', () => {
    const missed = results.filter((result) => result.missed.length > 0);
    const unlisted = missed.filter(({ file }) => !(file in reasons)).map(({ file, missed }) => ({ file, missed }));
    expect(unlisted).toEqual([]);
    expect(missed.map(({ file }) => file).sort()).toEqual(Object.keys(reasons).sort());
  });

  test('at least 95 % of the visible texts are as expected', () => {
    const asked = results.filter(({ text }) => text);
    const right = asked.filter(({ missed }) => missed.length === 0);
    for (const name of present) {
      const all = asked.filter((result) => result.name === name).length;
      console.log(`${name}: ${right.filter((result) => result.name === name).length} of ${all} visible texts`);
    }
    expect(asked.length).toBeGreaterThan(100);
    expect(right.length / asked.length).toBeGreaterThanOrEqual(0.95);
  });
});
