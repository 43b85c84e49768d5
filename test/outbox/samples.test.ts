/** Every kind of mail in every language and variant, as the samples have it: what must hold for all of them. */
import { describe, expect, it } from 'vitest';
import { markerOf, renderMail, renderTexts, ticketOf } from '../../src/outbox/render.ts';
import { allSamples, KIND_NAMES, samplesOf } from '../../src/outbox/samples/all.ts';

const DATE = Date.UTC(2026, 2, 2, 9);
const samples = allSamples().map((sample) => ({
  ...sample,
  name: `${sample.kind}.${sample.language} ${sample.variant}`,
}));

it.each(KIND_NAMES)('there are samples of %s, the usual one first', (kind) => {
  expect(samplesOf(kind, 'es').map(({ variant }) => variant)[0]).toBe('usual');
});

describe('every mail', () => {
  it.each(samples)('$name: leaves nothing of the template in it', ({ mail }) => {
    const { subject, text, html } = renderTexts(mail);
    for (const part of [subject, text, html]) {
      expect(part).not.toMatch(/undefined|\bnull\b|NaN|\[object|Liquid/);
      // What the client wrote stays as it was written; of ours nothing is left.
      expect(part.replaceAll(/\{\{ company \}\}|\{% raw %\}/g, '')).not.toMatch(/\{\{|\{%|%\}|\}\}/);
    }
    expect(subject).not.toMatch(/[\r\n]|^\s|\s$/);
    expect(text).not.toMatch(/\n{3}|[ \t]\n|^\n/);
    expect(html).not.toMatch(/<script/);
  });

  it.each(samples)('$name: names its ticket in subject, text and HTML', ({ mail }) => {
    const { subject, text, html } = renderTexts(mail);
    expect(subject).not.toContain('[]');
    const id = ticketOf(mail.data);
    if (id === null) return;
    expect(subject).toContain(`[${id}]`);
    expect(text).toContain(id);
    expect(html).toContain(id);
  });

  it.each(samples)('$name: has the line above which to answer above all else, where there is one', ({ mail }) => {
    const marker = markerOf(mail);
    if (marker === '') return;
    const { text, html } = renderTexts(mail);
    expect(text.startsWith(`${marker}\n`)).toBe(true);
    expect(
      html
        .slice(html.indexOf('<body'))
        .replaceAll(/<[^>]*>/g, '')
        .trimStart()
        .startsWith(marker),
    ).toBe(true);
  });

  it.each(samples)(
    '$name: fits 78 columns as plain text, but for what has no space and what others wrote',
    ({ mail }) => {
      const { text } = renderTexts(mail);
      const theirs = Object.values(mail.data).flatMap((value) => (typeof value === 'string' ? value.split('\n') : []));
      const long = text.split('\n').filter((line) => [...line].length > 78 && line.trim().includes(' '));
      expect(long.filter((line) => !theirs.some((one) => line.includes(one.trimEnd()) && one.length > 60))).toEqual([]);
    },
  );

  it.each(samples)('$name: has no line that SMTP could not carry', async ({ mail }) => {
    const lines = (await renderMail(mail, DATE)).toString('latin1').split('\r\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998);
  });
});
