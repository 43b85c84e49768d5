/**
 * `npm run fuzz -- [--seconds 60] [--seed N] [--only mime|smtp]`: mutated mails through the whole pipeline, and mutated
 * dialogues against a real gateway. Finds are written to fixtures/private/fuzz/ (not committed): move one to
 * fixtures/fuzz/ when you mend it, and the test suite runs it for ever. Exits with 1 where something was found.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { shipped } from '../src/commands/command.ts';
import { fuzzMime } from '../test/fuzz/mime-fuzzer.ts';
import { fuzzSmtp } from '../test/fuzz/smtp-fuzzer.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed);
if (!(seconds > 0) || !Number.isSafeInteger(seed) || !['mime', 'smtp', undefined].includes(values.only)) {
  console.error('usage: npm run fuzz -- [--seconds N] [--seed N] [--only mime|smtp]');
  process.exit(2);
}

function keep(name: string, content: Buffer | string): string {
  const folder = shipped('fixtures/private/fuzz');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

if (values.only !== 'smtp') {
  const { mails, slowestMs, finds } = await fuzzMime({ seconds, seed });
  console.log(
    `mime: seed ${seed}, ${mails} mails in ${seconds} s, slowest ${slowestMs.toFixed(0)} ms, ${finds.length} finds`,
  );
  for (const { number, what, mail } of finds)
    console.log(`  ${number}: ${what}\n    ${keep(`mime-${seed}-${number}.eml`, mail)}`);
  if (finds.length > 0) process.exitCode = 1;
}

if (values.only !== 'mime') {
  const { dialogues, accepted, stored, finds } = await fuzzSmtp({ seconds, seed });
  console.log(
    `smtp: seed ${seed}, ${dialogues} dialogues in ${seconds} s, ${accepted} mails acknowledged and ${stored} stored, ${finds.length} finds`,
  );
  for (const [index, { what, dialogues: steps }] of finds.slice(0, 20).entries())
    console.log(`  ${what}\n    ${keep(`smtp-${seed}-${index}.json`, JSON.stringify(steps, null, 1))}`);
  if (finds.length > 0) process.exitCode = 1;
}
