/** `taquilla mail list|show|raw`: every mail that reached DATA, what was decided and why. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BlobStore } from '../store/blobs/blob-store.ts';
import type { Verdict } from '../tickets/decision.ts';
import { normalizeReference } from '../tickets/intake-reference.ts';
import type { Tone } from './colour.ts';
import {
  CommandError,
  type GlobalOptions,
  type JsonOption,
  locateConfig,
  print,
  printJson,
  withStore,
} from './command.ts';
import { openForReading } from './open-store.ts';
import { safe, shownSize, shownTime, table } from './table.ts';

interface ListOptions extends JsonOption {
  readonly limit: number;
  readonly verdict?: Verdict;
  readonly wouldRefuse?: boolean;
}

export async function listMails(options: ListOptions): Promise<void> {
  const { config } = locateConfig(options);
  const { limit, verdict, wouldRefuse = false } = options;
  const filter = { limit, wouldRefuse, ...(verdict === undefined ? {} : { verdict }) };
  const mails = await withStore(openForReading(config), (store) => store.listMails(filter));
  if (options.json === true) return printJson(mails);
  if (mails.length === 0) return print('No mails.');
  print(
    table(mails, [
      { title: 'REFERENCE', value: (row) => row.reference },
      { title: 'RECEIVED', value: (row) => shownTime(row.receivedAt), spare: 1 },
      { title: 'VERDICT', value: (row) => row.verdict, tone: (row) => VERDICT_TONES[row.verdict] },
      {
        title: wouldRefuse ? 'WOULD BE REFUSED' : 'REASON',
        value: (row) => (wouldRefuse ? row.wouldRefuse : row.reason),
        ...(wouldRefuse ? {} : { spare: 2 }),
      },
      { title: 'TICKET', value: (row) => row.ticket },
      { title: 'FROM', value: (row) => row.sender, flexible: true },
      { title: 'SUBJECT', value: (row) => row.subject, flexible: true },
    ]),
  );
}

export const VERDICT_TONES: Record<Verdict, Tone | null> = {
  'open-ticket': 'good',
  'append-message': 'good',
  duplicate: 'soft',
  refuse: 'bad',
  hold: 'warning',
  ignore: 'soft',
};

export async function showMail(reference: string, options: JsonOption): Promise<void> {
  const { config } = locateConfig(options);
  const mail = await withStore(openForReading(config), (store) => store.findMail(normalizeReference(reference)));
  if (mail === null) throw new CommandError(`there is no mail with the reference ${reference}`, 1);
  if (options.json === true) return printJson(mail);
  print(`${mail.reference}  ${safe(mail.subject)}`);
  print(`  verdict     ${mail.verdict} (${mail.reason})${mail.ticket === null ? '' : `, ticket ${mail.ticket}`}`);
  print(
    `  received    ${shownTime(mail.receivedAt)} UTC, ${shownSize(mail.size)}, from ${mail.ip ?? 'nowhere'} (${safe(mail.helo ?? '–')})`,
  );
  print(`  envelope    <${safe(mail.mailFrom)}> → ${safe(mail.recipients.join(', '))}`);
  print(`  sender      ${mail.sender ?? 'not clear'}`);
  print(`  message-id  ${safe(mail.messageId)}`);
  if (mail.explanation.defects.length > 0) print(`  defects     ${mail.explanation.defects.join(', ')}`);
  print('  because');
  for (const line of mail.explanation.because) print(`    ${safe(line)}`);
}

/** The bytes as they came, to standard output. */
export async function rawMail(reference: string, options: GlobalOptions): Promise<void> {
  const { config } = locateConfig(options);
  const name = normalizeReference(reference);
  const { raw, known } = await withStore(openForReading(config), async (store) => ({
    raw: await store.findRawMail(name),
    known: (await store.findMail(name)) !== null,
  }));
  if (raw === null)
    throw new CommandError(
      known
        ? `the bytes of ${reference} are not kept any more (retention, or erased)`
        : `there is no mail with the reference ${reference}`,
      1,
    );
  if ('inline' in raw) {
    process.stdout.write(raw.inline);
    return;
  }
  const path = new BlobStore(join(config.dataFolder, 'blobs'), () => '').path(raw.blob.sha256);
  await pipeline(createReadStream(path), process.stdout, { end: false });
}
