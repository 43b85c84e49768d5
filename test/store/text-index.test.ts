/** The full-text index: what is new gets into it together, and nothing that happens in between confuses it. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished, vi } from 'vitest';
import { backupDatabase } from '../../src/store/sqlite/backup-database.ts';
import { type OpenDatabase, openDatabase, openReadOnly } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { TextIndex } from '../../src/store/sqlite/text-index.ts';
import {
  emptyTextIndexLog,
  renewTextIndex,
  TextIndexFile,
  textIndexDamage,
  textIndexFile,
} from '../../src/store/sqlite/text-index-file.ts';
import { startThread } from '../../src/store/thread/start-thread.ts';
import { threadedTextIndex } from '../../src/store/thread/threaded-text-index.ts';
import { ANA, NOW, sampleRecord, sampleRules } from '../support/sample-mail.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { textIndexFaults } from '../support/text-index.ts';

async function opened(file = join(tempFolder(), 'taquilla.db')) {
  const database = openDatabase(file);
  const store = sqliteStore(database);
  onTestFinished(() => store.close().catch(() => undefined));
  await store.saveAccounts([ANA], 'merge', NOW);
  const found = async (text: string) => (await store.searchTickets([{ text, prefix: false }], { limit: 10 })).length;
  const write = (id: string, text: string) => store.recordMail(sampleRecord({ id, text }), sampleRules());
  return { file, store, found, write, ...database };
}

function readOnly(file: string): OpenDatabase {
  const database = openReadOnly(file);
  if (database === null) throw new Error('no database');
  return database;
}

/** The page on which the rows of a table begin. */
function pageOf(file: string, table: string): number {
  const sqlite = new Database(file, { readonly: true });
  const page = sqlite.prepare('select rootpage from sqlite_master where name = ?').pluck().get(table);
  sqlite.close();
  return Number(page);
}

/** As another process sees it that only looks. */
async function foundBeside(file: string, text: string): Promise<number> {
  const store = sqliteStore(readOnly(file));
  const tickets = await store.searchTickets([{ text, prefix: false }], { limit: 10 });
  await store.close();
  return tickets.length;
}

it('has what was written a moment ago when it is asked', async () => {
  const { write, found } = await opened();
  await write('uno', 'La grúa no sube\n');
  expect(await found('grua')).toBe(1);
});

it('goes on where a crash has stopped it', async () => {
  const first = await opened();
  await first.write('uno', 'La grúa no sube\n');
  // Before the first store gets to it: what another process finds after a crash.
  const second = await opened(first.file);
  expect(await second.found('grua')).toBe(1);
  await second.write('dos', 'La grúa no baja\n');
  expect(await second.found('grua')).toBe(2);
  expect(textIndexFaults(first.file)).toEqual([]);
});

it('stays whole when a row changes or goes before it was indexed, and after', async () => {
  const { file, write, found, sqlite } = await opened();
  await write('uno', 'La grúa no sube\n');
  await write('dos', 'La polea no gira\n');
  sqlite.exec(
    "update messages set text = 'El cable' where text like 'La gr%'; delete from messages where text like 'La p%'",
  );
  expect([await found('grua'), await found('cable'), await found('polea')]).toEqual([0, 1, 0]);
  sqlite.exec(
    "update messages set text = 'El motor' where text = 'El cable'; update messages set text = 'El eje' where text = 'El motor'",
  );
  expect([await found('cable'), await found('motor'), await found('eje')]).toEqual([0, 0, 1]);
  sqlite.exec("update tickets set subject = 'Otro asunto'");
  expect(await found('otro')).toBe(2);
  sqlite.exec("delete from messages where text = 'El eje'");
  expect(await found('eje')).toBe(0);
  expect(textIndexFaults(file)).toEqual([]);
});

it('forgets the old words that it was told of as soon as it has done with them', async () => {
  const { store, write, sqlite } = await opened();
  await write('uno', 'La grúa no sube\n');
  await store.catchUpSearch();
  sqlite.exec("update messages set text = 'El cable'");
  const noted = sqlite.prepare('select before from text_changes').pluck();
  expect(noted.all()).toEqual(['La grúa no sube\n']);
  expect(await store.catchUpSearch()).toBe(true);
  expect(noted.all()).toEqual([]);
});

it('takes hundreds of texts and changes in pieces', async () => {
  const { file, store, write, found, sqlite } = await opened();
  await write('uno', 'La grúa no sube\n');
  const copies = sqlite.prepare(
    `insert into messages (ticket_id, author, visibility, verified, text, created_at)
     select ticket_id, author, visibility, verified, 'Copia palabra' || n, created_at from messages,
       (with recursive count(n) as (select 1 union all select n + 1 from count where n < 1200) select n from count) limit 1200`,
  );
  copies.run();
  expect(await found('palabra1200')).toBe(1);
  sqlite.exec("update messages set text = replace(text, 'Copia', 'Original')");
  expect([await found('copia'), await found('original')]).toEqual([0, 1]);
  expect(await store.messagesUnsearched()).toBe(0);
  expect(textIndexFaults(file)).toEqual([]);
});

const LOSSES: readonly (readonly [string, (file: string) => void])[] = [
  ['is gone', (file) => rmSync(file)],
  ['is no database', (file) => writeFileSync(file, 'x'.repeat(5000))],
  ['is empty', (file) => writeFileSync(file, '')],
  [
    'is of another version',
    (file) => {
      const sqlite = new Database(file);
      sqlite.pragma('user_version = 99');
      sqlite.exec("insert into messages_text(rowid, text) values (7, 'sobra')");
      sqlite.close();
    },
  ],
  [
    'is damaged inside',
    (file) => {
      const bytes = readFileSync(file);
      bytes.fill(0xff, 4096);
      writeFileSync(file, bytes);
    },
  ],
];

it.each(LOSSES)('is made anew when its file %s', async (_, lose) => {
  const first = await opened();
  await first.write('uno', 'La grúa no sube\n');
  await first.store.close();
  lose(textIndexFile(first.file));
  const second = await opened(first.file);
  await second.write('dos', 'La polea no gira\n');
  expect([await second.found('grua'), await second.found('polea'), await second.found('sobra')]).toEqual([1, 1, 0]);
  await second.store.close();
  expect(textIndexFaults(first.file)).toEqual([]);
  expect(textIndexDamage(first.file)).toEqual([]);
});

/** A database with a mail, a copy of that, and a second mail, closed; and its index. */
async function withOlderCopy() {
  const first = await opened();
  await first.write('uno', 'La grúa no sube\n');
  const copy = join(tempFolder(), 'copy.db');
  await backupDatabase(first, copy);
  await first.write('dos', 'La polea no gira\n');
  await first.store.close();
  return { file: first.file, copy };
}

it('is made anew when an older copy of the database takes the place of the one it was made for', async () => {
  const { file, copy } = await withOlderCopy();
  for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  copyFileSync(copy, file);
  expect(await foundBeside(file, 'polea')).toBe(0);
  const second = await opened(file);
  expect([await second.found('grua'), await second.found('polea')]).toEqual([1, 0]);
  await second.write('tres', 'El motor no arranca\n');
  expect([await second.found('polea'), await second.found('motor')]).toEqual([0, 1]);
  await second.store.close();
  expect(textIndexFaults(file)).toEqual([]);
});

it('is made anew when the older copy has grown past it meanwhile', async () => {
  const { file, copy } = await withOlderCopy();
  const beside = await opened(copy);
  await beside.store.recordMail(sampleRecord({ id: 'tres', text: 'El motor\n', receivedAt: NOW + 1 }), sampleRules());
  await beside.store.close();
  copyFileSync(textIndexFile(file), textIndexFile(copy));
  const second = await opened(copy);
  expect([await second.found('polea'), await second.found('motor')]).toEqual([0, 1]);
});

it('is left as it is where the database itself is damaged', async () => {
  const { file, store, write } = await opened();
  await write('uno', `La grúa no sube ${'y no baja '.repeat(2000)}\n`);
  await store.close();
  const page = pageOf(file, 'messages');
  const bytes = readFileSync(file);
  bytes.fill(0xff, (page - 1) * 4096, page * 4096);
  writeFileSync(file, bytes);
  const before = readFileSync(textIndexFile(file));
  const index = new Database(textIndexFile(file));
  index.exec('update progress set message_id = 0');
  index.close();
  const indexing = new TextIndexFile(file);
  expect(() => indexing.catchUp()).toThrow(/malformed/);
  indexing.close();
  expect(existsSync(textIndexFile(file))).toBe(true);
  expect(readFileSync(textIndexFile(file)).length).toBe(before.length);
});

it('says how many messages a search does not find yet, to one that only looks too', async () => {
  const { file, store, write } = await opened();
  await write('uno', 'La grúa no sube\n');
  expect(await store.messagesUnsearched()).toBe(1);
  expect(await foundBeside(file, 'grua')).toBe(0);
  await store.catchUpSearch();
  expect(await store.messagesUnsearched()).toBe(0);
  expect(await foundBeside(file, 'grua')).toBe(1);
});

it('leaves the work to another process that is at it, and then there is nothing left of it', async () => {
  const { file, store, write } = await opened();
  await write('uno', 'La grúa no sube\n');
  await store.catchUpSearch();
  await write('dos', 'La polea no gira\n');
  const other = new Database(textIndexFile(file));
  other.exec('begin immediate');
  await store.catchUpSearch();
  expect(await store.messagesUnsearched()).toBe(1);
  other.exec('rollback');
  other.close();
  await store.catchUpSearch();
  expect(await store.messagesUnsearched()).toBe(0);
});

it('adds nothing twice where two processes have read the same texts', async () => {
  const { file, store, write, sqlite } = await opened();
  await write('uno', 'La grúa no sube\n');
  await store.catchUpSearch();
  await write('dos', 'La polea no gira\n');
  sqlite.exec("update messages set text = 'El cable' where id = 1");
  const slow = new Database(textIndexFile(file));
  slow.prepare('attach ? as desk').run(file);
  const index = new TextIndex(slow);
  const quick = new TextIndexFile(file);
  // What comes between reading and writing: by then the other has done all of it.
  const pragma = slow.pragma.bind(slow);
  vi.spyOn(slow, 'pragma').mockImplementation((...args) => {
    quick.catchUp();
    return pragma(...args);
  });
  expect(index.indexSome()).toEqual({ more: true, changesDone: 0 });
  quick.close();
  slow.close();
  expect(textIndexFaults(file)).toEqual([]);
});

it('has nothing of erased texts once it is made anew, however many pages it has', async () => {
  const { file, store, write, found, sqlite } = await opened();
  await write('uno', 'La grúa no sube\n');
  // Enough words that pages of the index begin with some of them.
  const words = (start: string, n: number) => Array.from({ length: 80 }, (_, at) => `${start}${n}x${at}`).join(' ');
  const add = sqlite.prepare(
    "insert into messages (ticket_id, author, visibility, verified, text, created_at) values (1, 'system', 'note', 1, ?, 1)",
  );
  for (let n = 0; n < 600; n += 1) add.run(words(n % 10 === 0 ? 'qsecretq' : 'otra', n));
  await store.catchUpSearch();
  const residue = () =>
    ['', '-wal']
      .map((end) => textIndexFile(file) + end)
      .filter((one) => existsSync(one) && readFileSync(one).includes('qsecretq'));
  const erase = (which: string) => sqlite.exec(`update messages set text = '[erased]' where text like '${which}%'`);
  for (const which of ['qsecretq1', 'qsecretq2', 'qsecretq']) {
    erase(which);
    await store.catchUpSearch();
    renewTextIndex(file);
    expect(emptyTextIndexLog(file)).toBe(true);
  }
  expect(residue()).toEqual([]);
  expect([await found('grua'), await found('otra1x7'), await found('qsecretq0x0')]).toEqual([1, 1, 0]);
  expect(textIndexFaults(file)).toEqual([]);
});

it('is noticed to be another when its file was taken away under it', async () => {
  const { file, write, found } = await opened();
  await write('uno', 'La grúa no sube\n');
  expect(await found('grua')).toBe(1);
  for (const end of ['', '-wal', '-shm']) rmSync(`${textIndexFile(file)}${end}`, { force: true });
  await write('dos', 'La polea no gira\n');
  expect([await found('grua'), await found('polea')]).toEqual([1, 1]);
});

it('is made anew when it is older than changes that nobody knows any more', async () => {
  const first = await opened();
  await first.write('uno', 'La grúa no sube\n');
  await first.store.close();
  const old = join(tempFolder(), 'old');
  copyFileSync(textIndexFile(first.file), old);
  const second = await opened(first.file);
  second.sqlite.exec("update messages set text = 'El cable'");
  expect(await second.store.catchUpSearch()).toBe(true);
  await second.store.close();
  copyFileSync(old, textIndexFile(first.file));
  const third = await opened(first.file);
  expect([await third.found('grua'), await third.found('cable')]).toEqual([0, 1]);
});

it.each(['tickets_text', 'messages_text'])(
  'merges %s by twelve segments of a size, and seldom all at once',
  async (table) => {
    const { file, store, write } = await opened();
    await write('uno', 'La grúa no sube\n');
    await store.catchUpSearch();
    const index = new Database(textIndexFile(file), { readonly: true });
    const set = index.prepare(`select k, v from ${table}_config where k in ('automerge', 'crisismerge') order by k`);
    expect(set.raw().all()).toEqual([
      ['automerge', 12],
      ['crisismerge', 48],
    ]);
    index.close();
  },
);

it('has no file before there is something to index', async () => {
  const file = join(tempFolder(), 'taquilla.db');
  const store = sqliteStore(openDatabase(file));
  expect(await store.searchTickets([{ text: 'grua', prefix: false }], { limit: 10 })).toEqual([]);
  const reading = sqliteStore(readOnly(file));
  expect(await reading.searchTickets([{ text: 'grua', prefix: false }], { limit: 10 })).toEqual([]);
  expect(await reading.messagesUnsearched()).toBe(0);
  await Promise.all([store.close(), reading.close()]);
});

it('is kept by a thread of its own, which says what it fails of and goes on when that is mended', async () => {
  const file = join(tempFolder(), 'taquilla.db');
  const indexer = threadedTextIndex(file);
  const store = sqliteStore(openDatabase(file), indexer);
  await store.saveAccounts([ANA], 'merge', NOW);
  await store.recordMail(sampleRecord({ id: 'uno', text: 'La grúa no sube\n' }), sampleRules());
  mkdirSync(textIndexFile(file));
  await expect(store.catchUpSearch()).rejects.toThrow('unable to open database file');
  rmdirSync(textIndexFile(file));
  expect(await store.catchUpSearch()).toBe(true);
  expect(await foundBeside(file, 'grua')).toBe(1);
  await store.recordMail(sampleRecord({ id: 'dos', text: 'La polea no gira\n' }), sampleRules());
  await store.close();
  expect(await foundBeside(file, 'polea')).toBe(1);
  // Closed, it would begin anew.
  expect(await indexer.catchUp()).toEqual({ more: false, busy: false, changesDone: 0 });
  await indexer.close();
});

/** What Linux notes of each thread of this process: how much it gives way to others. */
function nicenesses(): number[] {
  return readdirSync('/proc/self/task').map((id) => {
    const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });
}

it.skipIf(process.platform !== 'linux')(
  'gives way to mail: its thread and no other has the lowest priority',
  async () => {
    const file = join(tempFolder(), 'taquilla.db');
    openDatabase(file).sqlite.close();
    const lowest = () => nicenesses().filter((niceness) => niceness === 19).length;
    const before = lowest();
    const indexer = threadedTextIndex(file);
    await indexer.catchUp();
    expect(lowest()).toBe(before + 1);
    await indexer.close();
  },
);

it('starts its thread again when it has died, and tells whoever waits for it', async () => {
  const file = join(tempFolder(), 'taquilla.db');
  openDatabase(file).sqlite.close();
  const started: Worker[] = [];
  const indexer = threadedTextIndex(file, (...args) => {
    const worker = startThread(...args);
    started.push(worker);
    return worker;
  });
  const pending = indexer.catchUp();
  void started[0]?.terminate();
  await expect(pending).rejects.toThrow('its thread has ended');
  expect(await indexer.catchUp()).toEqual({ more: false, busy: false, changesDone: 0 });
  await started[1]?.terminate();
  expect(await indexer.catchUp()).toEqual({ more: false, busy: false, changesDone: 0 });
  expect(started).toHaveLength(3);
  await indexer.close();
});
