/** `taquilla tickets close|reopen|set|move|merge|split`: what people do to tickets, from the command line. */
import { randomBytes } from 'node:crypto';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { changeTicket } from '../desk/desk.ts';
import { signingKey } from '../intake/intake.ts';
import { loadSigningKeys } from '../store/signing-keys.ts';
import type { DeskRequest } from '../tickets/desk-request.ts';
import { normalizeServiceName } from '../tickets/find-service.ts';
import type { Priority, TicketStatus } from '../tickets/model.ts';
import { actor, noteText } from './actor.ts';
import { CommandError, type GlobalOptions, locateConfig, print, printJson, withStore } from './command.ts';
import { openForWriting } from './open-store.ts';
import { safe } from './table.ts';
import { typedTicketId } from './tickets.ts';
import { staffAddress } from './typed-names.ts';

export interface DeskOptions extends GlobalOptions {
  readonly json?: boolean;
  readonly reason?: string;
  readonly by?: string;
  /** `--no-mail`. */
  readonly mail?: boolean;
}

export interface SetOptions extends DeskOptions {
  readonly status?: TicketStatus;
  readonly priority?: Priority;
  readonly assignee?: string;
  readonly service?: string;
  readonly account?: string;
  readonly legacyId?: string;
}

type Wanted<Request = DeskRequest> = Request extends DeskRequest
  ? Omit<Request, 'ticket' | 'by' | 'reason' | 'silent'>
  : never;

export function closeTicket(id: string, options: DeskOptions): Promise<void> {
  return carryOut(id, options, () => ({ kind: 'close' }));
}

export function reopenTicket(id: string, options: DeskOptions): Promise<void> {
  return carryOut(id, options, () => ({ kind: 'reopen' }));
}

export function moveTicket(id: string, department: string, options: DeskOptions): Promise<void> {
  return carryOut(id, options, () => ({ kind: 'move', department }));
}

export function mergeTicket(id: string, into: string, options: DeskOptions): Promise<void> {
  return carryOut(id, options, (config) => ({ kind: 'merge', into: typedTicketId(into, config) }));
}

export function splitTicket(
  id: string,
  options: DeskOptions & { readonly messages: readonly number[]; readonly subject: string },
): Promise<void> {
  const { messages, subject } = options;
  if (subject.trim() === '') throw new CommandError('--subject must not be empty', 2);
  return carryOut(id, options, () => ({ kind: 'split', messages, subject: subject.trim() }));
}

export function setTicket(id: string, options: SetOptions): Promise<void> {
  const { status, priority, assignee, service, account, legacyId } = options;
  const given = [status, priority, assignee, service, account, legacyId];
  if (given.every((value) => value === undefined))
    throw new CommandError(
      'nothing to set; give --status, --priority, --assignee, --service, --account or --legacy-id',
      2,
    );
  return carryOut(id, options, (config) => ({
    kind: 'set',
    ...(status === undefined ? {} : { status }),
    ...(priority === undefined ? {} : { priority }),
    ...(assignee === undefined ? {} : { assignee: orNone(assignee, (typed) => staffAddress(config, typed)) }),
    ...(service === undefined ? {} : { service: orNone(service, normalizeServiceName) }),
    ...(account === undefined ? {} : { account }),
    ...(legacyId === undefined ? {} : { legacyId: orNone(legacyId, (typed) => typed.trim()) }),
  }));
}

function orNone(typed: string, read: (typed: string) => string): string | null {
  return typed.toLowerCase() === 'none' ? null : read(typed);
}

async function carryOut(id: string, options: DeskOptions, wanted: (config: Config) => Wanted): Promise<void> {
  const { config } = locateConfig(options);
  const request: DeskRequest = {
    ...wanted(config),
    ticket: typedTicketId(id, config),
    by: actor(options.by),
    reason: noteText(options.reason ?? '').replace(/\.$/, ''),
    silent: options.mail === false,
  };
  const keys = loadSigningKeys(config.dataFolder, randomBytes);
  const rules = () => ({ policy: config.policy, signing: { key: signingKey(keys), domain: config.hostname } });
  const result = await withStore(openForWriting(config), (store) =>
    changeTicket({ store, rules, clock: systemClock, randomBytes }, request),
  );
  if (result.kind === 'refused') throw new CommandError(result.message, result.why === 'wrong' ? 2 : 1);
  if (options.json === true) {
    const { kind: _, ...shown } = result;
    return printJson(shown);
  }
  if (result.changes.length === 0) return print(`${result.ticket}: nothing to change, it is so already.`);
  print(`${result.ticket}: ${result.changes.map(safe).join('; ')}.`);
  if (result.mailed) print('The client is told by mail.');
}
