/**
 * The corpus of real mails by other people. It is not part of the project: it is read in place, from
 * TAQUILLA_MAIL_CORPUS or from ../shared/mail beside the checkout, and tests that need it skip with one line
 * where it isn't there.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const beside = fileURLToPath(new URL('../../../shared/mail', import.meta.url));

/** Folder of the corpus, or `null` where there is none. */
export const corpus: string | null = (() => {
  const named = process.env.TAQUILLA_MAIL_CORPUS;
  const folder = named === undefined || named === '' ? beside : resolve(named);
  if (existsSync(folder)) return folder;
  console.log(`skipped: no mail corpus at ${folder} (set TAQUILLA_MAIL_CORPUS)`);
  return null;
})();
