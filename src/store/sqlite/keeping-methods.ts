/** The part of the store that retention, export and erasure ask. */
import type { KeepingStore } from '../keeping.ts';
import { erasePart, noteErasure } from './erase-rows.ts';
import { fileSpace, giveBackPages } from './file-space.ts';
import type { GroupCommit } from './group-commit.ts';
import type { OpenDatabase } from './open-database.ts';
import { findPerson, mailReferences, pageTicketIds, readMessages, ticketIds } from './person-rows.ts';
import { findDue, pageRefusedSizes, removeDue, summarizeDue } from './retention-rows.ts';

export function keepingMethods({ sqlite, db }: OpenDatabase, commits: Pick<GroupCommit, 'run'>): KeepingStore {
  return {
    summarizeDue: async (removal) => summarizeDue(db, removal),
    findDue: async (removal, limit) => findDue(db, removal, limit),
    removeDue: (removal, ids) => commits.run(() => removeDue(db, removal, ids)),
    pageRefusedSizes: async (after, limit) => pageRefusedSizes(db, after, limit),
    fileSpace: async () => fileSpace(sqlite),
    giveBackPages: (limit) => commits.run(() => giveBackPages(sqlite, limit)),

    findPerson: async (address) => findPerson(db, address),
    ticketIds: async (rows) => ticketIds(db, rows),
    mailReferences: async (rows) => mailReferences(db, rows),
    readMessages: async (rows) => readMessages(db, rows),
    erasePart: (person, part, now) => commits.run(() => erasePart(db, person, part, now)),
    noteErasure: (person, rows, text, now) => commits.run(() => noteErasure(db, person, rows, text, now)),
    pageTicketIds: async (after, limit) => pageTicketIds(db, after, limit),
  };
}
