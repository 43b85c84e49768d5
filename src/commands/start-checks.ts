/** What is looked at before the gateway opens its door: who it runs as, and who else can read its secrets. */
import { statSync } from 'node:fs';
import { parseNetworks } from '../auth/trusted-networks.ts';
import type { Config } from '../config.ts';
import { shownPath } from './command.ts';

export interface Start {
  /** Of the process; `null` where the system has none. */
  readonly uid: number | null;
  readonly host: string;
  readonly port: number;
  /** Told to by `--allow-root`. */
  readonly allowRoot: boolean;
}

export type RootCheck =
  | { readonly verdict: 'fine' }
  /** It may run; the words are for the log. */
  | { readonly verdict: 'warn' | 'refuse'; readonly words: string };

/**
 * Ports from 1024 up need no root, so whoever runs as root there has forgotten something. Below, it may be how the port
 * is opened; and on loopback nobody from outside can talk to the program (a try-out, a relay in front).
 */
export function rootCheck({ uid, host, port, allowRoot }: Start): RootCheck {
  if (uid !== 0 || allowRoot) return { verdict: 'fine' };
  const advice = 'run it as a user of its own (docs/security.md)';
  // 0 takes a free one.
  if ((port === 0 || port >= 1024) && !isLoopback(host)) {
    return {
      verdict: 'refuse',
      words: `refusing to run as root: ${host}:${port} needs no root; ${advice}, or say --allow-root`,
    };
  }
  return { verdict: 'warn', words: `this runs as root, which it never needs: ${advice}` };
}

function isLoopback(host: string): boolean {
  const loopback = parseNetworks(['127.0.0.0/8', '::1']);
  return host === 'localhost' || (loopback.ok && loopback.networks.has(host));
}

/** Words for the log where others on the machine can read a password in the config file; else `null`. */
export function openSecrets({ file, outbound }: Config): string | null {
  const { transport } = outbound;
  if (transport.type !== 'smtp' || typeof transport.password !== 'string') return null;
  if ((statSync(file).mode & 0o004) === 0) return null;
  return `others on this machine can read ${shownPath(file)}, which holds a password: chmod 600, or { "file": PATH } for the password`;
}
