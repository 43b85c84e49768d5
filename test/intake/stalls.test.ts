/**
 * No mail holds up the others: sent to a real gateway, neither the mails of other projects nor those made for it keep
 * its event loop busy for more than 100 ms. Measured as processor time where the system tells it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { corpus } from '../support/corpus.ts';
import { type HostileMail, hostileMails } from './hostile-mails.ts';
import { sendAll, type Watched, watchedGateway } from './watched.ts';

const LIMIT_MS = 100;
const CONNECTIONS = 4;
const WARM_UP = Buffer.from('From: ana@empresa.example\r\nSubject: Hola\r\n\r\nHola\r\n');

function mailsIn(folder: string): HostileMail[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^(?:LICEN[CS]E|README|SOURCES|expected|decision|world)/.test(entry.name))
    .map((entry) => {
      const name = join(entry.parentPath, entry.name);
      return { name, bytes: Buffer.from(readFileSync(name, 'latin1').replace(/\r?\n|\r/g, '\r\n'), 'latin1') };
    });
}

/** A batch shows whether there is a stall; which mail it is of, and whether it is one every time, each mail alone. */
async function tooSlow(gateway: Watched, mails: readonly HostileMail[]): Promise<string[]> {
  await gateway.measure();
  const replies = await sendAll(
    gateway.port,
    mails.map(({ bytes }) => bytes),
    CONNECTIONS,
  );
  for (const [index, { code, text }] of replies.entries())
    expect([250, 550, 554], `${mails[index]?.name}: ${text}`).toContain(code);
  if ((await gateway.measure()).longest <= LIMIT_MS) return [];
  const found: string[] = [];
  for (const { name, bytes } of mails) {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3 && best > LIMIT_MS; round += 1) {
      await sendAll(gateway.port, [bytes], 1);
      best = Math.min(best, (await gateway.measure()).longest);
    }
    if (best > LIMIT_MS) found.push(`${name}: ${best.toFixed(0)} ms`);
  }
  return found;
}

async function stalls(mails: readonly HostileMail[], config: Readonly<Record<string, unknown>>): Promise<string[]> {
  const gateway = await watchedGateway(config);
  await sendAll(gateway.port, Array<Buffer>(20).fill(WARM_UP), 1);
  const found: string[] = [];
  for (let at = 0; at < mails.length; at += 50) found.push(...(await tooSlow(gateway, mails.slice(at, at + 50))));
  return found;
}

it('is so for mails made to stop servers', { timeout: 240_000 }, async () => {
  expect(await stalls(hostileMails(), { workers: 0, authentication: 'monitor' })).toEqual([]);
});

it('is so for the mails of our own tests, read in threads', { timeout: 120_000 }, async () => {
  const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url));
  const mails = [...mailsIn(join(fixtures, 'mail')), ...mailsIn(join(fixtures, 'intake'))];
  expect(mails.length).toBeGreaterThan(100);
  expect(await stalls(mails, { workers: 1, authentication: 'off' })).toEqual([]);
});

it.skipIf(corpus === null)('is so for the mails of other projects', { timeout: 240_000 }, async () => {
  expect(await stalls(mailsIn(corpus ?? ''), { workers: 0, authentication: 'off' })).toEqual([]);
});
