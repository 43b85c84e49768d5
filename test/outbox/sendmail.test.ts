/** The sendmail transport with a command of the test's own: what its exit codes (sysexits.h) mean for a mail. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sendmailTransport } from '../../src/outbox/sendmail-transport.ts';
import { tempFolder } from '../support/temp-folder.ts';

const MAIL = {
  envelopeFrom: 'soporte@example.com',
  recipient: 'ana@empresa.com',
  bytes: Buffer.from('Subject: x\r\n\r\nHola\r\n'),
  label: 'x',
};

function command(exitCode: number): { readonly path: string; readonly got: () => string } {
  const folder = tempFolder();
  const path = join(folder, 'sendmail');
  writeFileSync(path, `#!/bin/sh\necho "$@" > '${folder}/args'\ncat > '${folder}/mail'\nexit ${exitCode}\n`);
  chmodSync(path, 0o755);
  return {
    path,
    got: () => `${readFileSync(join(folder, 'args'), 'utf8')}${readFileSync(join(folder, 'mail'), 'utf8')}`,
  };
}

it('hands the mail over for exactly its one recipient', async () => {
  const { path, got } = command(0);
  expect(await sendmailTransport(path).send(MAIL)).toEqual({ ok: true });
  expect(got()).toContain('ana@empresa.com');
  expect(got()).toContain('Hola');
});

it.each([
  [67, 'permanent'],
  [77, 'permanent'],
  [75, 'temporary'],
  [69, 'transport'],
  [1, 'transport'],
])('exit code %i is %s', async (exitCode, failure) => {
  expect(await sendmailTransport(command(exitCode).path).send(MAIL)).toMatchObject({ ok: false, failure });
});

it('an address that looks like an option fails for good, and for nobody else', async () => {
  const result = await sendmailTransport(command(0).path).send({ ...MAIL, recipient: '-oQ/tmp/x@attacker.example' });
  expect(result).toMatchObject({ ok: false, failure: 'permanent' });
});

it('a command that is not there is the transport’s fault', async () => {
  const result = await sendmailTransport(join(tempFolder(), 'none')).send(MAIL);
  expect(result).toMatchObject({ ok: false, failure: 'transport' });
});
