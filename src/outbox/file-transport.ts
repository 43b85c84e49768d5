/** A folder of .eml files, from which nothing leaves the machine. */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { oneLine, type Sending, type Transport } from './transport.ts';

/** Writes each mail as one file, under its final name only once it is whole. */
export function fileTransport(folder: string): Transport {
  return {
    send: async (mail) => {
      try {
        await writeMail(folder, mail);
        return { ok: true };
      } catch (error) {
        // Disk and permissions concern all mails.
        return { ok: false, failure: 'transport', error: oneLine(String(error)) };
      }
    },
    close: () => undefined,
  };
}

async function writeMail(folder: string, { bytes, label }: Sending): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // The same mail sent twice (after a crash) is the same file.
  const name = `${label.replace(/[^A-Za-z0-9._@-]/g, '_').slice(0, 120)}-${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}.eml`;
  const temporary = join(folder, `.${name}.part`);
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(folder, name));
}
