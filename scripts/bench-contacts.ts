/**
 * `npm run bench:contacts`: does matching a sender among a million contacts take longer than among a thousand? Builds
 * both databases, asks both in turn in one run, and prints the medians and their ratio.
 *   --large N   contacts of the large one (default 1,000,000)     --json   print JSON
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { shipped } from '../src/commands/command.ts';
import { loadConfig } from '../src/config.ts';
import { askNobody } from '../src/intake/authenticate.ts';
import { readMail } from '../src/intake/read-mail.ts';
import { bufferSource } from '../src/mail/parse.ts';
import { prepareLoadFacts } from '../src/store/sqlite/load-facts.ts';
import { type OpenDatabase, openDatabase } from '../src/store/sqlite/open-database.ts';
import type { IncomingMail } from '../src/tickets/incoming-mail.ts';

const { values } = parseArgs({
  options: { large: { type: 'string', default: '1000000' }, json: { type: 'boolean', default: false } },
});
const SMALL = 1_000;
const large = Number(values.large);
const ROUNDS = 30;
const PER_ROUND = 200;

/** Rows straight into the tables: a million accounts through the import would time the import. */
function fill({ sqlite }: OpenDatabase, count: number): void {
  const account = sqlite.prepare(
    'insert into accounts (number, name, state, created_at, updated_at) values (?, ?, ?, 0, 0)',
  );
  const contact = sqlite.prepare('insert into contacts (account_id, address, created_at) values (?, ?, 0)');
  const service = sqlite.prepare('insert into services (account_id, name, created_at) values (?, ?, 0)');
  sqlite.transaction(() => {
    for (let n = 0; n < count; n += 1) {
      const { lastInsertRowid } = account.run(`C-${n}`, `Cliente ${n}`, 'active');
      contact.run(lastInsertRowid, `persona${n}@empresa${n}.example`);
      service.run(lastInsertRowid, `empresa${n}.example`);
    }
  })();
  sqlite.exec('analyze');
}

async function mailOf(n: number): Promise<IncomingMail> {
  const bytes = Buffer.from(
    `From: Persona <persona${n}@empresa${n}.example>\r\nTo: soporte@example.com\r\nSubject: Consulta ${n}\r\nMessage-ID: <${n}@empresa.example>\r\n\r\nNo carga empresa${n}.example\r\n`,
  );
  const envelope = {
    mailFrom: `persona${n}@empresa${n}.example`,
    recipients: ['soporte@example.com'],
    ip: null,
    helo: null,
    utf8: false,
  };
  const source = bufferSource(bytes);
  return readMail(source, {
    reference: 'BENCH',
    receivedAt: 0,
    entropy: createHash('sha256').update(bytes).digest(),
    envelope,
    keys: [],
    keeper: null,
    authenticate: (parsed) => askNobody(parsed, envelope, source),
  });
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

const folder = mkdtempSync(join(tmpdir(), 'taquilla-bench-'));
try {
  const loaded = loadConfig(shipped('config.example.json'), process.env, folder);
  if (!loaded.ok) throw new Error('the example config is broken');
  const { policy } = loaded.config;
  const sides = [SMALL, large].map((count) => {
    const database = openDatabase(join(folder, `${count}.db`));
    const started = performance.now();
    fill(database, count);
    if (!values.json)
      console.log(
        `${count.toLocaleString('en')} contacts written in ${((performance.now() - started) / 1000).toFixed(1)} s`,
      );
    return { count, database, load: prepareLoadFacts(database.db), times: [] as number[] };
  });

  for (let round = 0; round < ROUNDS + 1; round += 1) {
    for (const { count, load, times } of sides) {
      // Spread over the whole table, so that the large one is not answered from a few hot pages.
      const mails = await Promise.all(
        Array.from({ length: PER_ROUND }, (_, n) => mailOf((n * 7_919 + round * 104_729) % count)),
      );
      const started = performance.now();
      for (const mail of mails)
        if (load(mail, policy, 0).contacts.length !== 1) throw new Error('a contact was not found');
      // The first round warms both up.
      if (round > 0) times.push(((performance.now() - started) / PER_ROUND) * 1000);
    }
  }
  const [small = 0, big = 0] = sides.map(({ times }) => median(times));
  const ratio = big / small;
  if (values.json)
    console.log(JSON.stringify({ smallMicroseconds: small, largeMicroseconds: big, small: SMALL, large, ratio }));
  else {
    console.log(`all facts for one mail, median of ${ROUNDS} rounds of ${PER_ROUND} mails:`);
    console.log(`  among ${SMALL.toLocaleString('en')} contacts      ${small.toFixed(1)} µs`);
    console.log(`  among ${large.toLocaleString('en')} contacts  ${big.toFixed(1)} µs`);
    console.log(`  ratio ${ratio.toFixed(2)} (at most 1.5 is the goal)`);
  }
  for (const { database } of sides) database.sqlite.close();
  if (ratio > 1.5) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
