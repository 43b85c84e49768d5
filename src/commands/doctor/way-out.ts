/** How mails leave: is the smarthost there and does it know us, can files be written, does anything wait or fail? */
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../../config.ts';
import { type SmarthostCheck, verifySmarthost } from '../../outbox/verify-smarthost.ts';
import type { Store } from '../../store/store.ts';
import { counted } from '../../tickets/counted.ts';
import { smarthostOptions } from '../outbound.ts';
import { shownTime } from '../table.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const HOUR = 60 * 60 * 1000;

export async function checkWayOut(config: Config): Promise<Finding[]> {
  const { transport } = config.outbound;
  switch (transport.type) {
    case 'file':
      return [
        ...(canWrite(transport.folder) ? [] : [unwritable(transport.folder)]),
        warning(
          'outbound-file',
          'mails are written to files: no client gets a receipt',
          'set outbound.transport to your smarthost, or leave it while you try things out',
        ),
      ];
    case 'sendmail':
      return canRun(transport.path)
        ? [ok('sendmail', `${transport.path} is there`)]
        : [
            problem(
              'sendmail-missing',
              `${transport.path} can't be run`,
              'install it, or correct outbound.transport.path',
            ),
          ];
    case 'smtp': {
      const { host, port } = transport;
      const checked = await verifySmarthost(smarthostOptions(config, transport));
      return [smarthostFinding(`${host}:${port}`, checked)];
    }
    default:
      return transport satisfies never;
  }
}

function smarthostFinding(place: string, checked: SmarthostCheck): Finding {
  if (checked.ok) return ok('smarthost', `the smarthost ${place} takes our mail`);
  const { step, said } = checked;
  return problem(`smarthost-${step}`, `${SAID[step](place)} (${said})`, TODO[step]);
}

type Step = Extract<SmarthostCheck, { ok: false }>['step'];

const SAID: Record<Step, (place: string) => string> = {
  name: (place) => `the smarthost ${place} is not found in DNS`,
  connection: (place) => `the smarthost ${place} does not take the connection`,
  silence: (place) => `the smarthost ${place} does not answer in time`,
  tls: (place) => `the connection to the smarthost ${place} can't be made safe`,
  'log-in': (place) => `the smarthost ${place} refuses the log-in`,
  dialogue: (place) => `the smarthost ${place} says something unexpected`,
};

const TODO: Record<Step, string> = {
  name: 'correct outbound.transport.host',
  connection: 'look at host and port, at the firewall, and whether your provider blocks port 25 outwards (use 587)',
  silence: 'look at the firewall, and at secure: true is for port 465 only',
  tls: 'the certificate of the smarthost must be good for the name in outbound.transport.host; port 465 wants secure: true, 587 and 25 do not',
  'log-in': 'correct outbound.transport.user and password; mails wait meanwhile, none is lost',
  dialogue: 'look at the log of the smarthost',
};

/** What waits too long or was given up. */
export async function checkOutbox(store: Store, now: number): Promise<Finding[]> {
  const [failed, queued] = await Promise.all([
    store.listOutbox({ limit: 1000, state: 'failed' }),
    store.listOutbox({ limit: 1000, state: 'queued' }),
  ]);
  const recent = failed.filter(({ finishedAt }) => finishedAt !== null && finishedAt > now - 7 * 24 * HOUR);
  const oldest = Math.min(...queued.map(({ createdAt }) => createdAt));
  const findings: Finding[] = [];
  if (recent.length > 0) {
    findings.push(
      warning(
        'outbox-failed',
        `${counted(recent.length, 'mail')} could not be sent in the last 7 days`,
        'see why: taquilla outbox list --state failed',
      ),
    );
  }
  if (oldest < now - HOUR) {
    findings.push(
      warning(
        'outbox-waits',
        `${counted(queued.length, 'mail waits', 'mails wait')} to be sent, the oldest since ${shownTime(oldest)} UTC`,
        'see what the smarthost says: taquilla outbox list --state queued',
      ),
    );
  }
  return findings.length === 0 ? [ok('outbox', 'nothing waits and nothing has failed')] : findings;
}

function unwritable(folder: string): Finding {
  return problem('outbound-folder', `mails can't be written to ${folder}`, 'correct outbound.transport.folder');
}

function canWrite(folder: string): boolean {
  let place = folder;
  // The folder itself is made when it is needed.
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  return may(place, constants.W_OK | constants.X_OK);
}

function canRun(path: string): boolean {
  return may(path, constants.X_OK);
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
