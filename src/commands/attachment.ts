/** `taquilla tickets attachment`: writes one attached file out. Files are numbered through the whole ticket. */
import { createWriteStream, statSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BlobStore } from '../store/blobs/blob-store.ts';
import type { TicketDetail, TicketFile } from '../store/store.ts';
import { CommandError, type GlobalOptions, locateConfig, print, shownPath, withStore } from './command.ts';
import { openForReading } from './open-store.ts';
import { safe, shownSize } from './table.ts';
import { typedTicketId } from './tickets.ts';

interface AttachmentOptions extends GlobalOptions {
  /** A file, a folder, or `-`. */
  readonly out: string;
  readonly force?: boolean;
}

export async function writeAttachment(id: string, number: number, options: AttachmentOptions): Promise<void> {
  const { config } = locateConfig(options);
  const publicId = typedTicketId(id, config);
  const ticket = await withStore(openForReading(config), (store) => store.findTicket(publicId));
  if (ticket === null) throw new CommandError(`there is no ticket ${publicId}`, 1);
  const file = ticketFiles(ticket)[number - 1];
  if (file === undefined) {
    const count = ticketFiles(ticket).length;
    throw new CommandError(
      count === 0 ? `${publicId} has no attached files` : `${publicId} has the attached files 1 to ${count}`,
      1,
    );
  }
  const blobs = new BlobStore(join(config.dataFolder, 'blobs'), () => '');
  const content = blobs.read(file.sha256);
  if (options.out === '-') {
    await pipeline(content, process.stdout, { end: false });
    return;
  }
  // Of the sender's name only the cleaned one is used, and only where a folder was given.
  const path = isFolder(options.out) ? join(options.out, file.name) : options.out;
  await writeFileOnce(path, options.force === true, (target) => pipeline(content, target));
  print(`${shownPath(path)}  ${safe(file.contentType)}  ${shownSize(file.size)}${file.risky ? '  RISKY TYPE' : ''}`);
}

/** All files of a ticket in the order in which `tickets show` numbers them. */
export function ticketFiles(ticket: TicketDetail): TicketFile[] {
  return ticket.thread.flatMap(({ attachments }) => attachments);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Never writes over a file unasked, and leaves no half of one behind. */
export async function writeFileOnce(
  path: string,
  force: boolean,
  write: (target: NodeJS.WritableStream) => Promise<void>,
): Promise<void> {
  const target = createWriteStream(path, { flags: force ? 'w' : 'wx', mode: 0o600 });
  try {
    await write(target);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EEXIST') throw new CommandError(`${shownPath(path)} is there already; --force writes over it`, 2);
    if (!target.pending) await unlink(path).catch(() => undefined);
    throw new CommandError(`${shownPath(path)} cannot be written (${code || 'failed'})`, 1);
  }
}
