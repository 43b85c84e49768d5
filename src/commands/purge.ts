/** `taquilla purge`: what retention removes, shown first and done with `--yes`. Works beside a running gateway. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { carryOut, dueRemovals, type RetentionParts } from '../desk/retention.ts';
import { BlobStore } from '../store/blobs/blob-store.ts';
import type { DueSummary } from '../store/keeping.ts';
import { counted } from '../tickets/counted.ts';
import type { Removal } from '../tickets/retention.ts';
import { type JsonOption, locateConfig, print, printJson, withStore } from './command.ts';
import { openForReading, openForWriting } from './open-store.ts';
import { shownSize, shownTime, table } from './table.ts';

interface PurgeOptions extends JsonOption {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

interface Row extends DueSummary {
  readonly removal: Removal;
}

export async function purge(options: PurgeOptions): Promise<void> {
  const { config } = locateConfig(options);
  const act = options.yes === true && options.dryRun !== true;
  const { shown, done } = await withStore(act ? openForWriting(config) : openForReading(config), async (store) => {
    const blobs = new BlobStore(join(config.dataFolder, 'blobs'), randomUUID);
    const parts: RetentionParts = { store, blobs, retention: config.retention, now: Date.now() };
    const shown = await summarize(parts);
    return { shown, done: act ? await carryOut(parts) : [] };
  });
  if (options.json === true) return printJson({ done: act, due: shown, removed: done });
  if (shown.length === 0) return print('Nothing has been kept longer than the config says (retention).');
  print(
    table(shown, [
      { title: 'WHAT', value: ({ removal }) => what(removal) },
      { title: 'MAILS', value: ({ rows }) => rows },
      { title: 'BYTES', value: ({ bytes }) => shownSize(bytes) },
      { title: 'OLDEST', value: ({ oldest }) => (oldest === null ? null : shownTime(oldest)) },
      { title: 'NEWEST', value: ({ newest }) => (newest === null ? null : shownTime(newest)) },
      { title: 'RULE', value: ({ removal }) => RULES[ruleOf(removal)] },
    ]),
  );
  const mails = done.reduce((all, one) => all + one.rows, 0);
  const bytes = done.reduce((all, one) => all + one.bytes, 0);
  if (act) print(`\nRemoved: ${counted(mails, 'mail')}, ${shownSize(bytes)}.`);
  else print('\nNothing was removed. taquilla purge --yes removes it.');
}

/** A mail that is due for its age and for the quota is shown where it goes first: for its age. */
async function summarize(parts: RetentionParts): Promise<Row[]> {
  const rows: Row[] = [];
  for (const removal of await dueRemovals(parts)) {
    const summary = await parts.store.summarizeDue(removal);
    const aged = rows.find((row) => row.removal.kind === 'mails' && row.removal.verdict === 'refuse');
    rows.push(
      removal.kind === 'over-quota' && aged !== undefined
        ? {
            ...summary,
            removal,
            rows: Math.max(0, summary.rows - aged.rows),
            bytes: Math.max(0, summary.bytes - aged.bytes),
          }
        : { ...summary, removal },
    );
  }
  return rows.filter(({ rows: count }) => count > 0);
}

function what(removal: Removal): string {
  switch (removal.kind) {
    case 'mails':
      return `${removal.verdict}: record and bytes`;
    case 'over-quota':
      return 'refuse, over quota: record and bytes';
    case 'raw-of-tickets':
      return 'on tickets: bytes as they came';
    case 'outbox-bytes':
      return 'outbox: bytes as they went';
    case 'outbox-without-ticket':
      return 'outbox, notices to strangers';
    default:
      return removal satisfies never;
  }
}

type Rule = 'refuse' | 'duplicate' | 'ignore' | 'hold' | 'quota' | 'raw' | 'outbox';

function ruleOf(removal: Removal): Rule {
  switch (removal.kind) {
    case 'mails':
      return removal.verdict;
    case 'over-quota':
      return 'quota';
    case 'raw-of-tickets':
      return 'raw';
    default:
      return 'outbox';
  }
}

const RULES: Record<Rule, string> = {
  refuse: 'retention.refuseDays',
  duplicate: 'retention.duplicateDays',
  ignore: 'retention.ignoreDays',
  hold: 'retention.holdDays',
  quota: 'retention.refuseBytes',
  raw: 'retention.rawDays',
  outbox: 'retention.outboxDays',
};
