/** `taquilla outbox`: the mails that wait, are sent, or failed. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Bounce } from '../mail/automatic.ts';
import { mailRenderer } from '../outbox/render.ts';
import { BlobStore } from '../store/blobs/blob-store.ts';
import type { OutboxDetail, OutboxState } from '../store/store.ts';
import { counted } from '../tickets/counted.ts';
import {
  CommandError,
  type GlobalOptions,
  type JsonOption,
  locateConfig,
  print,
  printJson,
  withStore,
} from './command.ts';
import { installedTemplates } from './mail-templates.ts';
import { openForReading } from './open-store.ts';
import { safe, shownTime, table } from './table.ts';

export async function listOutbox(
  options: JsonOption & { readonly limit: number; readonly state?: OutboxState },
): Promise<void> {
  const { config } = locateConfig(options);
  const { limit, state } = options;
  const mails = await withStore(openForReading(config), (store) =>
    store.listOutbox({ limit, ...(state === undefined ? {} : { state }) }),
  );
  if (options.json === true) return printJson(mails);
  if (mails.length === 0) return print('No mails in the outbox.');
  print(
    table(mails, [
      { title: 'ID', value: (row) => row.id },
      { title: 'KIND', value: (row) => row.kind, spare: 3 },
      { title: 'STATE', value: (row) => row.state, tone: (row) => (row.state === 'failed' ? 'bad' : null) },
      { title: 'TO', value: (row) => row.recipient, flexible: true },
      { title: 'TICKET', value: (row) => row.ticket },
      { title: 'QUEUED', value: (row) => shownTime(row.createdAt), spare: 2 },
      { title: 'ATTEMPTS', value: (row) => row.attempts, spare: 1 },
      { title: 'ANSWER', value: (row) => row.lastError, flexible: true },
    ]),
  );
}

export async function showOutgoing(id: number, options: JsonOption): Promise<void> {
  const mail = await find(id, options);
  const { rendered: _, ...shown } = mail;
  if (options.json === true) return printJson(shown);
  print(`${mail.id}  ${mail.kind} to ${mail.recipient}`);
  print(`  state       ${mail.state}, ${counted(mail.attempts, 'attempt')}`);
  print(`  ticket      ${mail.ticket ?? '–'}`);
  print(`  queued      ${shownTime(mail.createdAt)} UTC`);
  if (mail.finishedAt !== null) print(`  finished    ${shownTime(mail.finishedAt)} UTC`);
  else if (mail.state === 'sending') print('  next try    it is on its way now');
  else print(`  next try    ${shownTime(mail.nextAttemptAt)} UTC`);
  print(`  from        ${safe(mail.mail.fromName)} <${mail.mail.from}>`);
  print(`  message-id  ${mail.mail.messageId}`);
  if (mail.handledBy !== null)
    print(`  ${(mail.state === 'cancelled' ? 'cancelled by' : 'retried by').padEnd(12)}${safe(mail.handledBy)}`);
  if (mail.bounce !== null) print(`  bounced     ${safe(bounceLine(mail.bounce))}`);
  if (mail.lastError !== null) print(`  last answer ${safe(mail.lastError)}`);
}

/** The mail itself as it goes out, to standard output. */
export async function catOutgoing(id: number, options: GlobalOptions): Promise<void> {
  const mail = await find(id, options);
  const { config } = locateConfig(options);
  const { templates } = installedTemplates(config);
  const blobs = new BlobStore(join(config.dataFolder, 'blobs'), randomUUID);
  const render = mailRenderer(
    templates,
    (message) => process.stderr.write(`${message}\n`),
    (sha256) => blobs.read(sha256),
  );
  process.stdout.write(mail.rendered ?? (await render(mail.mail, mail.createdAt)));
}

function bounceLine({ action, status, diagnostic }: Bounce): string {
  return [action, status, diagnostic].filter((part) => part !== null).join(' ');
}

async function find(id: number, options: GlobalOptions): Promise<OutboxDetail> {
  const { config } = locateConfig(options);
  const mail = await withStore(openForReading(config), (store) => store.findOutgoing(id));
  if (mail === null) throw new CommandError(`there is no mail ${id} in the outbox`, 1);
  return mail;
}
