/** What is left of a person in plain data. */
import { expect, it } from 'vitest';
import { erasedPerson, withoutAddress } from '../../src/tickets/erasure.ts';

const person = erasedPerson('ana@empresa.com', Buffer.alloc(32, 1));

it('gives the same person the same placeholder, and another key another one', () => {
  expect(erasedPerson('ana@empresa.com', Buffer.alloc(32, 1))).toEqual(person);
  expect(erasedPerson('ana@empresa.com', Buffer.alloc(32, 2)).label).not.toBe(person.label);
  expect(erasedPerson('eva@empresa.com', Buffer.alloc(32, 1)).label).not.toBe(person.label);
  expect(person.placeholder).toMatch(/^erased-[0-9a-f]{12}@erased\.invalid$/);
});

it.each([
  ['nothing to do', 'nothing to do'],
  ['', ''],
  ['ana@empresa.com', '{}'],
  ['To Ana@Empresa.COM, ana@empresa.com.', 'To {}, {}.'],
  ['İstanbul ana@empresa.com İ', 'İstanbul {} İ'],
  ['ana@empresa.con', 'ana@empresa.con'],
])('takes the address out of %j', (text, left) => {
  expect(withoutAddress(text, person)).toBe(left.replaceAll('{}', person.placeholder));
});
