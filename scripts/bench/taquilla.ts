/**
 * Taquilla as a side of the bench: the compiled program as it is installed, a database file on the disk, every client
 * registered, receipts on. What differs from a default config stands in `CONFIG`: no proof of the sender is asked for
 * (there is no DNS here), and the limits that would stop one address from sending all the mail of a company.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { nodeFlags } from '../node-flags.ts';
import { type Child, freePort, startNode } from './children.ts';
import { CLIENTS, clientAddress, clientDomain, type KnownTicket, MAILBOX } from './scenarios.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const main = join(root, 'dist/main.js');

export interface TaquillaOptions {
  /** Where receipts go; a port where nobody listens lets them wait in the outbox. */
  readonly smarthostPort: number;
  /** More of the config file. */
  readonly config: Readonly<Record<string, unknown>>;
  /** For Node: a profiler. */
  readonly nodeArgs: readonly string[];
}

function configOf(port: number, { smarthostPort, config }: TaquillaOptions) {
  const many = 1_000_000;
  return {
    company: 'Hosting de Prueba',
    hostname: 'mail.hosting.example',
    dataFolder: './data',
    smtp: { port },
    authentication: 'off',
    limits: {
      connectionsPerAddress: 200,
      errorsPerConnection: many,
      mailsPerSenderPerHour: many,
      unverifiedMailsPerAddressPerHour: many,
      refusedSendersPerAddressPerHour: many,
    },
    departments: [{ key: 'soporte', names: { es: 'Soporte', en: 'Support' }, mailboxes: [MAILBOX] }],
    outbound: { transport: { type: 'smtp', host: '127.0.0.1', port: smarthostPort } },
    log: { level: 'warn' },
    ...config,
  };
}

/** Compiles the program where its sources are newer. */
export function build(): void {
  const newest = (folder: string): number =>
    Math.max(
      ...readdirSync(folder, { withFileTypes: true, recursive: true }).map((entry) =>
        entry.isFile() ? statSync(join(entry.parentPath, entry.name)).mtimeMs : 0,
      ),
    );
  if (existsSync(main) && statSync(main).mtimeMs > newest(join(root, 'src'))) return;
  console.log('compiling (npm run build)');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
}

export async function startTaquilla(folder: string, options: TaquillaOptions): Promise<Child & { port: number }> {
  const port = await freePort();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify(configOf(port, options)));
  const child = await startNode([...nodeFlags(), ...options.nodeArgs, main, 'serve', '--config', file], port);
  return { ...child, port };
}

/** A data folder with all clients in it, from which each round begins anew. */
export async function fillTemplate(folder: string): Promise<void> {
  const store = sqliteStore(openDatabase(databaseIn(folder)));
  const numbers = Array.from({ length: CLIENTS }, (_, number) => number);
  const accounts = numbers.map((number) => ({
    number: `C-${number}`,
    name: `Empresa ${number}`,
    contacts: [{ address: clientAddress(number), name: 'Cliente' }],
    services: [clientDomain(number)],
  }));
  for (let at = 0; at < accounts.length; at += 2000)
    await store.saveAccounts(accounts.slice(at, at + 2000), 'merge', Date.now());
  await store.close();
}

/** The tickets of a data folder as their clients know them from the receipts. */
export function knownTickets(folder: string): KnownTicket[] {
  const { sqlite } = openDatabase(databaseIn(folder));
  const tickets = sqlite
    .prepare<[], KnownTicket>(
      'select public_id as publicId, subject, recipient, message_id as messageId from outbox join tickets on tickets.id = ticket_id order by outbox.id',
    )
    .all();
  sqlite.close();
  return tickets;
}

export function copyTemplate(template: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  cpSync(template, folder, { recursive: true });
}

export function databaseIn(folder: string): string {
  return join(folder, 'data', 'taquilla.db');
}
