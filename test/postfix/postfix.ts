/**
 * A Postfix of its own for a test, from Debian's package: configured by the files of docs/examples, on high ports of the
 * loopback, with its queue in a temporary folder. What it can't deliver to Taquilla goes back through the sink.
 */
import { execFileSync } from 'node:child_process';
import { accessSync, chmodSync, chownSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { SmtpClient } from '../support/smtp-client.ts';
import { tempFolder } from '../support/temp-folder.ts';

const POSTFIX = '/usr/sbin/postfix';
const POSTMAP = '/usr/sbin/postmap';
const SENDMAIL = '/usr/sbin/sendmail';

/** Why no Postfix can run here; `null` where it can. */
export function whyNoPostfix(): string | null {
  try {
    accessSync(POSTFIX, constants.X_OK);
  } catch {
    return 'Postfix is not installed (Debian: apt-get install postfix)';
  }
  return process.getuid?.() === 0 ? null : 'Postfix needs root to start';
}

/** Postfix's own processes on which the examples build; nothing runs in a chroot. */
const SERVICES = `
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;

export interface Postfix {
  readonly port: number;
  /** Gives it a mail as a program on the same machine does. */
  sendmail(from: string, to: string, bytes: Uint8Array): void;
  /** What its log says so far. */
  log(): string;
}

export interface PostfixOptions {
  /** Folder of docs/examples. */
  readonly example: string;
  /** What stands in the example for this installation, and what stands here. */
  readonly placeholders: readonly (readonly [string, string])[];
  /** Where everything goes that is not for Taquilla. */
  readonly relayPort: number;
}

export async function startPostfix({ example, placeholders, relayPort }: PostfixOptions): Promise<Postfix> {
  const folder = tempFolder();
  const etc = join(folder, 'etc');
  chmodSync(folder, 0o755);
  for (const name of ['etc', 'queue', 'lib']) mkdirSync(join(folder, name), { mode: 0o755 });
  chownSync(join(folder, 'lib'), idOf('postfix'), 0);
  const port = await freePort();
  const fromExample = (name: string) =>
    [...placeholders, ['/etc/postfix/', `${etc}/`] as const].reduce(
      (text, [placeholder, here]) => text.replaceAll(placeholder, here),
      readFileSync(`docs/examples/${example}/${name}`, 'utf8'),
    );
  const settings = `
compatibility_level = 3.6
config_directory = ${etc}
queue_directory = ${join(folder, 'queue')}
data_directory = ${join(folder, 'lib')}
maillog_file = ${join(folder, 'log')}
maillog_file_prefixes = ${folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.com
mydestination =
alias_maps =
alias_database =
disable_dns_lookups = yes
relayhost = [127.0.0.1]:${relayPort}
`;
  writeFileSync(join(etc, 'main.cf'), `${settings}${fromExample('main.cf')}`);
  writeFileSync(join(etc, 'master.cf'), `127.0.0.1:${port} inet n - n - - smtpd${SERVICES}${fromExample('master.cf')}`);
  writeFileSync(join(etc, 'taquilla'), fromExample('taquilla'));
  execFileSync(POSTMAP, ['-c', etc, `hash:${join(etc, 'taquilla')}`]);
  execFileSync(POSTFIX, ['-c', etc, 'start'], { stdio: 'ignore' });
  const log = () => readFileSync(join(folder, 'log'), 'utf8');
  onTestFinished(({ task }) => {
    if (task.result?.state === 'fail') console.error(log());
    execFileSync(POSTFIX, ['-c', etc, 'stop'], { stdio: 'ignore' });
  });
  await vi.waitFor(async () => (await SmtpClient.open(port)).quit(), { timeout: 10_000 });
  const sendmail: Postfix['sendmail'] = (from, to, bytes) => {
    execFileSync(SENDMAIL, ['-C', etc, '-i', '-f', from, to], { input: bytes });
  };
  return { port, sendmail, log };
}

function idOf(user: string): number {
  return Number(execFileSync('id', ['-u', user], { encoding: 'utf8' }));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
