/** The data folder: can it be written, who else can read it, how much room is there, is the database whole? */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { DatabaseUnusable } from '../../store/database-unusable.ts';
import { KeysUnusable, readSigningKeys } from '../../store/signing-keys.ts';
import { openReadOnly } from '../../store/sqlite/open-database.ts';
import { shownSize } from '../table.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const LITTLE_ROOM = 1024 ** 3;
const NO_ROOM = 200 * 1024 ** 2;

export interface Room {
  /** Bytes that this user may still write. */
  readonly free: number;
}

export function roomIn(folder: string): Room {
  const { bavail, bsize } = statfsSync(folder);
  return { free: bavail * bsize };
}

export function checkDataFolder(folder: string, database: string, room: (folder: string) => Room): Finding[] {
  if (!existsSync(folder)) {
    const todo = 'the gateway makes it at its first start; where it should be there already, correct dataFolder';
    return [warning('data-folder-missing', `the data folder ${folder} is not there yet`, todo)];
  }
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    const todo = 'give it to the user that runs the gateway (chown), or run this command as that user';
    return [problem('data-folder-rights', `this user may not write to the data folder ${folder}`, todo)];
  }
  return [...checkRights(folder), ...checkRoom(folder, room), ...checkKeys(folder), ...checkDatabase(database)];
}

function checkRights(folder: string): Finding[] {
  if (process.platform === 'win32' || (statSync(folder).mode & 0o077) === 0) return [];
  const todo = `chmod 700 ${folder}`;
  return [warning('data-folder-open', `other users of this machine can look into ${folder}`, todo)];
}

function checkRoom(folder: string, room: (folder: string) => Room): Finding[] {
  const { free } = room(folder);
  const todo = 'make room on that disk, or move the data folder: a full disk turns mail away with 452';
  if (free < NO_ROOM) return [problem('disk-full', `only ${shownSize(free)} are free for ${folder}`, todo)];
  if (free < LITTLE_ROOM) return [warning('disk-low', `${shownSize(free)} are free for ${folder}`, todo)];
  return [ok('disk', `${shownSize(free)} free`)];
}

function checkKeys(folder: string): Finding[] {
  try {
    readSigningKeys(folder);
    return [];
  } catch (error) {
    if (!(error instanceof KeysUnusable)) throw error;
    return [
      problem('keys-unusable', error.message, 'restore the keys from a backup: replies find their tickets by them'),
    ];
  }
}

function checkDatabase(file: string): Finding[] {
  try {
    const opened = openReadOnly(file);
    if (opened === null) return [];
    try {
      const result = opened.sqlite.pragma('quick_check(1)', { simple: true });
      if (result === 'ok') return [ok('database', 'the database is whole')];
      return [problem('database-damaged', `${file}: the database is damaged`, 'stop the gateway and restore a backup')];
    } finally {
      opened.sqlite.close();
    }
  } catch (error) {
    if (error instanceof DatabaseUnusable)
      return [
        problem('database-unusable', error.message, 'see the message; restore a backup where nothing else helps'),
      ];
    return [
      problem('database-damaged', `${file}: the database cannot be read`, 'stop the gateway and restore a backup'),
    ];
  }
}
