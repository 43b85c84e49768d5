/** A file of accounts: every way people write one, and all that is wrong with it at once. */
import { describe, expect, it } from 'vitest';
import { readAccountsFile } from '../../src/desk/accounts-file.ts';
import type { AccountToSave } from '../../src/store/store.ts';

const DEPARTMENTS = ['soporte', 'facturacion'];

function accountsOf(content: string, name = 'clientes.csv'): readonly AccountToSave[] {
  const result = readAccountsFile(name, content, DEPARTMENTS);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.accounts;
}

function problemsOf(content: string, name = 'clientes.csv'): readonly string[] {
  const result = readAccountsFile(name, content, DEPARTMENTS);
  return result.ok ? [] : result.problems;
}

const json = (...accounts: unknown[]) => JSON.stringify(accounts);
const withContacts = (...contacts: unknown[]) => json({ number: 'C-1', name: 'Uno', contacts });

const ESPIGA = {
  number: 'C-1001',
  name: 'Panadería La Espiga',
  language: 'es',
  state: 'active',
  contacts: [{ address: 'ana@laespiga.es' }, { address: 'luis@laespiga.es' }],
  services: ['laespiga.es', 'tienda.laespiga.es'],
};

describe('CSV', () => {
  const COMMAS = `number,name,language,state,contacts,services
C-1001,Panadería La Espiga,es,active,ana@laespiga.es; luis@laespiga.es,laespiga.es|tienda.laespiga.es
`;
  it.each([
    ['commas', COMMAS],
    ['a byte order mark', `\ufeff${COMMAS}`],
    ['CRLF line ends', COMMAS.replaceAll('\n', '\r\n')],
    ['no final line break', COMMAS.trimEnd()],
    ['empty lines, also at the end', COMMAS.replaceAll('\n', '\n\n\n')],
    ['lines of nothing but commas, as spreadsheets leave them', `${COMMAS},,,,,\n,,,,,\n`],
    ['blanks around the cells', COMMAS.replaceAll(',', ' , ')],
    ['quotes', COMMAS.replaceAll(/[^,\n]+/g, '"$&"')],
    [
      'semicolons, as Spanish spreadsheets write',
      `number;name;language;state;contacts;services
C-1001;Panadería La Espiga;es;active;ana@laespiga.es, luis@laespiga.es;"laespiga.es;tienda.laespiga.es"
`,
    ],
    ['tabs', COMMAS.replaceAll(',', '\t')],
    ['column names in another case', COMMAS.replace('number,name', 'Number,NAME')],
    [
      'columns in another order',
      `services,contacts,name,number,state,language
laespiga.es;tienda.laespiga.es,ana@laespiga.es;luis@laespiga.es,Panadería La Espiga,C-1001,active,es
`,
    ],
  ])('reads a file with %s', (_, content) => {
    expect(accountsOf(content)).toEqual([ESPIGA]);
  });

  it('leaves out what the cells leave empty, so that an import keeps what is known', () => {
    expect(accountsOf('number,name,language,state,contacts\nC-1,Uno,,,\n')).toEqual([
      { number: 'C-1', name: 'Uno', contacts: [], services: [] },
    ]);
    expect(accountsOf('number,name\nC-1,Uno\n')).toEqual(accountsOf('number,name,language,state,contacts\nC-1,Uno\n'));
  });

  it('keeps delimiters, quotes and line breaks that stand inside quotes', () => {
    expect(accountsOf('number,name\nC-1,"Gil, ""Hijos"" y Cía;"\n')[0]?.name).toBe('Gil, "Hijos" y Cía;');
    expect(problemsOf('number,name\nC-1,"Gil\ny Cía"\nC-2,Dos,\nC-3,\n')).toEqual(['clientes.csv:5: name is missing']);
  });

  it('takes a name with an address, also one with a comma', () => {
    const content = 'number;name;contacts\nC-1;Uno;"Ana Gil <ana@x.es>, ""Robles, Luis"" <luis@x.es>"\n';
    expect(accountsOf(content)[0]?.contacts).toEqual([
      { address: 'ana@x.es', name: 'Ana Gil' },
      { address: 'luis@x.es', name: 'Robles, Luis' },
    ]);
  });

  it('names every problem at once, with its line', () => {
    const content = `number,name,language,state,contacts
C-1,Uno,es,active,ana@x.es
,Dos,es,active,eva@x.es
C-3,,fr,asleep,not an address
C-1,Uno again,,,
C-5,Cinco,es,active,x@y.es,one,cell,more
C 6,Seis,,,a@x.es;a@X.es;*@gmail.com
`;
    expect(problemsOf(content)).toEqual([
      'clientes.csv:3: number is missing',
      'clientes.csv:4: name is missing',
      'clientes.csv:4: language must be one of es, en',
      'clientes.csv:4: state must be one of active, suspended, closed',
      'clientes.csv:4: contact "not an address" is not a mail address',
      'clientes.csv:5: account C-1 stands already at clientes.csv:2',
      'clientes.csv:6: has 8 cells, and there are 5 columns',
      'clientes.csv:7: number must be 1 to 40 letters, digits, dots, hyphens or slashes',
      'clientes.csv:7: contact a@x.es stands twice on the account',
      'clientes.csv:7: contact "*@gmail.com" would let in everybody with an address there',
    ]);
  });

  it.each([
    [
      'an unknown column',
      'number,name,telefono,fax\n',
      [
        'clientes.csv:1: there is no column "telefono"; known are number, name, language, state, contacts, services',
        'clientes.csv:1: there is no column "fax"; known are number, name, language, state, contacts, services',
      ],
    ],
    ['a column twice', 'number,name,name\nC-1,Uno,Dos\n', ['clientes.csv:1: column "name" stands twice']],
    [
      'no header',
      'number\nC-1\n',
      ['clientes.csv:1: column "name" is missing; known are number, name, language, state, contacts, services'],
    ],
    ['a header and nothing else', 'number,name\n', ['clientes.csv: names no accounts']],
    [
      'an open quote',
      'number,name\nC-1,"Uno\nC-2,Dos\n',
      ['clientes.csv: is not valid CSV: Quote Not Closed: the parsing is finished with an opening quote at line 3'],
    ],
  ])('refuses a file with %s', (_, content, problems) => {
    expect(problemsOf(content)).toEqual(problems);
  });

  it('refuses an empty file, which a replace would take for "close everybody"', () => {
    expect(problemsOf('')).not.toEqual([]);
    expect(problemsOf('\n\n')).not.toEqual([]);
    expect(problemsOf('[]', 'clientes.json')).toEqual(['clientes.json: names no accounts']);
  });
});

describe('JSON', () => {
  it('reads contacts as text or with all they can have', () => {
    const contacts = [
      'Ana Gil <ana@x.es>',
      {
        address: 'luis@x.es',
        name: 'Luis',
        language: 'en',
        role: 'billing',
        primary: true,
        departments: ['facturacion'],
      },
      '*@x.es',
    ];
    expect(accountsOf(withContacts(...contacts), 'a.json')[0]?.contacts).toEqual([
      { address: 'ana@x.es', name: 'Ana Gil' },
      contacts[1],
      { address: '*@x.es' },
    ]);
  });

  it.each([
    ['with a byte order mark', `\ufeff${json({ number: 'C-1', name: 'Uno' })}`, 'a.json'],
    ['in capitals', json({ number: 'C-1', name: 'Uno' }), 'A.JSON'],
    ['under another name', json({ number: 'C-1', name: 'Uno' }), 'export.txt'],
  ])('is known as such %s', (_, content, name) => {
    expect(accountsOf(content, name)).toMatchObject([{ number: 'C-1' }]);
  });

  it.each([
    ['{"number": "C-1"}', ['a.json: must be a list of accounts']],
    ['"text"', ['a.json: must be a list of accounts']],
    [json(7), ['a.json[0]: the account must be an object with number and name']],
    [
      json({ number: 1001, name: 'Uno' }, { name: 'Dos' }),
      ['a.json[0]: number must be text in quotes', 'a.json[1]: number is missing'],
    ],
    [json({ number: 'C-1', name: '  ' }), ['a.json[0]: name is missing']],
    [
      json({ number: 'C-1', name: 'Uno', phone: '1', fax: 2 }),
      ['a.json[0]: the account has unknown fields: phone, fax'],
    ],
    [
      json({ number: 'C-1', name: 'Uno', contacts: 'ana@x.es', services: [7] }),
      ['a.json[0]: contacts must be a list', 'a.json[0]: services[0] must be text in quotes'],
    ],
    [
      withContacts({ address: 'ana@x.es', role: 'boss', primary: 'yes' }),
      [
        'a.json[0]: contacts[0].role must be one of holder, technical, billing',
        'a.json[0]: contacts[0].primary must be true or false',
      ],
    ],
    [withContacts({ name: 'Ana' }), ['a.json[0]: contacts[0].address is missing']],
    [withContacts({ address: 'a@x.es', mail: 'b@x.es' }), ['a.json[0]: contacts[0] has unknown fields: mail']],
    [withContacts(7), ['a.json[0]: contacts[0] must be an address or an object with an address']],
    [
      withContacts({ address: 'a@x.es', departments: [] }),
      ['a.json[0]: contacts[0].departments must not be an empty list'],
    ],
    [
      withContacts({ address: 'a@x.es', departments: ['ventas'] }),
      ['a.json[0]: contact a@x.es: there is no department "ventas"; known are soporte, facturacion'],
    ],
  ])('says what is wrong in %s', (content, problems) => {
    expect(problemsOf(content, 'a.json')).toEqual(problems);
  });

  it('says where JSON breaks off', () => {
    expect(problemsOf('[{"number": ', 'a.json')[0]).toMatch(/^a\.json: is not valid JSON: /);
  });
});

describe('addresses', () => {
  it.each([
    ['Ana@EMPRESA.com', 'ana@empresa.com'],
    ['ana@peña.es', 'ana@xn--pea-8ma.es'],
    ['ANA@PEÑA.ES', 'ana@xn--pea-8ma.es'],
    ['ana+web@empresa.com', 'ana+web@empresa.com'],
    ['"ana"@empresa.com', 'ana@empresa.com'],
    ['*@Empresa.com', '*@empresa.com'],
    ['*@peña.es', '*@xn--pea-8ma.es'],
  ])('%s is stored as %s', (written, address) => {
    expect(accountsOf(withContacts(written), 'a.json')[0]?.contacts).toEqual([{ address }]);
    expect(accountsOf(withContacts({ address: written }), 'a.json')[0]?.contacts).toEqual([{ address }]);
  });

  it.each([
    ['*@gmail.com', 'would let in everybody with an address there'],
    ['*@GMAIL.com', 'would let in everybody with an address there'],
    ['Todos <*@hotmail.es>', 'would let in everybody with an address there'],
    ['*@', 'is not a domain'],
    ['*@em presa', 'is not a domain'],
    ['*@com', 'is not a domain'],
    ['*@*.com', 'is not a domain'],
    ['', 'is not a mail address'],
    ['ana', 'is not a mail address'],
    ['ana@', 'is not a mail address'],
    ['ana@localhost', 'is not a mail address'],
    ['ana@x.es, eva@x.es', 'is not a mail address'],
    ['Equipo: ana@x.es;', 'is not a mail address'],
    ['Ana <ana@x.es> <eva@x.es>', 'is not a mail address'],
    ['ana\n@x.es', 'is not a mail address'],
  ])('%j is refused: it %s', (written, problem) => {
    const [line = ''] = problemsOf(withContacts(written), 'a.json');
    expect(line).toMatch(/^a\.json\[0\]: contact ".*" /s);
    expect(line.endsWith(problem)).toBe(true);
  });

  it('refuses an address twice on one account, in whatever form', () => {
    expect(problemsOf(withContacts('ana@x.es', 'Ana <ANA@x.es>'), 'a.json')).toEqual([
      'a.json[0]: contact ana@x.es stands twice on the account',
    ]);
  });

  it('takes an address on several accounts, but as primary of one', () => {
    const contact = { address: 'agencia@x.es', primary: true };
    const one = { number: 'C-1', name: 'Uno', contacts: [contact] };
    const two = { number: 'C-2', name: 'Dos', contacts: [{ ...contact, primary: false }] };
    expect(problemsOf(json(one, two), 'a.json')).toEqual([]);
    expect(problemsOf(json(one, { ...two, contacts: [contact] }), 'a.json')).toEqual([
      'a.json[1]: contact agencia@x.es can be primary on one account only, and is on C-1 already',
    ]);
  });
});

describe('services', () => {
  it.each([
    ['Empresa.COM', 'empresa.com'],
    ['peña.es', 'xn--pea-8ma.es'],
    ['Hosting  Plus', 'hosting plus'],
  ])('%s is stored as %s', (written, name) => {
    expect(accountsOf(json({ number: 'C-1', name: 'Uno', services: [written, written] }), 'a.json')).toMatchObject([
      { services: [name] },
    ]);
  });
});

describe('account numbers', () => {
  it('are one whatever their case', () => {
    expect(problemsOf('number,name\nC-1,Uno\nc-1,Otro\n')).toEqual([
      'clientes.csv:3: account c-1 stands already at clientes.csv:2',
    ]);
  });
});

it('reads 20,000 accounts in a reasonable time', () => {
  const lines = Array.from(
    { length: 20_000 },
    (_, index) =>
      `C-${index},Cliente ${index},es,active,a${index}@empresa${index}.com;Ana <b@empresa${index}.com>,empresa${index}.com`,
  );
  const start = performance.now();
  expect(accountsOf(`number,name,language,state,contacts,services\n${lines.join('\n')}`)).toHaveLength(20_000);
  expect(performance.now() - start).toBeLessThan(5000);
});
