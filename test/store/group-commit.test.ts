/** Group commit: what shares a transaction, what happens when the database is busy or the disk is full. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { asUnavailable, GroupCommit } from '../../src/store/sqlite/group-commit.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { ANA, NOW, sampleRecord, sampleRules } from '../support/sample-mail.ts';
import { tempFolder } from '../support/temp-folder.ts';

function open(): { sqlite: Database.Database; statements: string[]; file: string } {
  const statements: string[] = [];
  const file = join(tempFolder(), 'test.db');
  const sqlite = new Database(file, { timeout: 1, verbose: (statement) => statements.push(String(statement)) });
  onTestFinished(() => {
    sqlite.close();
  });
  sqlite.pragma('journal_mode = WAL');
  sqlite.exec('create table things (name text not null unique)');
  statements.length = 0;
  return { sqlite, statements, file };
}

const names = (sqlite: Database.Database) => sqlite.prepare('select name from things order by rowid').pluck().all();
const insert = (sqlite: Database.Database, name: string) => () => {
  sqlite.prepare('insert into things values (?)').run(name);
  return name;
};

describe('one transaction', () => {
  it('is shared by all that is handed in at the same moment', async () => {
    const { sqlite, statements } = open();
    const commits = new GroupCommit(sqlite);
    const results = await Promise.all(['a', 'b', 'c'].map((name) => commits.run(insert(sqlite, name))));
    expect(results).toEqual(['a', 'b', 'c']);
    expect(statements.filter((one) => one === 'commit')).toHaveLength(1);
    expect(names(sqlite)).toEqual(['a', 'b', 'c']);
  });

  it('resolves nothing before the commit', async () => {
    const { sqlite, file } = open();
    const commits = new GroupCommit(sqlite);
    const reader = new Database(file, { readonly: true });
    onTestFinished(() => {
      reader.close();
    });
    await Promise.all(
      ['a', 'b'].map(async (name) => {
        await commits.run(insert(sqlite, name));
        expect(names(reader)).toEqual(['a', 'b']);
      }),
    );
  });

  it.each([
    [8, [8]],
    [9, [8, 1]],
    [40, [20, 10, 8, 2]],
    [600, [256, 172, 86, 43, 22, 11, 8, 2]],
  ])('takes half of %d that wait, few at once, never too many: %j', async (count, groups) => {
    const { sqlite, statements } = open();
    const commits = new GroupCommit(sqlite);
    await Promise.all(Array.from({ length: count }, (_, index) => commits.run(insert(sqlite, `n${index}`))));
    const between = statements.join('\n').split('commit').slice(0, -1);
    expect(between.map((one) => one.split('insert into').length - 1)).toEqual(groups);
    expect(names(sqlite)).toEqual(Array.from({ length: count }, (_, index) => `n${index}`));
  });

  it('loses only the one that fails, with its own error', async () => {
    const { sqlite } = open();
    const commits = new GroupCommit(sqlite);
    const broken = () => {
      insert(sqlite, 'half of it')();
      throw new RangeError('a bug');
    };
    const [first, second, third] = await Promise.allSettled([
      commits.run(insert(sqlite, 'a')),
      commits.run(broken),
      commits.run(insert(sqlite, 'b')),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: new RangeError('a bug') });
    expect(third.status).toBe('fulfilled');
    expect(names(sqlite)).toEqual(['a', 'b']);
  });

  it('takes work that is handed in while another is settled', async () => {
    const { sqlite } = open();
    const commits = new GroupCommit(sqlite);
    const nested = commits.run(insert(sqlite, 'a')).then(() => commits.run(insert(sqlite, 'b')));
    await commits.idle();
    await nested;
    await commits.idle();
    expect(names(sqlite)).toEqual(['a', 'b']);
  });
});

describe('a database that another program holds', () => {
  function held() {
    const opened = open();
    const other = new Database(opened.file);
    onTestFinished(() => {
      other.close();
    });
    other.exec('begin immediate');
    return { ...opened, release: () => other.exec('commit') };
  }

  it('is waited for', async () => {
    const { sqlite, statements, release } = held();
    const commits = new GroupCommit(sqlite, { busyRetries: 1000, busyPauseMs: 5 });
    const done = commits.run(insert(sqlite, 'a'));
    setTimeout(release, 300);
    await expect(done).resolves.toBe('a');
    expect(statements.filter((one) => one === 'begin immediate').length).toBeGreaterThan(2);
    expect(names(sqlite)).toEqual(['a']);
  });

  it('is waited for, but not for ever', async () => {
    const { sqlite, release } = held();
    const commits = new GroupCommit(sqlite, { busyRetries: 2, busyPauseMs: 1 });
    const results = await Promise.allSettled(['a', 'b'].map((name) => commits.run(insert(sqlite, name))));
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { why: 'busy' } });
    release();
    await commits.run(insert(sqlite, 'c'));
    expect(names(sqlite)).toEqual(['c']);
  });

  it('does not stop the event loop meanwhile', async () => {
    const { sqlite, release } = held();
    const commits = new GroupCommit(sqlite, { busyRetries: 1000, busyPauseMs: 2 });
    const done = commits.run(insert(sqlite, 'a'));
    let turns = 0;
    while (turns < 20) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    release();
    await done;
    expect(turns).toBe(20);
  });
});

describe('a full disk', () => {
  it('is told as full, and leaves nothing half-written', async () => {
    const opened = openDatabase(join(tempFolder(), 'taquilla.db'));
    const store = sqliteStore(opened);
    onTestFinished(() => store.close());
    await store.saveAccounts([ANA], 'merge', NOW);
    await store.recordMail(sampleRecord({ id: 'uno' }), sampleRules());
    const pages = Number(opened.sqlite.pragma('page_count', { simple: true }));
    opened.sqlite.pragma(`max_page_count = ${pages + 4}`);

    const text = 'x'.repeat(40_000);
    const results = await Promise.allSettled([
      store.recordMail(sampleRecord({ id: 'small' }), sampleRules()),
      store.recordMail(sampleRecord({ id: 'large', text }), sampleRules()),
    ]);
    expect(results[1]).toMatchObject({ status: 'rejected', reason: { why: 'full' } });
    const failure = results[1]?.status === 'rejected' ? results[1].reason : null;
    expect(failure).toBeInstanceOf(StoreUnavailable);
    const stored = results.filter(({ status }) => status === 'fulfilled').length;
    expect(await store.listTickets({ limit: 10 })).toHaveLength(1 + stored);
    expect(await store.listMails({ limit: 10 })).toHaveLength(1 + stored);
    expect(await store.listOutbox({ limit: 10 })).toHaveLength(1 + stored);
    expect(opened.sqlite.inTransaction).toBe(false);

    opened.sqlite.pragma('max_page_count = 100000');
    await store.recordMail(sampleRecord({ id: 'large', text }), sampleRules());
    expect(await store.listTickets({ limit: 10 })).toHaveLength(2 + stored);
    expect(opened.sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
  });
});

describe('what an error of SQLite means', () => {
  const sqliteError = (code: string) => new Database.SqliteError('x', code);
  it.each([
    ['SQLITE_FULL', 'full'],
    ['SQLITE_BUSY', 'busy'],
    ['SQLITE_BUSY_SNAPSHOT', 'busy'],
    ['SQLITE_LOCKED', 'busy'],
    ['SQLITE_IOERR_WRITE', 'io'],
    ['SQLITE_IOERR_FSYNC', 'io'],
    ['SQLITE_CANTOPEN', 'io'],
    ['SQLITE_READONLY_DBMOVED', 'io'],
    ['SQLITE_CORRUPT', 'io'],
    ['SQLITE_NOTADB', 'io'],
    ['SQLITE_NOMEM', 'io'],
  ])('%s: %s', (code, why) => {
    expect(asUnavailable(sqliteError(code))).toMatchObject({ why });
  });

  it.each([
    ['a broken constraint', sqliteError('SQLITE_CONSTRAINT_UNIQUE')],
    ['a bug of ours', new TypeError('x')],
    ['no error at all', 'text'],
  ])('%s is not the state of disk or lock', (_, error) => {
    expect(asUnavailable(error)).toBeNull();
  });
});
