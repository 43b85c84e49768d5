/** A config and a data folder that the CLI tests look at, filled through the store. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlobStore } from '../../src/store/blobs/blob-store.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { ANA, NOW, sampleMail, sampleRecord, sampleRules } from '../support/sample-mail.ts';

export interface World {
  readonly folder: string;
  /** The ticket of Ana's mail, with one reply on it. */
  readonly ticket: string;
  /** Its first mail; the second; one that is refused; one whose bytes are a blob. */
  readonly references: readonly [string, string, string, string];
}

/** ESC sequences, a bell, a C1 control, and what would start a line of its own. */
const NASTY = 'Factura \u001b[31mroja\u001b[2J\u0007\u009b1m \u2028 fin\r\nTICKET';

export function writeConfig(folder: string): void {
  const department = (key: string, mailbox: string, more: object = {}) => ({
    key,
    names: { es: key, en: key },
    mailboxes: [mailbox],
    ...more,
  });
  const config = {
    company: 'Hosting Ejemplo',
    hostname: 'mail.example.com',
    authentication: 'off',
    smtp: { port: 0 },
    departments: [
      department('soporte', 'soporte@example.com'),
      department('ventas', 'ventas@example.com', { accepts: 'anyone' }),
    ],
    outbound: { transport: { type: 'file', folder: './data/outbox' } },
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
}

export async function fillWorld(folder: string): Promise<World> {
  writeConfig(folder);
  const store = sqliteStore(openDatabase(join(folder, 'data', 'taquilla.db')));
  await store.saveAccounts([ANA], 'merge', NOW);
  const { ticket } = await store.recordMail(sampleRecord({ id: 'uno', subject: NASTY, name: NASTY }), sampleRules());
  const reply = { subject: `Re: [${ticket ?? ''}] x`, text: `Sigue igual \u001b[2J\n` };
  await store.recordMail(sampleRecord({ id: 'dos', ...reply, receivedAt: NOW + 1 }), sampleRules(NOW + 1));
  await store.recordMail(sampleRecord({ id: 'tres', from: 'eva@otra.com' }), sampleRules(NOW + 2));
  const blobs = new BlobStore(join(folder, 'data', 'blobs'), () => 'tmp-1');
  const unfinished = await blobs.begin();
  await unfinished.append(Buffer.from('Subject: grande\r\n\r\nbytes \u00ff'));
  const blob = await unfinished.finish();
  await store.recordMail({ mail: sampleMail({ id: 'cuatro' }), raw: { blob }, size: blob.size }, sampleRules(NOW + 3));
  await store.close();
  const [uno, dos, tres, cuatro] = ['uno', 'dos', 'tres', 'cuatro'].map((id) => sampleMail({ id }).reference);
  return { folder, ticket: ticket ?? '', references: [uno ?? '', dos ?? '', tres ?? '', cuatro ?? ''] };
}
