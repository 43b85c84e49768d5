/**
 * Carries the erasure of one person out, a few rows at a time. What is found by other rows goes before them, so that an
 * erasure that was cut off anywhere (a crash, a full disk) finds the rest when it is asked for again.
 */
import type { PersonPart, PersonRows, PersonStore } from '../store/keeping.ts';
import type { ErasedPerson } from '../tickets/erasure.ts';

/** Rows in one transaction. */
const BATCH = 50;

/** `note`: on each ticket of the person. Resolves with the hashes of the files that no row names any more. */
export async function eraseRows(
  store: PersonStore,
  person: ErasedPerson,
  found: PersonRows,
  note: string,
  now: number,
): Promise<string[]> {
  const opened = await store.ticketIds(found.opened);
  const freed: string[] = [];
  const erase = async (part: PersonPart) => {
    for (const ids of batches(part.ids)) freed.push(...(await store.erasePart(person, { ...part, ids }, now)).blobs);
  };
  // Found by the tickets that the person opened, wrote to, follows or was mailed about.
  await erase({ kind: 'mentions', ids: found.mentions });
  await erase({ kind: 'outboxNaming', ids: found.outboxNaming, opened });
  await erase({ kind: 'recordsNaming', ids: found.recordsNaming });
  await erase({ kind: 'mails', ids: found.mails });
  for (const ids of batches(found.tickets)) await store.noteErasure(person, ids, note, now);
  // By these the tickets are found, and by what the person opened all that names it.
  await erase({ kind: 'outbox', ids: found.outbox, opened });
  await erase({ kind: 'messages', ids: found.messages });
  await erase({ kind: 'tickets', ids: found.opened });
  // Also where there are none: followers and blocked senders go by the address.
  await store.erasePart(person, { kind: 'contacts', ids: found.contacts }, now);
  return freed;
}

function* batches(ids: readonly number[]): Generator<readonly number[]> {
  for (let from = 0; from < ids.length; from += BATCH) yield ids.slice(from, from + BATCH);
}
