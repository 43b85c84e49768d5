/** `taquilla mail replay --since`: what another config would have made of the mails that came. Writes nothing. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { canonicalAddress, parseNetworks } from '../auth/trusted-networks.ts';
import type { Config } from '../config.ts';
import { signingKey } from '../intake/intake.ts';
import { recordedAuthenticity } from '../intake/recorded-authenticity.ts';
import { type WhatIf, type WhatIfParts, whatIf } from '../intake/what-if.ts';
import { createLog } from '../log.ts';
import { BlobStore } from '../store/blobs/blob-store.ts';
import { readSigningKeys } from '../store/signing-keys.ts';
import type { MailDetail, PagedMail, Store } from '../store/store.ts';
import { counted } from '../tickets/counted.ts';
import { ENTROPY_BYTES } from '../tickets/entropy.ts';
import { CommandError, type JsonOption, locateConfig, print, printJson, withStore } from './command.ts';
import { openForReading } from './open-store.ts';
import { authenticatorFor, contentReaderFor } from './running-settings.ts';
import { shownTime, table } from './table.ts';

interface SinceOptions extends JsonOption {
  /** Epoch milliseconds. */
  readonly since: number;
  readonly dns?: boolean;
}

const PAGE = 200;

interface Row {
  readonly mail: MailDetail;
  readonly found: Extract<WhatIf, { kind: 'different' }>;
}

export async function replaySince(options: SinceOptions): Promise<void> {
  const { config } = locateConfig(options);
  const keys = readSigningKeys(config.dataFolder);
  if (keys.length === 0)
    throw new CommandError(`there are no signing keys in ${config.dataFolder}: this gateway has taken no mail yet`, 1);
  const content = contentReaderFor(config, createLog('error', false), 0);
  const { rows, count, notKept, unasked } = await withStore(openForReading(config), (store) =>
    judgeAll(
      {
        store,
        blobs: new BlobStore(join(config.dataFolder, 'blobs'), randomUUID),
        policy: config.policy,
        keys,
        signing: { key: signingKey(keys), domain: config.hostname },
        authenticate: authenticateAgain(config, options.dns === true),
        // Only candidates for ticket IDs are made of it, and none is given out.
        entropy: new Uint8Array(ENTROPY_BYTES),
        content: content.read,
      },
      options.since,
    ),
  ).finally(content.close);
  const since = new Date(options.since).toISOString();
  if (options.json === true) {
    const different = rows.map(({ mail, found: { was, wouldBe } }) => ({ reference: mail.reference, was, wouldBe }));
    return printJson({ since, mails: count, same: count - rows.length - notKept, notKept, different });
  }
  if (rows.length > 0) print(table(rows, COLUMNS));
  const kept = notKept === 0 ? '' : `, ${notKept} no longer kept`;
  print(
    `${counted(count, 'mail')} since ${since.slice(0, 16).replace('T', ' ')} UTC: ${rows.length} would have gone another way${kept}. Nothing was written.`,
  );
  if (unasked > 0 && options.dns !== true && config.authentication !== 'off')
    print(
      `Nobody asked for proof of the sender of ${unasked} of them when they came, so they count as verified; --dns asks now.`,
    );
}

const COLUMNS = [
  { title: 'REFERENCE', value: ({ mail }: Row) => mail.reference },
  { title: 'RECEIVED', value: ({ mail }: Row) => shownTime(mail.receivedAt) },
  { title: 'FROM', value: ({ mail }: Row) => mail.sender, flexible: true },
  { title: 'WAS', value: ({ found: { was } }: Row) => words(was), flexible: true },
  { title: 'WOULD BE', value: ({ found: { wouldBe } }: Row) => words(wouldBe), flexible: true },
];

function words({ verdict, reason, department, account, ticket }: Row['found']['was']): string {
  if (verdict === 'open-ticket') return [`${verdict} in ${department ?? '?'}`, account].filter(Boolean).join(' for ');
  return `${verdict} ${ticket ?? `(${reason})`}`;
}

async function judgeAll(parts: WhatIfParts & { readonly store: Store }, since: number) {
  const rows: Row[] = [];
  let [count, notKept, unasked] = [0, 0, 0];
  let after: number | null = null;
  for (;;) {
    const page: PagedMail[] = await parts.store.pageMails({ since, after, limit: PAGE });
    for (const mail of page) {
      const found = await whatIf(parts, mail);
      count += 1;
      if (found.kind === 'not-kept') notKept += 1;
      else if (found.kind === 'different') rows.push({ mail, found });
      if (mail.explanation.auth === null) unasked += 1;
    }
    after = page.at(-1)?.row ?? null;
    if (page.length < PAGE) return { rows, count, notKept, unasked };
  }
}

/** From what was recorded, or from DNS as it is today. */
function authenticateAgain(config: Config, dns: boolean): WhatIfParts['authenticate'] {
  if (dns) {
    const authenticate = authenticatorFor(config, createLog('error', false));
    return () => authenticate;
  }
  const parsed = parseNetworks(config.staffNetworks);
  return (mail) => async () => {
    const ip = mail.ip === null ? null : (canonicalAddress(mail.ip) ?? mail.ip);
    return recordedAuthenticity(
      {
        results: mail.explanation.auth,
        refusedByPolicy: mail.reason === 'dmarc-policy' || mail.wouldRefuse === 'dmarc-policy',
        fromStaffNetwork: parsed.ok && ip !== null && parsed.networks.has(ip),
      },
      config.authentication,
    );
  };
}
