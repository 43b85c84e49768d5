/** `30d`, `12h`, `2w` or a date as a moment in the past. */
import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Epoch milliseconds. */
export function timeAgo(text: string, now = Date.now()): number {
  const unit = UNITS[text.slice(-1)];
  const amount = Number(text.slice(0, -1));
  if (unit !== undefined && Number.isSafeInteger(amount) && amount > 0) return now - amount * unit;
  const date = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(date)) throw new InvalidArgumentError('must be 12h, 30d, 2w or a date such as 2026-11-01');
  return date;
}
