/**
 * Whether the opener is told of a change, and with which mail.
 */
import type { OutgoingMail, StatusMailKind } from './decision.ts';
import type { DeskRequest } from './desk-request.ts';
import { type DeskTicket, whyNotTold } from './desk-ticket.ts';
import { type DeskRules, writeStatusMail } from './status-mails.ts';

/** The mail to the client, or why there is none. */
export function tell(
  request: DeskRequest,
  kind: StatusMailKind | null,
  after: DeskTicket,
  rules: DeskRules,
): { readonly notes: readonly string[]; readonly outgoing: readonly OutgoingMail[] } {
  if (kind === null || request.answered === true) return { notes: [], outgoing: [] };
  const why = request.silent ? `${request.by} wanted none` : whyNotTold(after);
  if (why !== null) return { notes: [`no mail to the client: ${why}`], outgoing: [] };
  return { notes: [], outgoing: [writeStatusMail(kind, after, rules)] };
}
