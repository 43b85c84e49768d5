/**
 * `npm run test:crash -- --cycles N`: kills the gateway N times and looks whether a mail was lost or doubled.
 *   --cycles N   how often (default 50)        --seed S      repeat a plan (default: by the clock)
 *   --senders N  at the same time (default 8)  --folder DIR  where to work (default: a temporary folder)
 *   --json       print the report as JSON      --quiet       no line for each cycle
 * Exit code 1 where something was found; the folder is kept then.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { crash } from '../test/crash/harness.ts';

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '50' },
    seed: { type: 'string' },
    senders: { type: 'string', default: '8' },
    folder: { type: 'string' },
    json: { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
  },
});

const seed = Number(values.seed ?? Date.now() % 1_000_000);
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'taquilla-crash-'));
mkdirSync(folder, { recursive: true });
console.error(`seed ${seed}, folder ${folder}`);

const report = await crash({
  cycles: Number(values.cycles),
  senders: Number(values.senders),
  seed,
  folder,
  ...(values.quiet ? {} : { progress: (line) => console.error(line) }),
});

if (values.json) console.log(JSON.stringify({ seed, ...report }, null, 2));
else {
  const { kills, findings, ...figures } = report;
  console.log(`seed                 ${seed}`);
  for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(20)} ${value}`);
  console.log(
    `killed in            ${Object.entries(kills)
      .map(([moment, count]) => `${moment} ${count}`)
      .join(', ')}`,
  );
  for (const finding of findings) console.log(finding);
}

if (report.findings.length > 0) {
  console.error(`kept for a look: ${folder}`);
  process.exitCode = 1;
} else if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
