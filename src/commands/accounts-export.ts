/**
 * `taquilla accounts export`: all accounts in a form that `accounts import` reads again. JSON holds everything; CSV is
 * for spreadsheets and has no place for a contact's role, language, departments and primary mark.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Account, AccountContact, Store } from '../store/store.ts';
import { counted } from '../tickets/counted.ts';
import { writeFileOnce } from './attachment.ts';
import { type GlobalOptions, locateConfig, withStore } from './command.ts';
import { openForReading } from './open-store.ts';

interface ExportOptions extends GlobalOptions {
  readonly format: 'json' | 'csv';
  readonly out?: string;
  readonly force?: boolean;
}

const PAGE = 500;

export async function exportAccounts(options: ExportOptions): Promise<void> {
  const { config } = locateConfig(options);
  const { format, out, force } = options;
  await withStore(openForReading(config), async (store) => {
    const lossy = { contacts: 0 };
    const lines = format === 'json' ? jsonLines(pages(store)) : csvLines(pages(store), lossy);
    if (out === undefined || out === '-') await pipeline(Readable.from(lines), process.stdout, { end: false });
    else await writeFileOnce(out, force === true, (target) => pipeline(Readable.from(lines), target));
    if (lossy.contacts > 0) {
      const many = counted(lossy.contacts, 'contact has', 'contacts have');
      process.stderr.write(
        `${many} a role, language, departments or a primary mark, which CSV leaves out; --format json keeps them.\n`,
      );
    }
  });
}

async function* pages(store: Store): AsyncGenerator<Account> {
  let after = '';
  for (;;) {
    const page = await store.pageAccounts(after, PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.number;
  }
}

async function* jsonLines(accounts: AsyncIterable<Account>): AsyncGenerator<string> {
  let separator = '[\n';
  for await (const account of accounts) {
    yield separator + JSON.stringify(account);
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

async function* csvLines(accounts: AsyncIterable<Account>, lossy: { contacts: number }): AsyncGenerator<string> {
  yield 'number,name,language,state,contacts,services\n';
  for await (const { number, name, language, state, contacts, services } of accounts) {
    lossy.contacts += contacts.filter(saysMore).length;
    const people = contacts.map(mailbox).join('; ');
    yield `${[number, name, language ?? '', state, people, services.join('; ')].map(cell).join(',')}\n`;
  }
}

function saysMore({ role, language, primary, departments }: AccountContact): boolean {
  return role !== 'holder' || language !== null || primary || departments !== null;
}

function mailbox({ name, address }: AccountContact): string {
  return name === '' ? address : `"${name.replace(/["\\]/g, '\\$&')}" <${address}>`;
}

/** RFC 4180. */
function cell(text: string): string {
  return /[",\r\n;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
