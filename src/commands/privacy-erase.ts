/**
 * `taquilla privacy erase`: shows what stands about one address, and erases it with `--yes`. In short transactions
 * beside a running gateway; at the end the file is written anew, so that the bytes are gone too.
 */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { GRACE_MS } from '../intake/sweeper.ts';
import { normalizeAddress } from '../mail/address.ts';
import { removeBlob } from '../store/blobs/stray-files.ts';
import type { PersonPart, PersonRows } from '../store/keeping.ts';
import { loadSigningKeys } from '../store/signing-keys.ts';
import { emptyLog, rewriteFile } from '../store/sqlite/file-space.ts';
import { openDatabase } from '../store/sqlite/open-database.ts';
import { sqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { counted } from '../tickets/counted.ts';
import { type ErasedPerson, erasedPerson } from '../tickets/erasure.ts';
import { actor } from './actor.ts';
import { CommandError, databaseFile, type JsonOption, locateConfig, print, printJson, withStore } from './command.ts';
import { openForReading } from './open-store.ts';
import { shownSize, shownTime } from './table.ts';
import { untilDone, whenFree } from './when-free.ts';

interface EraseOptions extends JsonOption {
  readonly yes?: boolean;
  readonly by?: string;
  readonly keepFile?: boolean;
}

/** Rows in one transaction. */
const BATCH = 50;

export async function erasePerson(typed: string, options: EraseOptions): Promise<void> {
  const { config } = locateConfig(options);
  const address = typedPerson(typed);
  const found = await withStore(openForReading(config), (store) => store.findPerson(address));
  const counts = countsOf(found);
  if (isNobody(found)) throw new CommandError(`nothing is kept about ${address}`, 1);
  if (options.yes !== true) {
    if (options.json === true) return printJson({ address, erased: false, ...counts });
    for (const line of lines(address, counts)) print(line);
    return print('\nNothing was erased. With --yes it is, and cannot be brought back.');
  }
  const by = actor(options.by);
  // The oldest key stays in the list when newer ones sign: the same person keeps its placeholder.
  const key = loadSigningKeys(config.dataFolder, randomBytes).at(-1);
  if (key === undefined) throw new Error('there are no keys');
  const person = erasedPerson(address, key.secret);
  const opened = openDatabase(databaseFile(config));
  // Deleted bytes are written over, in the pages that stay too.
  opened.sqlite.pragma('secure_delete = ON');
  const store = sqliteStore(opened);
  try {
    const now = Date.now();
    const freed = await eraseRows(store, person, found, now);
    await store.noteErasure(found.tickets, note(person, by, now), now);
    const left = freed.filter((sha256) => !removeBlob(join(config.dataFolder, 'blobs'), sha256, now - GRACE_MS));
    if (options.keepFile !== true) {
      await whenFree(() => rewriteFile(opened.sqlite));
      await untilDone(() => emptyLog(opened.sqlite));
    }
    const remaining = await store.findPerson(address);
    if (options.json === true)
      printJson({ address, erased: true, placeholder: person.placeholder, ...counts, filesLeft: left });
    else tell(address, person, counts, left, options.keepFile === true);
    if (!isNobody(remaining))
      throw new CommandError('a mail came in or was on its way meanwhile: run the command once more', 1);
  } finally {
    await store.close();
  }
}

export function typedPerson(typed: string): string {
  const address = normalizeAddress(typed);
  if (address === null) throw new CommandError(`${typed} is not a mail address`, 2);
  return address;
}

/** Hashes of the files that nobody names any more. */
async function eraseRows(store: Store, person: ErasedPerson, found: PersonRows, now: number): Promise<string[]> {
  const opened = await store.ticketIds(found.opened);
  const parts: PersonPart[] = [
    { kind: 'messages', ids: found.messages },
    { kind: 'mentions', ids: found.mentions },
    { kind: 'mails', ids: found.mails },
    { kind: 'recordsNaming', ids: found.recordsNaming },
    { kind: 'outbox', ids: found.outbox, opened },
    { kind: 'outboxNaming', ids: found.outboxNaming, opened },
    // By these the rest is found: last.
    { kind: 'tickets', ids: found.opened },
  ];
  const freed: string[] = [];
  for (const part of parts) {
    for (let from = 0; from < part.ids.length; from += BATCH) {
      const { blobs } = await store.erasePart(person, { ...part, ids: part.ids.slice(from, from + BATCH) }, now);
      freed.push(...blobs);
    }
  }
  await store.erasePart(person, { kind: 'contacts', ids: found.contacts }, now);
  return freed;
}

function note({ label }: ErasedPerson, by: string, now: number): string {
  return `Personal data of ${label} was erased on ${shownTime(now)} UTC by ${by}.`;
}

export function isNobody(found: PersonRows): boolean {
  const { blocked, rawBytes: _, attachments: __, ...rows } = found;
  return !blocked && Object.values(rows).every((ids) => ids.length === 0);
}

export function countsOf(found: PersonRows) {
  return {
    contacts: found.contacts.length,
    blocked: found.blocked,
    ticketsOpened: found.opened.length,
    ticketsTouched: found.tickets.length,
    messages: found.messages.length,
    attachments: found.attachments,
    mails: found.mails.length,
    rawBytes: found.rawBytes,
    outgoingMails: found.outbox.length,
    namedElsewhere: found.mentions.length + found.recordsNaming.length + found.outboxNaming.length,
  };
}

export function lines(address: string, counts: ReturnType<typeof countsOf>): string[] {
  return [
    `About ${address}:`,
    `  contacts          ${counts.contacts}${counts.blocked ? ', and it is a blocked sender' : ''}`,
    `  tickets           ${counts.ticketsOpened} opened, ${counts.ticketsTouched} in all`,
    `  messages          ${counts.messages}, with ${counted(counts.attachments, 'attachment')}`,
    `  mails received    ${counts.mails}, ${shownSize(counts.rawBytes)} as they came`,
    `  mails sent to it  ${counts.outgoingMails}`,
    `  named elsewhere   ${counted(counts.namedElsewhere, 'time')}, in notes, records and mails to others`,
  ];
}

function tell(
  address: string,
  { label }: ErasedPerson,
  counts: ReturnType<typeof countsOf>,
  left: readonly string[],
  fileKept: boolean,
): void {
  for (const line of lines(address, counts)) print(line);
  print(`\nErased. On the tickets it is ${label} from now on.`);
  if (left.length > 0)
    print(
      `${counted(left.length, 'file is', 'files are')} younger than an hour, or in use by a mail that is coming in; the running gateway tidies up within a day.`,
    );
  if (fileKept) print('Old bytes may still stand in free parts of the database file; run taquilla compact --full.');
  print('Not touched: backups, files that were exported, and what other people wrote (docs/keeping.md).');
}
