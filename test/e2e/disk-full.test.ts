/**
 * A disk that really fills up: the real program on a small disk of its own. Needs root, for the mount.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { verifyFolder } from '../../src/commands/verify.ts';
import { startProcess, TAQUILLA } from '../crash/process.ts';
import { hasPart } from '../support/parts.ts';
import { type SmtpReply, submit } from '../support/smtp-client.ts';
import { makeFolder, removeFolder, tempFolder } from '../support/temp-folder.ts';

const MB = 1024 * 1024;

/** Root in a container may be refused the mount all the same. */
function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  const folder = makeFolder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
  if (mounted) spawnSync('umount', [folder]);
  removeFolder(folder);
  return mounted;
}

const mountable = canMount();
const canFill =
  process.getuid?.() === 0
    ? hasPart(mountable, 'root may not mount a tmpfs here: a full disk is not tested')
    : mountable;
if (process.getuid?.() !== 0) process.stderr.write('skipped: only root may mount a tmpfs: a full disk is not tested\n');

/** The gateway with its data on a disk of `size` bytes. */
async function gatewayOn(size: number, freeBytes: number) {
  const folder = tempFolder();
  const data = join(folder, 'data');
  mkdirSync(data);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', data]);
  expect(mounted.status, String(mounted.stderr)).toBe(0);
  onTestFinished(() => void spawnSync('umount', ['-l', data]));
  const department = { key: 'soporte', names: { es: 'S', en: 'S' }, mailboxes: ['s@h.example'], accepts: 'anyone' };
  const config = {
    company: 'X',
    hostname: 'mail.h.example',
    smtp: { port: 0 },
    authentication: 'off',
    limits: { freeBytes },
    departments: [department],
    outbound: { transport: { type: 'file', folder: 'out' } },
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  const gateway = startProcess(TAQUILLA, folder, join(folder, 'log'));
  onTestFinished(() => gateway.kill());
  const port = await gateway.listening;
  const logged = (text: string) => readFileSync(join(folder, 'log'), 'utf8').split(text).length - 1;
  expect(port, readFileSync(join(folder, 'log'), 'utf8')).not.toBeNull();
  const send = (number: number, size: number) => {
    const lines =
      Buffer.alloc(size, `fichero ${number} `)
        .toString('base64')
        .match(/.{1,76}/g) ?? [];
    const head = ['From: a@b.example', `Message-ID: <${number}@b.example>`, 'Subject: x', 'MIME-Version: 1.0'];
    const type = ['Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'hola', '--b'];
    const part = ['Content-Disposition: attachment; filename=a.bin', 'Content-Transfer-Encoding: base64', ''];
    const bytes = Buffer.from([...head, ...type, ...part, ...lines, '--b--', ''].join('\r\n'));
    return submit(port ?? 0, { from: 'a@b.example', to: ['s@h.example'], bytes });
  };
  /** As a mail server does, until it is taken. */
  const sendUntilTaken = async (number: number, size: number): Promise<SmtpReply> => {
    const end = Date.now() + 30_000;
    for (;;) {
      const reply = await send(number, size);
      if (reply.code === 250 || Date.now() > end) return reply;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  return { gateway, data, send, sendUntilTaken, logged };
}

const FULL = { code: 452, text: expect.stringMatching(/^4\.3\.1 /) };

it.runIf(canFill)(
  'asks senders to come again at MAIL FROM when little space is left, says so once, and recovers by itself',
  async () => {
    const { data, send, sendUntilTaken, logged } = await gatewayOn(24 * MB, 8 * MB);
    expect((await send(1, 1000)).code).toBe(250);
    writeFileSync(join(data, 'filler'), Buffer.alloc(18 * MB));
    // What was seen within the last second may still count.
    let reply = await send(100, 1000);
    for (let number = 101; reply.code === 250 && number < 1000; number += 1) reply = await send(number, 1000);
    expect(reply).toMatchObject(FULL);
    for (let number = 0; number < 3; number += 1) expect(await send(2, 1000)).toMatchObject(FULL);
    expect(logged('THE DISK IS FULL')).toBe(1);
    rmSync(join(data, 'filler'));
    expect((await sendUntilTaken(2, 1000)).code).toBe(250);
    expect(logged('the disk has space again')).toBe(1);
  },
  90_000,
);

it.runIf(canFill)(
  'on a disk that is full to the last byte: 452, nothing half-written, and all is well once there is space',
  async () => {
    const { gateway, data, send, sendUntilTaken, logged } = await gatewayOn(12 * MB, 0);
    const taken: number[] = [];
    const turnedAway: number[] = [];
    for (let number = 1; number <= 40 && turnedAway.length < 6; number += 1) {
      const reply = await send(number, 300_000);
      if (reply.code === 250) taken.push(number);
      else {
        expect(reply, `mail ${number}`).toMatchObject(FULL);
        turnedAway.push(number);
      }
    }
    expect(taken.length).toBeGreaterThan(3);
    expect(turnedAway.length).toBe(6);
    expect(logged('THE DISK IS FULL')).toBe(1);
    expect(readdirSync(join(data, 'blobs', 'tmp')), 'unfinished files').toEqual([]);

    expect(spawnSync('mount', ['-o', `remount,size=${48 * MB}`, data]).status).toBe(0);
    for (const number of turnedAway) expect((await sendUntilTaken(number, 300_000)).code).toBe(250);
    await gateway.stop();
    const verified = await verifyFolder(data, Date.now() + 2 * 60 * 60 * 1000);
    expect(verified).toMatchObject({ problems: [], orphans: [] });
    expect(verified.files).toBe(2 * (taken.length + turnedAway.length));
  },
  120_000,
);
