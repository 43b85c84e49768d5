/** What is wrong with a full-text index: its words against those of the texts, each at its place. */
import Database from 'better-sqlite3';
import { TextIndexFile, textIndexFile } from '../../src/store/sqlite/text-index-file.ts';

const PARTS = [
  ['tickets_text', 'subject', 'tickets'],
  ['messages_text', 'text', 'messages'],
] as const;

/** `database`: the file of the database beside it. Brings the index up to date first, as the next start does. */
export function textIndexFaults(database: string): string[] {
  const index = new TextIndexFile(database);
  while (index.catchUp().more) {
    // Until all is in it.
  }
  index.close();
  const sqlite = new Database(textIndexFile(database));
  try {
    sqlite.prepare('attach ? as desk').run(database);
    return PARTS.flatMap(([table, column, source]) => {
      sqlite.exec(`insert into main.${table}(${table}) values ('integrity-check')`);
      sqlite.exec(
        [
          `create virtual table temp.fresh using fts5(${column}, content='', columnsize=0, tokenize='unicode61 remove_diacritics 2');`,
          `insert into temp.fresh(rowid, ${column}) select id, ${column} from desk.${source};`,
          `create virtual table temp.has using fts5vocab(main, ${table}, instance);`,
          'create virtual table temp.wants using fts5vocab(temp, fresh, instance);',
        ].join('\n'),
      );
      const words = (one: string, other: string) =>
        Number(
          sqlite
            .prepare(
              `select count(*) from (select term, doc, offset from ${one} except select term, doc, offset from ${other})`,
            )
            .pluck()
            .get(),
        );
      const [strange, missing] = [words('temp.has', 'temp.wants'), words('temp.wants', 'temp.has')];
      sqlite.exec('drop table temp.has; drop table temp.wants; drop table temp.fresh;');
      return [
        ...(strange > 0 ? [`${table} has ${strange} words that no text has`] : []),
        ...(missing > 0 ? [`${table} lacks ${missing} words`] : []),
      ];
    });
  } finally {
    sqlite.close();
  }
}
