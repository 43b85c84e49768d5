/**
 * An installation as the docs speak of one: a gateway on real sockets, clients, a smarthost, and the files that the
 * commands name. Commands run in a folder of their own, with `taquilla` and `npx taquilla` on the path.
 */
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { AUTH_LIMITS } from '../../src/auth/limits.ts';
import { systemLookup } from '../../src/auth/resolver.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { type Gateway, startGateway } from '../../src/commands/gateway.ts';
import { loadConfig } from '../../src/config.ts';
import { readAccountsFile } from '../../src/desk/accounts-file.ts';
import type { Log } from '../../src/log.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { makeFolder, removeFolder } from '../support/temp-folder.ts';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

export interface DocsWorld {
  readonly folder: string;
  readonly port: number;
  readonly config: string;
  readonly gateway: Gateway;
  /** Sends one mail; the reply to it. */
  send(mail: Mail): Promise<string>;
  /** A folder to run commands in, with the files that the docs name. */
  workFolder(name: string): string;
  /** Runs a script of sh, without colours where `environment` does not say otherwise. */
  run(
    script: string,
    cwd: string,
    environment?: NodeJS.ProcessEnv,
  ): Promise<{ readonly code: number | null; readonly output: string }>;
  stop(): Promise<void>;
}

export interface Mail {
  readonly from: string;
  readonly name?: string;
  readonly to?: string;
  readonly subject: string;
  readonly text?: string;
  readonly files?: readonly string[];
}

/** Mails to this domain are turned away for now: they wait in the outbox. */
export const SLOW = 'lento.example';

const ACCOUNTS = [
  {
    number: 'C-1001',
    name: 'Panadería La Espiga',
    language: 'es',
    contacts: [
      { address: 'ana@laespiga.example', name: 'Ana Robles', primary: true },
      { address: 'luis@laespiga.example', name: 'Luis Ferrer', role: 'technical' },
    ],
    services: ['laespiga.example', 'tienda.laespiga.example'],
  },
  {
    number: 'C-1002',
    name: 'Northwind Studio',
    language: 'en',
    contacts: [{ address: 'maya@northwind.example', name: 'Maya Lind', primary: true }],
    services: ['northwind.example'],
  },
  {
    number: 'C-1003',
    name: 'Talleres Lento',
    language: 'es',
    contacts: [{ address: `jose@${SLOW}`, name: 'José Prieto', primary: true }],
  },
];

const CSV = `number,name,language,state,contacts,services
C-1001,Panadería La Espiga,es,active,Ana Robles <ana@laespiga.example>; luis@laespiga.example,laespiga.example
C-1004,Floristería Camelia,es,active,camelia@camelia.example,camelia.example
`;
const WHMCS = 'id,firstname,lastname,companyname,email,status\n7,Eva,Luna,Luna SL,eva@luna.example,Active\n';
const EML = `From: Ana Robles <ana@laespiga.example>\r\nTo: soporte@example.com\r\nSubject: Una consulta\r\nMessage-ID: <uno@laespiga.example>\r\n\r\nHola\r\n`;

export async function startWorld(clock: Clock = systemClock): Promise<DocsWorld> {
  const folder = makeFolder();
  const smarthost = await startSmarthost();
  const port = await freePort();
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify(config(folder, port, smarthost.port), null, 2));
  chmodSync(file, 0o600);
  const loaded = loadConfig(file, {});
  if (!loaded.ok) throw new Error(loaded.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  const gateway = await startGateway(loaded.config, silent, { clock, lookup: systemLookup(AUTH_LIMITS) });
  const departments = loaded.config.policy.departments.map(({ key }) => key);
  const accounts = readAccountsFile('accounts.json', JSON.stringify(ACCOUNTS), departments);
  if (!accounts.ok) throw new Error(accounts.problems.join('\n'));
  await gateway.store.saveAccounts(accounts.accounts, 'merge', clock.now());
  const bin = shims(folder);
  let sent = 0;
  return {
    folder,
    port,
    config: file,
    gateway,
    send: async (mail) => {
      // Taken before anything is waited for: two mails at once under one Message-ID would be one mail twice.
      sent += 1;
      const number = sent;
      const client = await SmtpClient.open(port);
      await client.command('EHLO client.example');
      const to = mail.to ?? 'soporte@example.com';
      const reply = await client.send({ from: mail.from, to: [to], bytes: mailBytes(mail, to, number, clock.now()) });
      await client.quit();
      return `${reply.code} ${reply.text}`;
    },
    workFolder: (name) => workFolder(join(folder, 'work', name)),
    run: (script, cwd, environment = { NO_COLOR: '1' }) => run(script, { cwd, bin, config: file, environment }),
    stop: async () => {
      await gateway.stop();
      await smarthost.close();
      removeFolder(folder);
    },
  };
}

function config(folder: string, port: number, smarthost: number): object {
  const department = (key: string, es: string, en: string, more: object = {}) => ({
    key,
    names: { es, en },
    mailboxes: [`${key}@example.com`],
    helpUrl: 'https://example.com/ayuda',
    ...more,
  });
  return {
    company: 'Hosting Ejemplo',
    hostname: 'mail.example.com',
    dataFolder: join(folder, 'data'),
    smtp: { port, drainSeconds: 1 },
    authentication: 'off',
    receiptsPerHour: 1000,
    departments: [
      department('soporte', 'Soporte', 'Support', { staff: [{ name: 'Marta Gil', address: 'marta@example.org' }] }),
      department('facturacion', 'Facturación', 'Billing'),
      department('ventas', 'Ventas', 'Sales', { accepts: 'anyone' }),
    ],
    outbound: { transport: { type: 'smtp', host: '127.0.0.1', port: smarthost } },
  };
}

/** Takes every mail and forgets it, but for the slow domain. */
async function startSmarthost(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onRcptTo: ({ address }, _, callback) =>
      callback(address.endsWith(SLOW) ? Object.assign(new Error('4.7.1 Greylisted'), { responseCode: 451 }) : null),
    onData: (stream, _, callback) => {
      stream.resume();
      stream.on('end', () => callback());
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the smarthost has no port');
  return { port: address.port, close: () => new Promise((done) => server.close(done)) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}

function mailBytes({ from, name, subject, text, files = [] }: Mail, to: string, number: number, now: number): Buffer {
  const head = [
    `From: ${name === undefined ? from : `${name} <${from}>`}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Date: ${new Date(now).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <docs-${number}@${from.split('@')[1]}>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="=-docs"',
  ];
  const part = (type: string, body: string) =>
    `--=-docs\r\nContent-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${body}\r\n`;
  const parts = [
    part('text/plain', text ?? 'Hola:\r\n\r\n¿Podéis mirarlo?\r\n\r\nGracias'),
    ...files.map((file) => part(`text/plain; name="${file}"`, `content of ${file}`)),
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${parts.join('')}--=-docs--\r\n`);
}

/** The program under both of its names, as after an installation. */
function shims(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const program = `exec "${process.execPath}" "${resolve('bin/taquilla.js')}" "$@"\n`;
  writeFileSync(join(bin, 'taquilla'), `#!/bin/sh\n${program}`, { mode: 0o755 });
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\n[ "$1" = taquilla ] || exit 64\nshift\n${program}`, { mode: 0o755 });
  return bin;
}

function workFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const files = { 'clientes.csv': CSV, 'clients.csv': CSV, 'whmcs.csv': WHMCS, 'mail.eml': EML, 'correo.eml': EML };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  cpSync('fixtures/demo', join(folder, 'fixtures', 'demo'), { recursive: true });
  return folder;
}

interface Place {
  readonly cwd: string;
  readonly bin: string;
  readonly config: string;
  readonly environment: NodeJS.ProcessEnv;
}

function run(
  script: string,
  { cwd, bin, config, environment }: Place,
): Promise<{ code: number | null; output: string }> {
  return new Promise((done, failed) => {
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}`, TAQUILLA_CONFIG: config };
    const child = spawn('sh', ['-e', '-c', script], {
      cwd,
      env: { ...env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', failed);
    child.on('close', (code) => done({ code, output }));
  });
}
