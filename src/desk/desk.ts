/**
 * What people of the company do to tickets: close, reopen, set, move, merge, split. The same for all who ask for it:
 * the command line now, staff mail and the API later.
 */
import type { Clock } from '../clock.ts';
import type { DeskResult, DeskStore } from '../store/store.ts';
import type { DeskRequest } from '../tickets/desk-request.ts';
import { ENTROPY_BYTES } from '../tickets/entropy.ts';
import type { DeskRules } from '../tickets/status-mails.ts';

export interface DeskParts {
  readonly store: Pick<DeskStore, 'changeTicket'>;
  readonly rules: () => Pick<DeskRules, 'policy' | 'signing'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** One transaction. The mails that it queues are found by the outbox worker. */
export function changeTicket(
  { store, rules, clock, randomBytes }: DeskParts,
  request: DeskRequest,
): Promise<DeskResult> {
  return store.changeTicket(request, { ...rules(), now: clock.now(), entropy: randomBytes(ENTROPY_BYTES) });
}
