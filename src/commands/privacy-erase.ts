/**
 * `taquilla privacy erase`: shows what stands about one address, and erases it with `--yes`. In short transactions
 * beside a running gateway; at the end the file is written anew, so that the bytes are gone too.
 */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { eraseRows } from '../desk/erase-person.ts';
import { GRACE_MS } from '../intake/sweeper.ts';
import { normalizeAddress } from '../mail/address.ts';
import { removeBlob } from '../store/blobs/stray-files.ts';
import type { PersonRows } from '../store/keeping.ts';
import { loadSigningKeys } from '../store/signing-keys.ts';
import { emptyLog, rewriteFile } from '../store/sqlite/file-space.ts';
import { openDatabase } from '../store/sqlite/open-database.ts';
import { sqliteStore } from '../store/sqlite/sqlite-store.ts';
import { emptyTextIndexLog, renewTextIndex } from '../store/sqlite/text-index-file.ts';
import { counted } from '../tickets/counted.ts';
import { type ErasedPerson, erasedPerson, erasureNote } from '../tickets/erasure.ts';
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
    const note = `${erasureNote(person)} on ${shownTime(now)} UTC by ${by}.`;
    const freed = await eraseRows(store, person, found, note, now);
    const left = freed.filter((sha256) => !removeBlob(join(config.dataFolder, 'blobs'), sha256, now - GRACE_MS));
    await untilDone(() => store.catchUpSearch());
    if (options.keepFile !== true) {
      await whenFree(() => rewriteFile(opened.sqlite));
      await untilDone(() => emptyLog(opened.sqlite));
      await whenFree(() => renewTextIndex(opened.sqlite.name));
      await untilDone(() => emptyTextIndexLog(opened.sqlite.name));
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
  if (fileKept)
    print(
      'Old bytes may still stand in free parts of the database file and in the search index; run taquilla compact --full.',
    );
  print('Not touched: backups, files that were exported, and what other people wrote (docs/keeping.md).');
}
