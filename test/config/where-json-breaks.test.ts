/** A config that is no JSON is told by its line, whichever Node reads it, and nothing that stands in it is repeated. */
import { describe, expect, it } from 'vitest';
import { whereJsonBreaks } from '../../src/config/where-json-breaks.ts';

const PASSWORD = 'hunter2-hunter2-hunter2';

const broken: readonly (readonly [name: string, content: string, words: RegExp])[] = [
  ['a comma too many', `{\n  "a": "${PASSWORD}",\n}`, /^Expected double-quoted property name at line 3, column 1$/],
  ['a comma too few', `{\n  "a": "${PASSWORD}"\n  "b": 2\n}`, /^Expected ',' or '}' .+ at line 3, column 3$/],
  [
    'a text without its end',
    `{\n  "a": "${PASSWORD}\n}`,
    /^Bad control character in string literal at line 2, column 32$/,
  ],
  ['something behind it', '{}\n{}', /^Unexpected non-whitespace character at line 2, column 1$/],
  ['an unknown escape', '\n{"a": "\\q"}', /^Bad escaped character at line 2, column 9$/],
  ['a mistake in the first place', '{a: 1}', /^Expected property name or '}' at line 1, column 2$/],
  ['a text without quotes', `{\n  "a": "${PASSWORD}",\n  "b": ${PASSWORD}\n}`, /^Unexpected token 'h' near line 3$/],
  ['a start without an end', '{\n  "a": [', /^Unexpected end of JSON input$/],
];

describe.each(broken)('%s', (_, content, words) => {
  it('is told as this Node sees it', () => {
    let said = 'nothing is wrong';
    try {
      JSON.parse(content);
    } catch (error) {
      said = whereJsonBreaks(content, error);
    }
    expect(said).toMatch(words);
    expect(said).not.toContain('hunter');
  });
});

describe('the words of another Node', () => {
  const content = `{\n  "a": 1,\n}`;

  it.each([
    ['20', 'Expected double-quoted property name in JSON at position 12'],
    ['22', 'Expected double-quoted property name in JSON at position 12 (line 3 column 1)'],
  ])('%s', (_, message) => {
    expect(whereJsonBreaks(content, new SyntaxError(message))).toBe(
      'Expected double-quoted property name at line 3, column 1',
    );
  });

  it('that quote the file and are not known are not passed on', () => {
    expect(whereJsonBreaks(content, new SyntaxError(`Something new, "${PASSWORD}"`))).toBe('it breaks off');
  });
});
