/** A clients export of WHMCS, as its table and as its report spell the columns. */
import { describe, expect, it } from 'vitest';
import { readAccountsFile } from '../../src/desk/accounts-file.ts';

const read = (content: string, numbers = 'C-{id}') =>
  readAccountsFile('clients.csv', content, ['soporte'], { kind: 'whmcs', numbers });

const ACCOUNT = {
  number: 'C-7',
  name: 'Panadería La Espiga',
  state: 'active',
  contacts: [{ address: 'ana@laespiga.example', name: 'Ana Robles' }],
  services: [],
};

describe('a WHMCS clients export', () => {
  it.each([
    [
      'the table',
      'id,firstname,lastname,companyname,email,status\n7,Ana,Robles,Panadería La Espiga,ANA@laespiga.example,Active\n',
      ACCOUNT,
    ],
    [
      'the report, with columns that nobody needs',
      'ID,First Name,Last Name,Company Name,Email,City,Credit,Status\n7,Ana,Robles,Panadería La Espiga,ana@laespiga.example,Soria,0.00,Active\n',
      ACCOUNT,
    ],
    [
      'a person without a company, inactive, in a language that we speak',
      'id,firstname,lastname,companyname,email,status,language\n7,Ana,Robles,,ana@laespiga.example,Inactive,spanish\n',
      { ...ACCOUNT, name: 'Ana Robles', state: 'suspended', language: 'es' },
    ],
    [
      'a closed client without names',
      'id,email,status\n7,ana@laespiga.example,Closed\n',
      { ...ACCOUNT, name: 'ana@laespiga.example', state: 'closed', contacts: [{ address: 'ana@laespiga.example' }] },
    ],
  ])('is read from %s', (_, content, account) => {
    expect(read(content)).toEqual({ ok: true, accounts: [account] });
  });

  it.each([
    ['a missing column', 'id,firstname\n7,Ana\n', 'clients.csv:1: column "email" is missing'],
    ['an unknown status', 'id,email,status\n7,a@b.example,Odd\n', 'clients.csv:2: state must be one of'],
    ['an address that is none', 'id,email\n7,nobody\n', 'clients.csv:2: contact "nobody" is not a mail address'],
  ])('is refused with %s', (_, content, problem) => {
    const result = read(content);
    expect(result.ok ? [] : result.problems).toEqual([expect.stringContaining(problem)]);
  });

  it('is recognised when it is taken for one of our own files', () => {
    const result = readAccountsFile('clients.csv', 'id,firstname,email\n7,Ana,a@b.example\n', []);
    expect(result.ok ? [] : result.problems).toEqual([expect.stringContaining('add --format whmcs')]);
  });
});
