/**
 * Postfix as a side of the bench: an instance of its own in a temporary folder, with its queue there, loopback only. It
 * takes mail into its queue as it would anywhere (with its fsync), and delivers it to nowhere. Nothing slows it down: no
 * limits by client, no look-ups, no TLS, no DNS.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, greeted } from './children.ts';

const SETTINGS = `
compatibility_level = 3.6
myhostname = postfix.bench.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
default_transport = discard:
relay_transport = discard:
local_transport = discard:
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_client_message_rate_limit = 0
smtpd_client_event_limit_exceptions = 127.0.0.0/8
smtpd_tls_security_level = none
smtp_tls_security_level = none
default_process_limit = 120
message_size_limit = 41943040
mailbox_size_limit = 0
alias_maps =
alias_database =
local_recipient_maps =
maillog_file_prefixes = /
`;

/** Why it can't take part; `null` when it can. */
export function postfixMissing(): string | null {
  if (!existsSync('/usr/sbin/postfix')) return 'not installed';
  if (process.getuid?.() !== 0) return 'needs root';
  return null;
}

export async function startPostfix(folder: string) {
  const config = join(folder, 'postfix');
  const port = await freePort();
  mkdirSync(config, { recursive: true });
  for (const name of ['queue', 'data']) mkdirSync(join(config, name), { recursive: true });
  execFileSync('chown', ['postfix', join(config, 'data')]);
  // Its processes run as another user and must get through to the queue.
  for (const path of [folder, config]) chmodSync(path, 0o755);
  writeFileSync(
    join(config, 'main.cf'),
    `${SETTINGS}queue_directory = ${config}/queue\ndata_directory = ${config}/data\nmaillog_file = ${config}/mail.log\n`,
  );
  const services = readFileSync('/etc/postfix/master.cf', 'utf8')
    .split('\n')
    .filter((line) => !/^(smtp\s+inet|#|\s|postlog|maildrop|uucp|ifmail|bsmtp|scalemail|mailman)/.test(line))
    .map((line) => line.replace(/^(\S+\s+\S+\s+\S+\s+\S+\s+)y/, '$1n'));
  services.push(`127.0.0.1:${port} inet n - n - - smtpd`, 'postlog unix-dgram n - n - 1 postlogd', '');
  writeFileSync(join(config, 'master.cf'), services.join('\n'));
  const postfix = (command: string) => execFileSync('/usr/sbin/postfix', ['-c', config, command], { stdio: 'pipe' });
  const since = performance.now();
  postfix('start');
  const startMs = await greeted(port, since, () => true);
  const pid = Number(readFileSync(join(config, 'queue/pid/master.pid'), 'utf8'));
  return { port, pid, startMs, stop: async () => void postfix('stop') };
}
