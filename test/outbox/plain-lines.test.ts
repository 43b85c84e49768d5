/** Plain text: our own lines are wrapped, others' lines stay as they were written. */
import { describe, expect, it } from 'vitest';
import { finishText, keepLines } from '../../src/outbox/templates/plain-lines.ts';

const word = (length: number) => 'x'.repeat(length);

describe('a finished text', () => {
  it.each([
    ['stays where it fits', `${word(78)}\n`, `${word(78)}\n`],
    ['is wrapped at the last space', `${word(70)} ${word(8)}`, `${word(70)}\n${word(8)}\n`],
    ['is counted in characters', `${'ñ'.repeat(39)} ${'😀'.repeat(38)}`, `${'ñ'.repeat(39)} ${'😀'.repeat(38)}\n`],
    ['keeps its indent', `  ${word(70)} ${word(8)}`, `  ${word(70)}\n  ${word(8)}\n`],
    ['does not break a word', word(100), `${word(100)}\n`],
    ['has one blank line at most in a row', 'a\n\n \n\nb', 'a\n\nb\n'],
    ['has nothing at its ends', '\n\na  \n\n', 'a\n'],
    ['has one kind of line break', 'a\r\n\r\nb', 'a\n\nb\n'],
  ])('%s', (_, text, expected) => {
    expect(finishText(text)).toBe(expected);
  });

  it('keeps the lines of others as they are, and leaves no mark', () => {
    const log = `${word(70)} ${word(30)}\n\n\n\n  fin`;
    expect(finishText(`Dijo:\n${keepLines(log)}\n\nAdiós`)).toBe(`Dijo:\n${log}\n\nAdiós\n`);
  });

  it('is made at the speed of its length', () => {
    const text = `${'a '.repeat(500_000)}\n`.repeat(2);
    expect(finishText(text).length).toBeGreaterThan(1_900_000);
  });
});
