/** `taquilla outbox retry` and `cancel`, as a person types them. */
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { SendOutcome, Store } from '../../src/store/store.ts';
import { taquilla } from '../support/cli.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { fillWorld, type World } from './cli-world.ts';

let world: World;
beforeEach(async () => {
  world = await fillWorld(tempFolder());
});

async function withStore<T>(use: (store: Store) => Promise<T>): Promise<T> {
  const store = sqliteStore(openDatabase(join(world.folder, 'data', 'taquilla.db')));
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

const FAILED: SendOutcome = { state: 'failed', error: '550 5.7.1 no', badAddress: false };

/** As the gateway leaves them: claimed, and finished where there is an outcome. */
async function claim(outcome: SendOutcome | null): Promise<readonly number[]> {
  return withStore(async (store) => {
    const claimed = await store.claimMails(10, Date.now(), 60_000);
    const ids = claimed.map(({ id }) => id);
    if (outcome !== null)
      await store.finishMails(
        ids.map((id) => ({ id, outcome })),
        Date.now(),
      );
    return ids;
  });
}

const run = (...args: string[]) => taquilla(['outbox', ...args], { cwd: world.folder });

it('sends a failed mail once more, from the start of its plan, and says who asked for it', async () => {
  await claim(FAILED);
  expect(await run('retry', '1', '--by', 'Marta')).toMatchObject({
    code: 0,
    stdout: '1 mail will be sent within 15 seconds, if the gateway runs.\n',
  });
  const shown = await withStore((store) => store.findOutgoing(1));
  expect(shown).toMatchObject({ state: 'queued', attempts: 0, lastError: '550 5.7.1 no', handledBy: 'Marta' });
  expect(shown?.nextAttemptAt).toBeGreaterThan(Date.now() - 60_000);
  const [again] = await withStore((store) => store.claimMails(1, Date.now(), 60_000));
  expect(again?.since).toBeGreaterThan(Date.now() - 60_000);
  const { stdout } = await run('show', '1');
  expect(stdout).toContain('retried by  Marta');
  const ticket = await withStore((store) => store.findTicket(world.ticket));
  const notes = ticket?.thread.flatMap(({ author, text }) => (author === 'system' ? [text] : []));
  expect(notes).toContain('The receipt to ana@empresa.com (outbox 1) is sent once more, by Marta.');
});

it('sends all that have failed once more', async () => {
  const ids = await claim(FAILED);
  const { code, stdout } = await run('retry', '--all-failed', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(ids.map((id) => ({ id, kind: 'done' })));
  expect(await run('retry', '--all-failed')).toMatchObject({ code: 0, stdout: 'No mail has failed.\n' });
});

it('cancels a mail that waits, which the worker then leaves alone, and takes it back', async () => {
  expect(await run('cancel', '1')).toMatchObject({ code: 0, stdout: '1 mail cancelled.\n' });
  expect(await withStore((store) => store.claimMails(10, Date.now(), 1))).not.toContainEqual(
    expect.objectContaining({ id: 1 }),
  );
  expect(await run('cancel', '1')).toMatchObject({
    code: 1,
    stderr: 'mail 1 cannot be cancelled: it has been cancelled already\n',
  });
  expect(await run('retry', '1')).toMatchObject({ code: 0 });
});

it('leaves a mail alone that is on its way or has left, and says so', async () => {
  await claim(null);
  const onItsWay = 'it is on its way at this moment; try again when it is sent or waits (outbox show)';
  expect(await run('cancel', '1')).toMatchObject({ code: 1, stderr: `mail 1 cannot be cancelled: ${onItsWay}\n` });
  expect(await run('retry', '1')).toMatchObject({ code: 1, stderr: `mail 1 cannot be sent once more: ${onItsWay}\n` });
  await withStore((store) => store.finishMails([{ id: 1, outcome: { state: 'sent' } }], Date.now()));
  expect(await run('cancel', '1')).toMatchObject({
    code: 1,
    stderr: 'mail 1 cannot be cancelled: it has been sent\n',
  });
});

it.each([
  [['retry'], 2, 'name mails by their numbers, or give --all-failed'],
  [['retry', '1', '--all-failed'], 2, 'name mails by their numbers, or give --all-failed'],
  [['retry', '99'], 1, 'there is no mail 99 in the outbox'],
  [['cancel', 'x'], 2, 'must be a whole number above 0'],
  [['cancel', '1', '--by', ' '], 2, '--by must not be empty'],
])('%j is refused with the reason', async (args, code, message) => {
  const result = await run(...args);
  expect(result.code).toBe(code);
  expect(result.stderr).toContain(message);
});
