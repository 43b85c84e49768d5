/** The completion script, asked by a real bash what may stand next. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { SHELLS, scriptFor } from '../../src/commands/completion.ts';
import { taquilla } from '../support/cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

function program(): Command {
  const root = new Command('taquilla').option('-c, --config <file>', 'configuration');
  const tickets = root.command('tickets').description("what came of people's mails");
  tickets
    .command('list')
    .option('--all', 'every status')
    .addOption(new Option('--status <status>').choices(['open', 'closed']));
  tickets.command('show').argument('<id>');
  root.command('serve');
  return root;
}

describe('bash', () => {
  it.each([
    [
      ['taquilla', ''],
      ['tickets', 'serve'],
    ],
    [['taquilla', 't'], ['tickets']],
    [
      ['taquilla', 'tickets', ''],
      ['list', 'show'],
    ],
    [
      ['taquilla', 'tickets', 'list', '--'],
      ['--all', '--status', '--help'],
    ],
    [['taquilla', 'tickets', 'list', '--status', 'o'], ['open']],
    [['taquilla', '--config', 'x', 'tickets', 's'], ['show']],
    [['taquilla', 'tickets', 'show', ''], ['file-in-the-folder']],
  ])('%j', async (words, expected) => {
    const cwd = tempFolder();
    writeFileSync(join(cwd, 'file-in-the-folder'), '');
    const script = `${scriptFor('bash', program())}
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _taquilla; printf "%s\\n" "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)('bash', ['-c', script, 'bash', ...words], { cwd });
    expect(stdout.trim().split('\n')).toEqual(expected);
  });
});

it('prints a script for every shell, with every command in it', { timeout: 60_000 }, async () => {
  for (const shell of SHELLS) {
    const { code, stdout } = await taquilla(['completion', shell], { cwd: tempFolder() });
    expect(code).toBe(0);
    for (const name of ['tickets', 'accounts', 'doctor', 'outbox']) expect(stdout).toContain(name);
  }
});
