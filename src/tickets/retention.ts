/**
 * What has been kept long enough. Says which mails go and why, as plain conditions; the store finds and removes them a
 * few at a time. Tickets, messages and attachments are never meant here.
 */
import type { Verdict } from './decision.ts';

/** Days, or bytes; `null`: for ever, any number. */
export interface Retention {
  readonly refuseDays: number | null;
  readonly refuseBytes: number | null;
  readonly duplicateDays: number | null;
  readonly ignoreDays: number | null;
  readonly holdDays: number | null;
  readonly rawDays: number | null;
  readonly outboxDays: number | null;
}

/** Mails that made no ticket and no message: record and bytes go together. */
export type LooseVerdict = Exclude<Verdict, 'open-ticket' | 'append-message'>;

/** Times are epoch milliseconds; what is as old as `before` stays. */
export type Removal =
  | { readonly kind: 'mails'; readonly verdict: LooseVerdict; readonly before: number }
  /** Refused mails up to this one, in the order in which they came. */
  | { readonly kind: 'over-quota'; readonly upTo: MailPlace }
  /** Only their bytes: the record stays with its ticket. */
  | { readonly kind: 'raw-of-tickets'; readonly before: number }
  /** Only their bytes: the row stays with its ticket. */
  | { readonly kind: 'outbox-bytes'; readonly before: number }
  /** Notices to strangers: nothing else of them is kept. */
  | { readonly kind: 'outbox-without-ticket'; readonly before: number };

export interface MailPlace {
  readonly receivedAt: number;
  readonly id: number;
}

export interface MailSize extends MailPlace {
  readonly bytes: number;
}

const DAY = 24 * 60 * 60 * 1000;

/** What goes by age. */
export function agedRemovals(retention: Retention, now: number): Removal[] {
  const aged = (days: number | null, removal: (before: number) => Removal): Removal[] =>
    days === null ? [] : [removal(now - days * DAY)];
  const loose = (verdict: LooseVerdict, days: number | null) =>
    aged(days, (before) => ({ kind: 'mails', verdict, before }));
  return [
    ...loose('refuse', retention.refuseDays),
    ...loose('duplicate', retention.duplicateDays),
    ...loose('ignore', retention.ignoreDays),
    ...loose('hold', retention.holdDays),
    ...aged(retention.rawDays, (before) => ({ kind: 'raw-of-tickets', before })),
    ...aged(retention.outboxDays, (before) => ({ kind: 'outbox-bytes', before })),
    ...aged(retention.outboxDays, (before) => ({ kind: 'outbox-without-ticket', before })),
  ];
}

/**
 * The newest mail that does not fit any more, with what is left of the room otherwise. `newestFirst` may be asked for in
 * pages: `left` is the room for the next one. Each mail counts for what its record takes too.
 */
export function quotaEnd(
  newestFirst: readonly MailSize[],
  room: number,
): { readonly upTo: MailPlace | null; readonly left: number } {
  let left = room;
  for (const { receivedAt, id, bytes } of newestFirst) {
    left -= bytes + RECORD_BYTES;
    if (left < 0) return { upTo: { receivedAt, id }, left: 0 };
  }
  return { upTo: null, left };
}

/** A record with its explanation and its places in the indexes, about (docs/keeping.md): tiny mails fill a disk too. */
export const RECORD_BYTES = 2048;

/** Free pages that are worth giving back to the disk: mail of the next days fills those that stay. */
export function pagesToGiveBack({ pages, free }: { readonly pages: number; readonly free: number }): number {
  const used = pages - free;
  if (free <= Math.max(FEW_PAGES, used / 4)) return 0;
  return free - Math.max(FEW_PAGES, Math.floor(used / 10));
}

/** 16 MB in pages of 4 KB. */
const FEW_PAGES = 4096;
