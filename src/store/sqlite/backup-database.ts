/** A copy of the database as it is at one moment, made while others write to it. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { openSqlite } from './driver.ts';
import type { OpenDatabase } from './open-database.ts';

/** In one step: a copy in pieces begins again whenever somebody writes in between, and mail comes all the time. */
const ALL_PAGES = 0x7fffffff;

/** `to` is a new file; it is on the disk when this resolves. */
export async function backupDatabase({ sqlite }: OpenDatabase, to: string): Promise<void> {
  await sqlite.backup(to, { progress: () => ALL_PAGES });
  const copy = openSqlite(to);
  try {
    // One file, without a log beside it that could be forgotten; the gateway turns the log on again.
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
  const descriptor = openSync(to, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
