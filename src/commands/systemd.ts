/**
 * Tells systemd how far the service is (sd_notify(3), for `Type=notify`). Node can't send Unix datagrams, so
 * `systemd-notify` does it, which is there wherever systemd is; the unit needs `NotifyAccess=all`, because it is a process of its own.
 */
import { execFile } from 'node:child_process';
import type { Log } from '../log.ts';

const MESSAGES = {
  ready: 'READY=1',
  /** Has to be followed by `ready`. */
  reloading: 'RELOADING=1',
  stopping: 'STOPPING=1',
} as const;

/** A datagram takes no time; systemd-notify itself waits until it was read. */
const WAIT_MS = 5000;

/** Does nothing where no one asked to be told. Never rejects: mail is taken all the same. */
export function notifySystemd(
  state: keyof typeof MESSAGES,
  environment: NodeJS.ProcessEnv,
  log: Pick<Log, 'warn'>,
): Promise<void> {
  if (!environment.NOTIFY_SOCKET) return Promise.resolve();
  return new Promise((resolve) => {
    execFile('systemd-notify', [MESSAGES[state]], { env: environment, timeout: WAIT_MS }, (error) => {
      if (error !== null) log.warn({ state, error: error.message }, 'systemd could not be told; see the unit');
      resolve();
    });
  });
}
