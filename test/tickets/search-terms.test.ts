import { expect, it } from 'vitest';
import { searchTerms } from '../../src/tickets/search-terms.ts';

const word = (text: string) => ({ text, prefix: false });

it.each([
  ['espana web', [word('espana'), word('web')]],
  ['"no carga" web', [word('no carga'), word('web')]],
  ['fact*', [{ text: 'fact', prefix: true }]],
  ['AND OR NEAR(a b) -x subject:y', ['AND', 'OR', 'NEAR(a', 'b)', '-x', 'subject:y'].map(word)],
  ['sin "cerrar', [word('sin'), word('cerrar')]],
  ['* "" () \u0000 --', []],
  ['', []],
])('%j is the words %j', (typed, terms) => {
  expect(searchTerms(typed)).toEqual(terms);
});

it('looks for no more than ten words', () => {
  expect(searchTerms('a '.repeat(1000))).toHaveLength(10);
});
