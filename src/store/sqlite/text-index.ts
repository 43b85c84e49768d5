/**
 * Keeps the full-text index (full-text.sql) in step with tickets and messages: what is new is indexed together, a moment
 * after it was written. One by one, in triggers, SQLite would write out a piece of the index for every row and merge the
 * pieces later, which costs more than everything else that a mail does to the database. What is new is what has a higher
 * ID than the newest row of the index, so a crash loses nothing: the next run finds it.
 */
import type Database from 'better-sqlite3';
import type { GroupCommit } from './group-commit.ts';

/** How far a search by another process may lag behind; a search of this store looks first. */
const LAG_MS = 300;
/** Rows in one transaction: others wait for it. */
const MAX_ROWS = 500;

export class TextIndex {
  private readonly commits: GroupCommit;
  private readonly statements: readonly Database.Statement[];
  private timer: NodeJS.Timeout | null = null;

  constructor(sqlite: Database.Database, commits: GroupCommit) {
    this.commits = commits;
    this.statements = [addNewRows(sqlite, 'tickets', 'subject'), addNewRows(sqlite, 'messages', 'text')];
  }

  /** Something is being written. */
  soon(): void {
    this.timer ??= setTimeout(() => {
      this.catchUp().catch((error: unknown) => process.emitWarning(`full-text index: ${String(error)}`));
    }, LAG_MS).unref();
  }

  /** Resolves when everything that was written before is in the index. */
  async catchUp(): Promise<void> {
    if (this.timer === null) return;
    clearTimeout(this.timer);
    this.timer = null;
    while (await this.commits.run(() => this.addSome())) {
      // One piece after the other, so that mails get in between.
    }
  }

  private addSome(): boolean {
    const added = this.statements.map((statement) => statement.run(MAX_ROWS).changes);
    return added.some((count) => count === MAX_ROWS);
  }
}

function addNewRows(sqlite: Database.Database, table: 'tickets' | 'messages', column: string): Database.Statement {
  return sqlite.prepare(
    `insert into ${table}_text(rowid, ${column}) select id, ${column} from ${table} where id > (select coalesce(max(id), 0) from ${table}_text_docsize) order by id limit ?`,
  );
}
