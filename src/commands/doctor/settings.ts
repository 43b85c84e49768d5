/** Settings that are valid and still not what an installation wants. Pure, but for the rights of the config file. */
import { readFileSync, statSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { type Finding, problem, warning } from './finding.ts';

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

export function checkSettings(config: Config): Finding[] {
  const { authentication, smtp, shadow, policy, hostname } = config;
  const findings: Finding[] = [];
  if (authentication === 'off' && !LOOPBACK.has(smtp.host)) {
    const todo = 'set authentication to dmarc, or listen on 127.0.0.1 behind a server that checks';
    findings.push(
      problem(
        'authentication-off',
        'authentication is off and the door is open to other machines: anybody can write in a client’s name',
        todo,
      ),
    );
  }
  if (authentication === 'off' && LOOPBACK.has(smtp.host) && policy.departments.some(({ staff }) => staff.length > 0))
    findings.push(
      warning(
        'authentication-off-staff',
        'authentication is off: whoever writes in the name of staff is obeyed, unless the server in front has checked',
        'set authentication to dmarc, and trustedRelays or localRelay to what that server tells (docs/en/mailboxes.md)',
      ),
    );
  if (shadow)
    findings.push(
      warning(
        'shadow',
        'shadow mode is on: nobody is refused',
        'see who would be: taquilla mail list --would-refuse; then set shadow to false',
      ),
    );
  if (!hostname.includes('.'))
    findings.push(
      problem(
        'hostname-short',
        `hostname is "${hostname}"`,
        'set it to the full name of this server, such as mail.empresa.com',
      ),
    );
  for (const { key, staff, helpUrl, helpPhone, unregistered, accepts } of policy.departments) {
    if (staff.length === 0)
      findings.push(
        warning(
          'no-staff',
          `department ${key} has no staff`,
          `name them in departments[].staff: nobody is told of its tickets`,
        ),
      );
    if (accepts === 'clients' && unregistered !== 'hold' && helpUrl === null && helpPhone === null)
      findings.push(
        warning(
          'no-help',
          `department ${key} tells strangers nowhere to go`,
          'set its helpUrl or helpPhone: refusals name it',
        ),
      );
  }
  return findings;
}

/** A password in clear text in a file that everybody on the machine can read. */
export function checkSecrets(config: Config): Finding[] {
  const { transport } = config.outbound;
  if (process.platform === 'win32' || transport.type !== 'smtp' || typeof transport.password !== 'string') return [];
  try {
    readFileSync(config.file);
    if ((statSync(config.file).mode & 0o044) === 0) return [];
  } catch {
    return [];
  }
  const todo = `chmod 600 ${config.file}, or keep the password in a file of its own: { "file": PATH }`;
  return [warning('password-open', `${config.file} holds a password and every user of this machine can read it`, todo)];
}
