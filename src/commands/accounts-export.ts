/**
 * `taquilla accounts export`: all accounts in a form that `accounts import` reads again. JSON holds everything; CSV is
 * for spreadsheets and has no place for a contact's role, language, departments and primary mark.
 */
import { createWriteStream, existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Account, AccountContact, Store } from '../store/store.ts';
import { CommandError, type GlobalOptions, locateConfig, withStore } from './command.ts';
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
  if (out !== undefined && out !== '-' && force !== true && existsSync(out))
    throw new CommandError(`${out} is there already; choose another name or add --force`, 1);
  await withStore(openForReading(config), async (store) => {
    const lossy = { contacts: 0 };
    const lines = format === 'json' ? jsonLines(pages(store)) : csvLines(pages(store), lossy);
    const target = out === undefined || out === '-' ? process.stdout : createWriteStream(out);
    try {
      await pipeline(Readable.from(lines), target, { end: target !== process.stdout });
    } catch (error) {
      if (out === undefined || out === '-') throw error;
      throw new CommandError(`${out}: cannot be written; check the path and its permissions`, 1);
    }
    if (lossy.contacts > 0) {
      const many = lossy.contacts === 1 ? '1 contact has' : `${lossy.contacts} contacts have`;
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
