/** Mutated mails against `mime-target.ts`, as fast as they go, until the time is over. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type MimeTarget, mimeTarget } from './mime-target.ts';
import { mutateMail } from './mutate-mail.ts';
import { Random } from './random.ts';

/** A mail of the fuzzer's size is done in milliseconds; the rest is for a busy machine. */
const BUDGET_MS = 2000;

export interface MimeFind {
  readonly seed: number;
  readonly number: number;
  readonly what: string;
  readonly mail: Buffer;
}

export interface FuzzOptions {
  readonly seconds: number;
  readonly seed: number;
}

export interface MimeRun {
  readonly mails: number;
  readonly slowestMs: number;
  readonly finds: readonly MimeFind[];
}

export function corpus(): string[] {
  const root = fileURLToPath(new URL('../../fixtures', import.meta.url));
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.eml'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .sort();
}

export async function fuzzMime({ seconds, seed }: FuzzOptions): Promise<MimeRun> {
  const mails = corpus();
  const target = await mimeTarget();
  const finds: MimeFind[] = [];
  const end = performance.now() + seconds * 1000;
  let number = 0;
  let slowestMs = 0;
  // Each mail has a seed of its own, so that one can be made again without the others.
  for (; performance.now() < end && finds.length < 20; number += 1) {
    const random = new Random(seed * 1_000_003 + number);
    const mail = mutateMail(random.pick(mails), random.pick(mails), random);
    const started = performance.now();
    let what = await problem(target, mail, number);
    let took = performance.now() - started;
    if (took > BUDGET_MS) {
      // Once more: it may have been the machine.
      const again = performance.now();
      await problem(target, mail, number);
      took = Math.min(took, performance.now() - again);
      if (took > BUDGET_MS) what ??= `takes ${took.toFixed(0)} ms`;
    }
    slowestMs = Math.max(slowestMs, took);
    if (what !== null) finds.push({ seed, number, what, mail });
  }
  await target.close();
  return { mails: number, slowestMs, finds };
}

export async function problem(target: MimeTarget, mail: Buffer, number: number): Promise<string | null> {
  try {
    const wrong = await target.check(mail, number);
    return wrong.length === 0 ? null : wrong.join('; ');
  } catch (error) {
    return `throws ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}
