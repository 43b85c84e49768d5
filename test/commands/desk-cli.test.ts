/** `taquilla tickets` as people at the desk use it: what it prints, what it refuses, and with which exit code. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { taquilla } from '../support/cli.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { fillWorld } from './cli-world.ts';

it('closes, finds and shows a ticket, and says what cannot be done', { timeout: 60_000 }, async () => {
  const world = await fillWorld(tempFolder());
  const { folder: cwd, ticket } = world;
  const digits = ticket.slice(3);
  const run = (...args: string[]) => taquilla(['tickets', ...args], { cwd });

  const [closed, again] = [
    await run('close', digits, '--by', 'Eva\u001b[2J', '--reason', 'ya funciona.', '--json'),
    await run('close', ticket),
  ];
  expect(JSON.parse(closed.stdout)).toEqual({ ticket, other: null, changes: ['status: open → closed'], mailed: true });
  expect(again).toMatchObject({ code: 1, stdout: '', stderr: `${ticket} is closed already\n` });

  const [shown, list, all, search] = await Promise.all([
    run('show', ticket),
    run('list', '--json'),
    run('list', '--all', '--department', 'soporte'),
    run('search', 'SIGUE', 'igual', '--json'),
  ]);
  expect(shown.stdout).toMatch(/Status: open → closed\. By Eva.*: ya funciona\.\n/);
  expect(shown.stdout).not.toContain('\u001b');
  const ids = (text: string) => JSON.parse(text).map(({ id }: { id: string }) => id);
  expect(ids(list.stdout)).not.toContain(ticket);
  expect(all.stdout).toContain(ticket);
  expect(ids(search.stdout)).toEqual([ticket]);

  // As after a restore: a backup has no search index, and none is made by looking.
  rmSync(join(cwd, 'data', 'taquilla.db-search'));
  expect(await run('search', 'sigue')).toMatchObject({
    code: 0,
    stdout: 'No tickets.\n',
    stderr: expect.stringMatching(
      /^\d+ messages are not in the search index yet; the running gateway adds what is missing\n$/,
    ),
  });

  const refusals = await Promise.all([
    run('move', ticket, 'nada'),
    run('set', ticket),
    run('set', ticket, '--status', 'done'),
    run('set', ticket, '--assignee', 'nadie'),
    run('search', '***'),
    run('list', '--all', '--status', 'open'),
    run('split', ticket, '--messages', 'x', '--subject', 's'),
    run('merge', ticket, 'TQ-1'),
    run('reopen', 'TQ-1'),
  ]);
  expect(refusals.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2, 2, 1, 1]);
  for (const { stdout, stderr } of refusals) {
    expect(stdout).toBe('');
    expect(stderr.trim()).not.toBe('');
    expect(stderr).not.toMatch(/\n {4}at /);
  }
});
