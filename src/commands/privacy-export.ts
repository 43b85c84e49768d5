/** `taquilla privacy export`: all that is kept about one address, as one JSON file and the mails and files beside it. */

import { existsSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { displayNames } from '../mail/file-name.ts';
import { BlobStore } from '../store/blobs/blob-store.ts';
import type { PersonMessage } from '../store/keeping.ts';
import type { Store } from '../store/store.ts';
import { counted } from '../tickets/counted.ts';
import { CommandError, type JsonOption, locateConfig, print, printJson, shownPath, withStore } from './command.ts';
import { openForReading } from './open-store.ts';
import { countsOf, isNobody, lines, typedPerson } from './privacy-erase.ts';

export async function exportPerson(typed: string, options: JsonOption & { readonly out: string }): Promise<void> {
  const { config } = locateConfig(options);
  const address = typedPerson(typed);
  const target = resolve(options.out);
  if (existsSync(target)) throw new CommandError(`${shownPath(target)} is there already; name a new folder`, 2);
  await withStore(openForReading(config), async (store) => {
    const found = await store.findPerson(address);
    if (isNobody(found)) throw new CommandError(`nothing is kept about ${address}`, 1);
    const files = new Files(target, join(config.dataFolder, 'blobs'));
    await files.begin();
    const [messages, mails, outgoing] = [
      await exportMessages(await store.readMessages(found), files),
      await exportMails(store, await store.mailReferences(found.mails), files),
      await exportOutgoing(store, found.outbox, files),
    ];
    const tickets = await exportTickets(store, await store.ticketIds(found.opened));
    const contacts = await exportContacts(store, address);
    const data = {
      format: 'taquilla-person',
      version: 1,
      address,
      blocked: found.blocked,
      contacts,
      tickets,
      messages,
      mails,
      outgoing,
    };
    await files.write('data.json', Buffer.from(`${JSON.stringify(data, null, 2)}\n`));
    const counts = countsOf(found);
    if (options.json === true)
      printJson({ address, folder: target, files: files.count, missing: files.missing, ...counts });
    else {
      for (const line of lines(address, counts)) print(line);
      print(
        `\n${shownPath(target)}: data.json and ${counted(files.count - 1, 'file')}. Look through it before you hand it over.`,
      );
    }
    if (files.missing.length > 0)
      throw new CommandError(
        `${counted(files.missing.length, 'file is', 'files are')} missing in the data folder; run taquilla verify`,
        1,
      );
  });
}

/** The folder that is handed over. Names in it are ours: a reference, a number, or a name made harmless. */
class Files {
  readonly missing: string[] = [];
  count = 0;
  private readonly folder: string;
  private readonly blobs: string;

  constructor(folder: string, blobs: string) {
    this.folder = folder;
    this.blobs = blobs;
  }

  async begin(): Promise<void> {
    for (const part of ['mails', 'sent', 'attachments'])
      await mkdir(join(this.folder, part), { recursive: true, mode: 0o700 });
  }

  async write(name: string, bytes: Uint8Array): Promise<string> {
    await writeFile(join(this.folder, name), bytes, { mode: 0o600, flag: 'wx' });
    this.count += 1;
    return name;
  }

  /** `null` where the file is missing. */
  async copyBlob(name: string, sha256: string): Promise<string | null> {
    try {
      await copyFile(BlobStore.pathIn(this.blobs, sha256), join(this.folder, name));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      this.missing.push(sha256);
      return null;
    }
    this.count += 1;
    return name;
  }
}

async function exportMessages(messages: readonly PersonMessage[], files: Files) {
  const exported = [];
  for (const { attachments, ...message } of messages) {
    const names = displayNames(attachments);
    const written = [];
    for (const [index, attachment] of attachments.entries()) {
      const file = await files.copyBlob(
        `attachments/${message.id}-${index + 1}-${names[index] ?? ''}`,
        attachment.sha256,
      );
      written.push({ ...attachment, file });
    }
    exported.push({ ...message, attachments: written });
  }
  return exported;
}

async function exportMails(store: Store, references: readonly string[], files: Files) {
  const exported = [];
  for (const reference of references) {
    const mail = await store.findMail(reference);
    const raw = await store.findRawMail(reference);
    const name = `mails/${reference}.eml`;
    const file =
      raw === null
        ? null
        : 'inline' in raw
          ? await files.write(name, raw.inline)
          : await files.copyBlob(name, raw.blob.sha256);
    if (mail !== null) exported.push({ ...mail, file });
  }
  return exported;
}

async function exportOutgoing(store: Store, ids: readonly number[], files: Files) {
  const exported = [];
  for (const id of ids) {
    const found = await store.findOutgoing(id);
    if (found === null) continue;
    const { rendered, ...mail } = found;
    exported.push({ ...mail, file: rendered === null ? null : await files.write(`sent/${id}.eml`, rendered) });
  }
  return exported;
}

/** Without the messages: those of others are theirs. */
async function exportTickets(store: Store, publicIds: readonly string[]) {
  const exported = [];
  for (const publicId of publicIds) {
    const ticket = await store.findTicket(publicId);
    if (ticket === null) continue;
    const { thread: _, mails: __, followers: ___, assignee: ____, ...facts } = ticket;
    exported.push(facts);
  }
  return exported;
}

async function exportContacts(store: Store, address: string) {
  const exported = [];
  for (let after = ''; ; ) {
    const page = await store.pageAccounts(after, 500);
    for (const { number, name, contacts } of page)
      for (const contact of contacts)
        if (contact.address === address) exported.push({ account: number, accountName: name, ...contact });
    const last = page.at(-1);
    if (last === undefined || page.length < 500) return exported;
    after = last.number;
  }
}
