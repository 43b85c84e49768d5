/** Under strace: no 250 is written before the data of its mail has been fsynced, files included. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { hasPart } from '../support/parts.ts';
import { submit } from '../support/smtp-client.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { type Command, startProcess, TAQUILLA } from './process.ts';
import { acceptedReferences, durabilityFaults, parseTrace } from './system-calls.ts';

const canTrace = hasPart(
  spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0,
  'strace is not installed, or may not trace: whether 250 waits for fsync is not tested here',
);

/** Pages of the database whole: the reference of a mail stands somewhere in them. */
const PAGE_BYTES = '4200';
const CALLS = 'openat,write,writev,pwrite64,pwritev,fsync,fdatasync,rename,renameat2,sendto,sendmsg';

const textMail = (size: number) => Buffer.from(`From: a@b.example\r\nSubject: uno\r\n\r\n${'hola\r\n'.repeat(size)}`);

function withFile(size: number): Buffer {
  const file = Buffer.alloc(size, 'contenido');
  const lines = file.toString('base64').match(/.{1,76}/g) ?? [];
  const head = ['From: a@b.example', 'Subject: dos', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=x'];
  const part = ['--x', 'Content-Disposition: attachment; filename=a.bin', 'Content-Transfer-Encoding: base64', ''];
  return Buffer.from([...head, '', '--x', '', 'hola', ...part, ...lines, '--x--', ''].join('\r\n'));
}

it.runIf(canTrace)(
  'a 250 waits until the mail, its raw bytes and its attachments are on the disk',
  async () => {
    const folder = tempFolder();
    const trace = join(folder, 'trace');
    mkdirSync(join(folder, 'data'));
    const department = { key: 'soporte', names: { es: 'S', en: 'S' }, mailboxes: ['s@h.example'], accepts: 'anyone' };
    const config = {
      company: 'X',
      hostname: 'mail.h.example',
      smtp: { port: 0 },
      authentication: 'off',
      departments: [department],
      outbound: { transport: { type: 'file', folder: 'out' } },
    };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    const strace = ['strace', '-D', '-f', '-qq', '-yy', '-s', PAGE_BYTES, '-e', `trace=${CALLS}`, '-o', trace] as const;
    const command: Command = [...strace, ...TAQUILLA];
    const gateway = startProcess(command, folder, join(folder, 'log'));
    onTestFinished(() => gateway.kill());
    const port = await gateway.listening;
    expect(port, readFileSync(join(folder, 'log'), 'utf8')).not.toBeNull();
    const mails = [textMail(1), textMail(20_000), withFile(1_000), withFile(200_000), textMail(2), textMail(3)];
    const send = (bytes: Buffer) => submit(port ?? 0, { from: 'a@b.example', to: ['s@h.example'], bytes });
    for (const mail of mails) expect((await send(mail)).code).toBe(250);
    // Several at once share a commit.
    await Promise.all(mails.map(send));
    await gateway.stop();

    const calls = parseTrace(readFileSync(trace, 'latin1'));
    expect(acceptedReferences(calls)).toHaveLength(2 * mails.length);
    // Two large mails and two attachments, each stored once.
    expect(new Set(calls.filter(({ name }) => name === 'rename').map(({ data }) => data)).size).toBeGreaterThanOrEqual(
      4,
    );
    expect(durabilityFaults(calls, join(folder, 'data'))).toEqual([]);
  },
  120_000,
);
