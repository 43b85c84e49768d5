/** `taquilla mail accept|replay|block`: what an admin does with mails that were not let in. */
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { signingKey } from '../intake/intake.ts';
import { type ReplayResult, replayMail } from '../intake/replay.ts';
import { createLog } from '../log.ts';
import { normalizeAddress, normalizeDomain } from '../mail/address.ts';
import { BlobStore } from '../store/blobs/blob-store.ts';
import { loadSigningKeys } from '../store/signing-keys.ts';
import type { MailDetail, Store } from '../store/store.ts';
import { ENTROPY_BYTES } from '../tickets/entropy.ts';
import { normalizeReference } from '../tickets/intake-reference.ts';
import {
  CommandError,
  type GlobalOptions,
  type JsonOption,
  locateConfig,
  print,
  printJson,
  withStore,
} from './command.ts';
import { openForReading, openForWriting } from './open-store.ts';
import { authenticatorFor, contentReaderFor } from './running-settings.ts';
import { safe, shownTime, table } from './table.ts';

interface AcceptOptions extends JsonOption {
  readonly register?: string;
}

/** Lets a refused or held mail in: with its sender registered on an account, or as it is. */
export async function acceptMail(reference: string, options: AcceptOptions): Promise<void> {
  const { config } = locateConfig(options);
  const result = await withStore(openForWriting(config), async (store) => {
    const mail = await store.findMail(normalizeReference(reference));
    if (mail === null) throw new CommandError(`there is no mail with the reference ${reference}`, 1);
    if (mail.ticket !== null) throw new CommandError(`${mail.reference} is on ticket ${mail.ticket} already`, 1);
    const { register } = options;
    if (register !== undefined) await registerSender(store, mail, register);
    return runAgain(store, config, mail, register === undefined);
  });
  tellReplay(result, options);
}

/** Runs a stored mail through today's rules. */
export async function replayStored(reference: string, options: JsonOption): Promise<void> {
  const { config } = locateConfig(options);
  const result = await withStore(openForWriting(config), async (store) => {
    const mail = await store.findMail(normalizeReference(reference));
    if (mail === null) throw new CommandError(`there is no mail with the reference ${reference}`, 1);
    return runAgain(store, config, mail, false);
  });
  tellReplay(result, options);
}

async function registerSender(store: Store, mail: MailDetail, number: string): Promise<void> {
  if (mail.sender === null) throw new CommandError(`${mail.reference} has no clear sender that could be registered`, 1);
  const contact = {
    address: mail.sender,
    name: mail.explanation.from?.name ?? '',
    language: null,
    role: 'holder',
    primary: false,
    departments: null,
  } as const;
  if (!(await store.addContact(number, contact, Date.now())))
    throw new CommandError(`there is no account ${number}`, 1);
}

async function runAgain(store: Store, config: Config, mail: MailDetail, admitted: boolean): Promise<ReplayResult> {
  const raw = await store.findRawMail(mail.reference);
  if (raw === null) throw new CommandError(`the bytes of ${mail.reference} are no longer kept`, 1);
  const keys = loadSigningKeys(config.dataFolder, randomBytes);
  const log = createLog('error', false);
  const content = contentReaderFor(config, log, 0);
  const parts = {
    store,
    blobs: new BlobStore(join(config.dataFolder, 'blobs'), randomUUID),
    policy: config.policy,
    keys,
    signing: { key: signingKey(keys), domain: config.hostname },
    content: content.read,
    authenticate: authenticatorFor(config, log),
    entropy: randomBytes(ENTROPY_BYTES),
    now: Date.now(),
  };
  try {
    return await replayMail(parts, mail, raw, admitted);
  } finally {
    await content.close();
  }
}

function tellReplay(result: ReplayResult, { json }: JsonOption): void {
  if (result.kind === 'unknown') throw new CommandError('the mail is no longer there', 1);
  if (result.kind === 'incomplete') {
    throw new CommandError('only the start of this mail was kept; ask the sender to send it again', 1);
  }
  if (result.kind === 'has-ticket') {
    if (json === true) printJson({ verdict: 'duplicate', ticket: result.ticket });
    else print(`It is on ticket ${result.ticket} already; nothing was changed.`);
    return;
  }
  const { verdict, reason, ticket, because } = result.decision;
  if (json === true) {
    printJson({ verdict, reason, ticket, because });
    return;
  }
  print(`${verdict} (${reason})${ticket === null ? '' : `, ticket ${ticket}`}`);
  for (const line of because) print(`  ${safe(line)}`);
}

/** Nothing of this sender is let in any more; it learns no more than any stranger. */
export async function blockSender(address: string, options: GlobalOptions): Promise<void> {
  const { config } = locateConfig(options);
  const normal = blockable(address);
  const isNew = await withStore(openForWriting(config), (store) => store.blockSender(normal, Date.now()));
  print(isNew ? `${normal} is blocked.` : `${normal} was blocked already.`);
}

export async function unblockSender(address: string, options: GlobalOptions): Promise<void> {
  const { config } = locateConfig(options);
  const normal = blockable(address);
  const was = await withStore(openForWriting(config), (store) => store.unblockSender(normal));
  print(was ? `${normal} is no longer blocked.` : `${normal} was not blocked.`);
}

export async function listBlocked(options: JsonOption): Promise<void> {
  const { config } = locateConfig(options);
  const blocked = await withStore(openForReading(config), (store) => store.listBlocked());
  if (options.json === true) return printJson(blocked);
  if (blocked.length === 0) return print('Nobody is blocked.');
  print(
    table(blocked, [
      { title: 'ADDRESS', value: (row) => row.address },
      { title: 'SINCE', value: (row) => shownTime(row.blockedAt) },
    ]),
  );
}

function blockable(address: string): string {
  const domain = address.startsWith('*@') ? normalizeDomain(address.slice(2)) : null;
  const normal = domain === null ? normalizeAddress(address) : `*@${domain}`;
  if (normal === null) throw new CommandError(`${address}: is neither a mail address nor *@domain`, 2);
  return normal;
}
