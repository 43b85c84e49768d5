/** The fuzzers for a moment, with a fixed seed, and all that they have ever found. `npm run fuzz` runs them for longer. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Step } from './dialogue.ts';
import { fuzzMime, problem } from './mime-fuzzer.ts';
import { type MimeTarget, mimeTarget } from './mime-target.ts';
import { fuzzSmtp, playAll } from './smtp-fuzzer.ts';

const SEED = Number(process.env.FUZZ_SEED ?? 20_261_122);
const found = (kind: string) => {
  const folder = fileURLToPath(new URL(`../../fixtures/fuzz/${kind}`, import.meta.url));
  return readdirSync(folder).map((name, index) => [name, readFileSync(join(folder, name)), index] as const);
};

describe('a mail that was found', () => {
  let target: MimeTarget;
  beforeAll(async () => {
    target = await mimeTarget();
  });
  afterAll(() => target.close());

  it.each(found('mime'))('is read as it must be: %s', async (_, mail, index) => {
    expect(await problem(target, mail, index)).toBeNull();
  });
});

it.each(found('smtp'))('a dialogue that was found ends as it must: %s', async (_, json) => {
  const dialogues: Step[][] = JSON.parse(json.toString());
  const { finds } = await playAll(dialogues);
  expect(finds.map(({ what }) => what)).toEqual([]);
});

it('two seconds of broken mails find nothing', async () => {
  const { mails, finds } = await fuzzMime({ seconds: 2, seed: SEED });
  expect(finds.map(({ number, what }) => `${number}: ${what}`)).toEqual([]);
  expect(mails).toBeGreaterThan(10);
});

it('two seconds of broken dialogues find nothing', async () => {
  const { dialogues, accepted, finds } = await fuzzSmtp({ seconds: 2, seed: SEED });
  expect(finds.map(({ what }) => what)).toEqual([]);
  expect(dialogues).toBeGreaterThan(10);
  expect(accepted, 'most dialogues get as far as a mail').toBeGreaterThan(0);
});
