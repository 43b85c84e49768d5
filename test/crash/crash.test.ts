/** A few cycles of the crash harness; thousands are run by hand (`npm run test:crash -- --cycles N`). */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';
import { crash } from './harness.ts';
import type { Command } from './process.ts';

/** The real program under load, on a machine that does other things too. */
const TIMEOUT_MS = 300_000;

it(
  'loses nothing and doubles nothing when the process is killed',
  async () => {
    const report = await crash({ cycles: 5, seed: 28, folder: tempFolder() });
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ cycles: 5, lost: 0, doubled: 0, broken: 0 });
    expect(report.accepted).toBeGreaterThan(0);
    expect(report.outboxSent).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

it(
  'the harness finds out a gateway that says 250 before the mail is on the disk',
  async () => {
    const liar = fileURLToPath(new URL('./lying-gateway.ts', import.meta.url));
    const gateway: Command = [process.execPath, '--import', import.meta.resolve('tsx'), liar];
    const report = await crash({ cycles: 12, seed: 3, folder: tempFolder(), gateway });
    expect(report.lost).toBeGreaterThan(0);
    expect(report.findings.join('\n')).toContain('got 250 and is on no ticket');
  },
  TIMEOUT_MS,
);
