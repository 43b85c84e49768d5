/** `taquilla tickets export`: tickets with all that is known of them as JSON, or their mails as mbox. One at a time. */
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { mboxEntry } from '../mail/mbox.ts';
import { BlobStore } from '../store/blobs/blob-store.ts';
import type { MailDetail, Store, TicketDetail } from '../store/store.ts';
import { counted } from '../tickets/counted.ts';
import { CommandError, type GlobalOptions, locateConfig, shownPath, withStore } from './command.ts';
import { openForReading } from './open-store.ts';
import { typedTicketId } from './tickets.ts';

interface ExportOptions extends GlobalOptions {
  readonly format: 'json' | 'mbox';
  /** A file, or `-`. */
  readonly out: string;
  readonly force?: boolean;
}

/** Mails that an mbox is without. */
interface LeftOut {
  /** As the rows say: no fault. */
  notKept: number;
  /** Hashes of files that rows name and the data folder does not have. */
  readonly missing: Set<string>;
}

const PAGE = 500;

/** `null`: every ticket. */
export async function exportTickets(typed: string | null, options: ExportOptions): Promise<void> {
  const { config } = locateConfig(options);
  const id = typed === null ? null : typedTicketId(typed, config);
  const blobs = join(config.dataFolder, 'blobs');
  await withStore(openForReading(config), async (store) => {
    const tickets = id === null ? allTickets(store) : just(await find(store, id));
    const leftOut: LeftOut = { notKept: 0, missing: new Set() };
    await writeOut(
      options.format === 'json' ? asJson(store, tickets) : asMbox(store, tickets, blobs, leftOut),
      options,
    );
    if (leftOut.notKept > 0)
      process.stderr.write(
        `${counted(leftOut.notKept, 'mail is', 'mails are')} not in it: the bytes are not kept any more (retention), or were not made yet\n`,
      );
    if (leftOut.missing.size > 0)
      throw new CommandError(
        `${counted(leftOut.missing.size, 'file is', 'files are')} missing in the data folder; run taquilla verify`,
        1,
      );
  });
}

/** Before a file is made for it. */
async function find(store: Store, id: string): Promise<TicketDetail> {
  const ticket = await store.findTicket(id);
  if (ticket === null) throw new CommandError(`there is no ticket ${id}`, 1);
  return ticket;
}

async function* just(ticket: TicketDetail): AsyncGenerator<TicketDetail> {
  yield ticket;
}

async function* allTickets(store: Store): AsyncGenerator<TicketDetail> {
  for (let after: string | null = null; ; ) {
    const page: string[] = await store.pageTicketIds(after, PAGE);
    for (const id of page) {
      const ticket = await store.findTicket(id);
      // What was merged stands in the thread of the one that goes on.
      if (ticket !== null && ticket.mergedInto === null) yield ticket;
    }
    after = page.at(-1) ?? null;
    if (page.length < PAGE) return;
  }
}

/** References of the mails on a ticket, each once, in their order. */
function mailsOn({ thread }: TicketDetail): string[] {
  return [...new Set(thread.flatMap(({ mail }) => mail ?? []))];
}

/** The documented form: docs/keeping.md. */
async function* asJson(store: Store, tickets: AsyncIterable<TicketDetail>): AsyncGenerator<string> {
  let separator = '';
  for await (const { mails, ...ticket } of tickets) {
    const incoming: MailDetail[] = [];
    for (const reference of mailsOn({ ...ticket, mails })) {
      const mail = await store.findMail(reference);
      if (mail !== null) incoming.push(mail);
    }
    const outgoing = [];
    for (const { id } of mails) {
      const found = await store.findOutgoing(id);
      if (found === null) continue;
      const { rendered: _, ...mail } = found;
      outgoing.push(mail);
    }
    if (separator === '') yield '{"format":"taquilla-tickets","version":1,"tickets":[\n';
    yield `${separator}${JSON.stringify({ ...ticket, incoming, outgoing })}`;
    separator = ',\n';
  }
  yield separator === '' ? '{"format":"taquilla-tickets","version":1,"tickets":[]}\n' : '\n]}\n';
}

async function* asMbox(
  store: Store,
  tickets: AsyncIterable<TicketDetail>,
  blobs: string,
  leftOut: LeftOut,
): AsyncGenerator<Buffer> {
  for await (const ticket of tickets) {
    for (const { sender, at, load } of await correspondence(store, ticket, blobs)) {
      const loaded = await load();
      if (loaded === null) leftOut.notKept += 1;
      else if ('missing' in loaded) leftOut.missing.add(loaded.missing);
      else yield mboxEntry({ sender, at, bytes: loaded });
    }
  }
}

interface Letter {
  readonly sender: string;
  readonly at: number;
  readonly load: () => Promise<Loaded>;
}

/** `null` where the bytes are not kept; `missing` where they should be in this file. */
type Loaded = Uint8Array | { readonly missing: string } | null;

/** Mails of a ticket, in and out, in the order in which they went; bytes are loaded one at a time. */
async function correspondence(store: Store, ticket: TicketDetail, blobs: string): Promise<Letter[]> {
  const letters: Letter[] = [];
  for (const reference of mailsOn(ticket)) {
    const mail = await store.findMail(reference);
    if (mail === null) continue;
    letters.push({
      sender: mail.mailFrom,
      at: mail.receivedAt,
      load: () => loadIncoming(store, reference, blobs),
    });
  }
  for (const { id, createdAt, finishedAt, state } of ticket.mails) {
    // What was never sent is no letter.
    if (state !== 'sent') continue;
    const mail = await store.findOutgoing(id);
    if (mail === null) continue;
    letters.push({ sender: mail.mail.from, at: finishedAt ?? createdAt, load: () => store.findFrozen(id) });
  }
  return letters.sort((one, other) => one.at - other.at);
}

async function loadIncoming(store: Store, reference: string, blobs: string): Promise<Loaded> {
  const raw = await store.findRawMail(reference);
  if (raw === null) return null;
  if ('inline' in raw) return raw.inline;
  const { sha256 } = raw.blob;
  try {
    return await readFile(BlobStore.pathIn(blobs, sha256));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    // Retention removes the row first.
    return (await store.findRawMail(reference)) === null ? null : { missing: sha256 };
  }
}

async function writeOut(content: AsyncIterable<string | Buffer>, { out, force }: ExportOptions): Promise<void> {
  const source = Readable.from(content);
  if (out === '-') return pipeline(source, process.stdout, { end: false });
  try {
    await pipeline(source, createWriteStream(out, { mode: 0o600, flags: force === true ? 'w' : 'wx' }));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EEXIST')
      throw new CommandError(`${shownPath(out)} is there already; name another file, or give --force`, 2);
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR')
      throw new CommandError(`${shownPath(out)} cannot be written (${code})`, 1);
    throw error;
  }
}
