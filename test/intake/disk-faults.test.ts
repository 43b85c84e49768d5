/** A disk that fails in the middle of a mail: the sender comes again, and nothing half-written stays. */
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { askNobody } from '../../src/intake/authenticate.ts';
import { readInline } from '../../src/intake/content-reader.ts';
import { createIntake } from '../../src/intake/intake.ts';
import { RateLimits } from '../../src/intake/rate-limits.ts';
import { createUnknownSenders } from '../../src/intake/unknown-senders.ts';
import { BlobStore, type Digest, type UnfinishedBlob } from '../../src/store/blobs/blob-store.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { fakeClock } from '../support/clock.ts';
import { ANA, NOW, POLICY } from '../support/sample-mail.ts';
import { tempFolder } from '../support/temp-folder.ts';

type Step = 'begin' | 'append' | 'sync' | 'rename';

/** A blob store on a disk that fails at one step, the `count`th time it is asked. */
class FailingBlobs extends BlobStore {
  failing: { readonly step: Step; readonly code: string; count: number } | null = null;

  private check(step: Step): void {
    if (this.failing?.step !== step || --this.failing.count > 0) return;
    throw Object.assign(new Error(`${this.failing.code}: ${step}`), { code: this.failing.code });
  }

  override async begin(): Promise<UnfinishedBlob> {
    this.check('begin');
    const blob = await super.begin();
    const { append, finishAs } = blob;
    blob.append = async (chunk) => {
      this.check('append');
      return append.call(blob, chunk);
    };
    blob.finishAs = async (digest) => {
      this.check('sync');
      return finishAs.call(blob, digest);
    };
    return blob;
  }

  override async adopt(temporary: string, digest: Digest): Promise<void> {
    this.check('rename');
    return super.adopt(temporary, digest);
  }
}

async function world() {
  const folder = join(tempFolder(), 'blobs');
  const blobs = new FailingBlobs(folder, () => randomBytes(8).toString('hex'));
  const store = sqliteStore(openDatabase(':memory:'));
  onTestFinished(() => store.close());
  await store.saveAccounts([ANA], 'replace', NOW);
  const clock = fakeClock(NOW);
  const limit = 1000;
  const rates = new RateLimits(
    {
      mailsPerSenderPerHour: limit,
      unverifiedMailsPerAddressPerHour: limit,
      refusedSendersPerAddressPerHour: limit,
      exempt: new Set(),
    },
    clock,
  );
  const intake = createIntake({
    store,
    blobs,
    policy: () => POLICY,
    keys: [{ id: 'k1', secret: Buffer.alloc(32, 1), revoked: false }],
    content: readInline,
    messageIdDomain: 'mail.example.com',
    authenticate: askNobody,
    rates,
    accounts: createUnknownSenders({ store, lookUp: () => null, onFailure: () => 'try-again' }),
    clock,
    randomBytes,
    maxMailBytes: 1_000_000,
    onQueued: () => undefined,
  });
  const files = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
  const envelope = {
    mailFrom: 'ana@empresa.com',
    recipients: ['soporte@example.com'],
    ip: '192.0.2.1',
    helo: 'x',
    utf8: false,
  };
  const take = () => intake.take(envelope, mailWithFile());
  return { blobs, store, take, files };
}

/** Above 64 KB, so that it is a file itself, with an attachment that becomes another. */
async function* mailWithFile(): AsyncGenerator<Buffer> {
  const lines =
    Buffer.alloc(80_000, 'contenido')
      .toString('base64')
      .match(/.{1,76}/g) ?? [];
  const head = [
    'From: ana@empresa.com',
    'Subject: x',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
  ];
  const part = ['--b', 'Content-Disposition: attachment; filename=a.bin', 'Content-Transfer-Encoding: base64', ''];
  const bytes = Buffer.from([...head, '', '--b', '', 'hola', ...part, ...lines, '--b--', ''].join('\r\n'));
  for (let at = 0; at < bytes.length; at += 16_384) yield bytes.subarray(at, at + 16_384);
}

const FAULTS: [string, Step, number][] = [
  ['the first file cannot be made', 'begin', 1],
  ['the file of the attachment cannot be made', 'begin', 2],
  ['the raw mail cannot be written on', 'append', 3],
  ['the attachment cannot be written', 'append', 8],
  ['the attachment cannot be fsynced', 'sync', 1],
  ['the raw mail cannot be fsynced', 'sync', 2],
  ['the attachment cannot get its name', 'rename', 1],
  ['the raw mail cannot get its name', 'rename', 2],
];

it.each(
  FAULTS.flatMap(([name, step, count]) => [
    [name, step, count, 'ENOSPC', 'full'] as const,
    [name, step, count, 'EIO', 'io'] as const,
  ]),
)('%s (%s %i: %s): the sender comes again, and then it is taken', async (_, step, count, code, why) => {
  const { blobs, store, take, files } = await world();
  blobs.failing = { step, code, count };
  expect(await take()).toMatchObject({ kind: 'unavailable', why });
  expect(blobs.failing.count, 'the fault was met').toBe(0);
  expect(await store.listMails({ limit: 10 })).toEqual([]);
  expect(await store.listTickets({ limit: 10 })).toEqual([]);
  // A file that has its name already may stay, for the mail that comes again or for the sweeper; no half one does.
  expect(files().filter((name) => !/^[0-9a-f]{64}$/.test(name))).toEqual([]);
  blobs.failing = null;
  expect(await take()).toMatchObject({ kind: 'decided', decision: { verdict: 'open-ticket' } });
  expect(files()).toHaveLength(2);
});
