/** Accounts from the command line: a dry run that tells the truth, an export that the import reads, single changes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { taquilla } from '../support/cli.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { writeConfig } from './cli-world.ts';

const SLOW = { timeout: 90_000 };

const CLIENTS = `number,name,language,state,contacts,services
C-1,"Uno, S.L.",es,active,"Ana ""la jefa"" <ana@uno.example>; luis@uno.example",uno.example
C-2,Dos,,suspended,eva@dos.example,
`;

it('imports, shows what another import would change, changes, exports and imports again', SLOW, async () => {
  const folder = tempFolder();
  writeConfig(folder);
  writeFileSync(join(folder, 'clients.csv'), CLIENTS);
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await taquilla(['accounts', ...args], { cwd: folder });
    expect({ args, code }).toEqual({ args, code: 0 });
    return stdout + stderr;
  };

  expect(await run('import', 'clients.csv', '--dry-run')).toContain('Would be: 2 added');
  expect(await run('import', 'clients.csv')).toContain('2 added');
  expect(await run('import', 'clients.csv', '--dry-run')).toContain('0 added, 0 changed, 2 as before');

  await run('contact', 'add', 'C-2', 'Olga <olga@dos.example>', '--role', 'billing', '--department', 'soporte');
  await run('contact', 'move', 'C-1', 'luis@uno.example', 'C-2');
  await run('service', 'add', 'C-2', 'dos.example');
  await run('set', 'C-2', '--state', 'active');

  await run('export', '--out', 'all.json');
  expect(JSON.parse(readFileSync(join(folder, 'all.json'), 'utf8'))).toMatchObject([
    { number: 'C-1', contacts: [{ address: 'ana@uno.example', name: 'Ana "la jefa"' }] },
    {
      number: 'C-2',
      state: 'active',
      contacts: [
        { address: 'luis@uno.example' },
        { address: 'eva@dos.example' },
        { address: 'olga@dos.example', role: 'billing', departments: ['soporte'] },
      ],
      services: ['dos.example'],
    },
  ]);
  expect(await run('import', 'all.json', '--mode', 'replace', '--dry-run')).toContain(
    '0 added, 0 changed, 2 as before',
  );

  const over = ['accounts', 'export', '--format', 'csv', '--out', 'all.json'];
  expect(await taquilla(over, { cwd: folder })).toEqual({
    code: 2,
    stdout: '',
    stderr: 'all.json is there already; --force writes over it\n',
  });
  expect(await run('import', 'all.json', '--dry-run')).toContain('2 as before');

  expect(await run('export', '--format', 'csv', '--out', 'all.csv')).toContain('1 contact has a role');
  expect(await run('import', 'all.csv', '--dry-run')).toContain('0 added, 0 changed, 2 as before');
  const replaced = await run('import', 'clients.csv', '--mode', 'replace', '--dry-run');
  expect(replaced).toContain('- contact olga@dos.example');
  expect(replaced).toContain('~ state: active → suspended');
});

it('says what is missing', SLOW, async () => {
  const folder = tempFolder();
  writeConfig(folder);
  const calls: [string[], number, string][] = [
    [['contact', 'remove', 'C-404', 'a@b.example'], 1, 'there is no account C-404'],
    [['contact', 'add', 'C-404', 'not an address'], 2, 'is not a mail address'],
    [['set', 'C-404'], 2, 'say what is to change'],
    [['import', 'x.csv', '--numbers', 'C-'], 2, 'must have {id} in it'],
  ];
  for (const [args, code, message] of calls) {
    const result = await taquilla(['accounts', ...args], { cwd: folder });
    expect({ args, code: result.code }).toEqual({ args, code });
    expect(result.stderr).toContain(message);
  }
});
