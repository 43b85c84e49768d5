/** What an import would change, line by line. */
import { describe, expect, it } from 'vitest';
import { accountDifference } from '../../src/desk/account-difference.ts';
import type { Account, AccountToSave, SaveMode } from '../../src/store/store.ts';

const ana = { address: 'ana@empresa.com', name: 'Ana', language: null, role: 'holder', primary: false } as const;
const BEFORE: Account = {
  number: 'C-1',
  name: 'Uno',
  language: 'es',
  state: 'active',
  contacts: [{ ...ana, departments: null }],
  services: ['uno.com'],
};
const SAME: AccountToSave = { number: 'c-1', name: 'Uno', contacts: [{ address: 'ana@empresa.com' }], services: [] };

const CASES: [string, AccountToSave, Account | null, SaveMode, string, string[]][] = [
  ['a file that says nothing new', SAME, BEFORE, 'merge', 'unchanged', []],
  [
    'a new account',
    { ...SAME, services: ['dos.com'] },
    null,
    'merge',
    'added',
    ['+ account Uno (active)', '+ contact ana@empresa.com', '+ service dos.com'],
  ],
  [
    'other fields',
    { ...SAME, name: 'Dos', state: 'closed', language: null },
    BEFORE,
    'merge',
    'changed',
    ['~ name: Uno → Dos', '~ state: active → closed', '~ language: es → none'],
  ],
  [
    'fields of a contact',
    { ...SAME, contacts: [{ address: 'ana@empresa.com', role: 'billing', primary: true, departments: ['soporte'] }] },
    BEFORE,
    'merge',
    'changed',
    [
      '~ contact ana@empresa.com role: holder → billing',
      '~ contact ana@empresa.com primary: no → yes',
      '~ contact ana@empresa.com departments: all → soporte',
    ],
  ],
  ['what merging keeps', { ...SAME, contacts: [] }, BEFORE, 'merge', 'unchanged', []],
  [
    'what replacing removes',
    { ...SAME, contacts: [], language: 'es' },
    BEFORE,
    'replace',
    'changed',
    ['- contact ana@empresa.com', '- service uno.com'],
  ],
];

describe('the difference of an import', () => {
  it.each(CASES)('shows %s', (_, wanted, before, mode, change, lines) => {
    expect(accountDifference(wanted, before, mode)).toEqual({ number: before?.number ?? 'c-1', change, lines });
  });
});
