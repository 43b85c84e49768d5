/**
 * Mails that have stopped other programs, through the real program on real sockets: each has an answer within two
 * seconds and 150 MB, the gateway goes on, and what was left out of the ticket stands in `defects`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReadOnly } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { submit } from '../support/smtp-client.ts';
import { makeFolder, removeFolder } from '../support/temp-folder.ts';

const SECONDS = 2;
const MEGABYTES = 150;

const binary = fileURLToPath(new URL('../../bin/taquilla.js', import.meta.url));

const HEAD = 'From: Ana <ana@empresa.example>\r\nTo: soporte@example.com\r\nMIME-Version: 1.0\r\n';
const plain = (body: string) =>
  `${HEAD}Subject: Consulta\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${body}\r\n`;
const html = (body: string) => `${HEAD}Subject: Consulta\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${body}\r\n`;
const mixed = (parts: string) =>
  `${HEAD}Subject: Consulta\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHola\r\n${parts}--b--\r\n`;
const file = (name: string, content: string) =>
  `--b\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(content).toString('base64')}\r\n`;
const lines = (unit: string, count: number) => `${unit.repeat(900)}\r\n`.repeat(Math.ceil(count / 900));

function nestedParts(depth: number): string {
  const open = Array.from(
    { length: depth },
    (_, index) => `Content-Type: multipart/mixed; boundary=b${index}\r\n\r\n--b${index}\r\n`,
  );
  return `${HEAD}Subject: Consulta\r\n${open.join('')}\r\nHola\r\n`;
}

interface BadMail {
  readonly mail: string;
  /** All of these are noted. */
  readonly defects: readonly string[];
  /** Attachments of the ticket. */
  readonly files?: number;
  /** Part of the ticket's text. */
  readonly text?: string;
}

const NO_ID = 'no-message-id';
const CASES: Readonly<Record<string, BadMail>> = {
  '5,000 nested divs': { mail: html(`${'<div>\r\n'.repeat(5000)}Hola`), defects: ['html-too-large'], text: 'Hola' },
  '5,000 nested tables': {
    mail: html(`${'<table><tr><td>\r\n'.repeat(5000)}Hola`),
    defects: ['html-too-large'],
    text: 'Hola',
  },
  'a span of 20,000 columns and rows': {
    mail: html('<table><tr><td colspan=20000 rowspan=20000>Hola</table>'),
    defects: [NO_ID],
    text: 'Hola',
  },
  '200,000 newlines': { mail: plain(`Hola${'\r\n'.repeat(200_000)}fin`), defects: [NO_ID], text: 'Hola' },
  '200,000 dashes': { mail: plain(`Hola\r\n${lines('-', 200_000)}`), defects: [NO_ID], text: 'Hola' },
  '200,000 dashes in one line': { mail: plain(`Hola\r\n${'-'.repeat(200_000)}`), defects: [NO_ID], text: 'Hola' },
  "200,000 '>' signs": { mail: plain(`Hola\r\n${lines('>', 200_000)}`), defects: [NO_ID], text: 'Hola' },
  '20,000 nested parts': { mail: nestedParts(20_000), defects: ['too-many-parts-or-headers'] },
  'a base64 part without end': {
    mail: `${HEAD}Subject: Consulta\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHola\r\n--b\r\nContent-Disposition: attachment; filename=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n${`${'QUJD'.repeat(19)}\r\n`.repeat(60_000)}QQ`,
    defects: [NO_ID],
    files: 1,
    text: 'Hola',
  },
  'NUL bytes': {
    mail: plain(`Ho\u0000la ${'\u0000'.repeat(900)}\r\n\u0000`),
    defects: ['nul-bytes'],
    text: 'Ho\ufffdla',
  },
  'a subject of 1 MB in one line': {
    mail: plain('Hola').replace('Subject: Consulta', `Subject: ${'a'.repeat(1_000_000)}`),
    defects: ['header-too-large'],
  },
  'a subject of 1 MB, folded': {
    mail: plain('Hola').replace('Subject: Consulta', `Subject: ${`${'a'.repeat(70)}\r\n `.repeat(14_000)}a`),
    defects: ['header-too-large'],
  },
  'a subject of 1 MB of encoded words': {
    mail: plain('Hola').replace('Subject: Consulta', `Subject: ${'=?utf-8?Q?a?=\r\n '.repeat(60_000)}a`),
    defects: ['header-too-large'],
  },
  '1,000 attachments': {
    mail: mixed(Array.from({ length: 1000 }, (_, index) => file(`${index}.txt`, `Contenido ${index}`)).join('')),
    defects: ['too-many-attachments'],
    files: 100,
    text: 'Hola',
  },
  'a thousand times the same file name': {
    mail: mixed(Array.from({ length: 1000 }, () => file('a.txt', 'Igual')).join('')),
    defects: ['too-many-attachments'],
    files: 100,
    text: 'Hola',
  },
  'the same file name twice': {
    mail: mixed(file('factura.pdf', 'uno') + file('factura.pdf', 'dos')),
    defects: [NO_ID],
    files: 2,
    text: 'Hola',
  },
};

let folder: string;
let gateway: ChildProcess;
let port: number;

beforeAll(async () => {
  folder = makeFolder();
  const config = {
    company: 'X',
    hostname: 'mail.example.com',
    smtp: { port: 0 },
    authentication: 'off',
    departments: [
      { key: 'ventas', names: { es: 'Ventas', en: 'Sales' }, mailboxes: ['soporte@example.com'], accepts: 'anyone' },
    ],
    outbound: { transport: { type: 'file', folder: 'out' } },
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  gateway = spawn(process.execPath, [binary, 'serve'], { cwd: folder, env: { ...process.env, TAQUILLA_CONFIG: '' } });
  let said = '';
  port = await new Promise<number>((resolve, reject) => {
    for (const stream of [gateway.stdout, gateway.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const listening = /listens on 127\.0\.0\.1:(\d+)/.exec(said);
        if (listening !== null) resolve(Number(listening[1]));
      });
    }
    gateway.on('close', () => reject(new Error(said)));
  });
  // What is loaded and compiled at the first mail is not the price of a bad one.
  for (const mail of [plain('Hola'), html('<p>Hola</p>'), mixed(file('a.txt', 'a'))]) await send(mail);
});

afterAll(async () => {
  if (gateway.exitCode === null) {
    const ended = new Promise((resolve) => gateway.on('close', resolve));
    gateway.kill('SIGKILL');
    await ended;
  }
  removeFolder(folder);
});

const send = (mail: string) =>
  submit(port, { from: 'ana@empresa.example', to: ['soporte@example.com'], bytes: Buffer.from(mail) });

/** Kilobytes of a line of /proc/PID/status; 0 where there is no such system file. */
function memory(line: 'VmRSS' | 'VmHWM'): number {
  try {
    const status = readFileSync(`/proc/${gateway.pid}/status`, 'utf8');
    return Number(new RegExp(`^${line}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** From here on the peak is counted anew (Linux). */
function forgetPeak(): void {
  try {
    writeFileSync(`/proc/${gateway.pid}/clear_refs`, '5');
  } catch {
    // Elsewhere the peak since the start is looked at, which asks for more.
  }
}

async function ticketOf(reply: string) {
  const opened = openReadOnly(join(folder, 'data', 'taquilla.db'));
  if (opened === null) throw new Error('there is no database');
  const store = sqliteStore(opened);
  const mail = await store.findMail(/accepted (\w+)/.exec(reply)?.[1] ?? '');
  const ticket = mail?.ticket == null ? null : await store.findTicket(mail.ticket);
  await store.close();
  return {
    defects: mail?.explanation.defects ?? [],
    message: ticket?.thread.find(({ author }) => author === 'client'),
  };
}

describe('the gateway', () => {
  it.each(Object.keys(CASES))('answers a mail of %s in time and without loss', async (name) => {
    const { mail, defects, files = 0, text = '' } = CASES[name] ?? { mail: '', defects: [] };
    forgetPeak();
    const before = memory('VmRSS');
    const started = performance.now();
    const reply = await send(mail);
    const seconds = (performance.now() - started) / 1000;
    const grown = (memory('VmHWM') - before) / 1024;
    console.log(`${name}: ${seconds.toFixed(2)} s, ${grown.toFixed(0)} MB, ${reply.code} ${reply.text}`);

    expect(reply.code).toBe(250);
    expect(seconds).toBeLessThan(SECONDS);
    expect(grown).toBeLessThan(MEGABYTES);
    const { defects: noted, message } = await ticketOf(reply.text);
    expect(noted).toEqual(expect.arrayContaining([...defects]));
    expect(message?.text).toContain(text);
    expect(message?.attachments).toHaveLength(files);
    expect(new Set(message?.attachments.map((one) => one.name)).size).toBe(files);
    expect(gateway.exitCode).toBeNull();
  });
});
