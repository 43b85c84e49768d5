/** `taquilla tickets`: what came of the mails. */
import type { TicketDetail, TicketMessage } from '../store/store.ts';
import type { TicketStatus } from '../tickets/model.ts';
import {
  CommandError,
  type GlobalOptions,
  locateConfig,
  openForReading,
  print,
  printJson,
  withStore,
} from './command.ts';
import { safe, safeText, shownSize, shownTime, table } from './table.ts';

interface JsonOption extends GlobalOptions {
  readonly json?: boolean;
}

export async function listTickets(
  options: JsonOption & { readonly limit: number; readonly status?: TicketStatus },
): Promise<void> {
  const { config } = locateConfig(options);
  const { limit, status } = options;
  const tickets = await withStore(openForReading(config), (store) =>
    store.listTickets({ limit, ...(status === undefined ? {} : { status }) }),
  );
  if (options.json === true) return printJson(tickets);
  if (tickets.length === 0) return print('No tickets.');
  print(
    table(tickets, [
      { title: 'TICKET', value: (row) => row.id },
      { title: 'STATUS', value: (row) => row.status },
      { title: 'DEPARTMENT', value: (row) => row.department },
      { title: 'ACCOUNT', value: (row) => row.account },
      { title: 'FROM', value: (row) => row.opener, flexible: true },
      { title: 'MESSAGES', value: (row) => row.messages },
      { title: 'LAST MESSAGE', value: (row) => shownTime(row.lastMessageAt) },
      { title: 'SUBJECT', value: (row) => row.subject, flexible: true },
    ]),
  );
}

export async function showTicket(id: string, options: JsonOption): Promise<void> {
  const { config } = locateConfig(options);
  const typed = id.replace(/[[\]\s]/g, '').toUpperCase();
  const publicId = /^\d+$/.test(typed) ? `${config.policy.ticketPrefix}-${typed}` : typed;
  const ticket = await withStore(openForReading(config), (store) => store.findTicket(publicId));
  if (ticket === null) throw new CommandError(`there is no ticket ${publicId}`, 1);
  if (options.json === true) return printJson(ticket);
  for (const line of describeTicket(ticket)) print(line);
}

export function describeTicket(ticket: TicketDetail): string[] {
  const lines = [
    `${ticket.id}  ${safe(ticket.subject)}`,
    `  status      ${ticket.status}, priority ${ticket.priority}`,
    `  department  ${ticket.department} (${ticket.mailbox})`,
    `  account     ${ticket.account ?? 'none'}${ticket.service === null ? '' : `, service ${ticket.service}`}`,
    `  opened      ${shownTime(ticket.createdAt)} UTC by ${ticket.opener}`,
  ];
  if (ticket.continues !== null) lines.push(`  continues   ${ticket.continues}`);
  for (const message of ticket.thread) lines.push('', ...describeMessage(message));
  if (ticket.mails.length > 0) lines.push('', 'Mails sent:');
  for (const mail of ticket.mails) {
    lines.push(
      `  ${mail.kind} to ${mail.recipient}: ${mail.state}${mail.lastError === null ? '' : ` (${safe(mail.lastError)})`}, outbox ${mail.id}`,
    );
  }
  return lines;
}

function describeMessage(message: TicketMessage): string[] {
  const who = message.author === 'system' ? 'system' : safe(`${message.name} <${message.address ?? ''}>`.trim());
  const marks = [message.visibility === 'note' ? 'note' : '', message.verified ? '' : 'UNVERIFIED'].filter(
    (mark) => mark !== '',
  );
  const head = `─ ${shownTime(message.at)}  ${who}${marks.length > 0 ? `  [${marks.join(', ')}]` : ''}${message.mail === null ? '' : `  mail ${message.mail}`}`;
  const body = safeText(message.visibleText)
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
  const files = message.attachments.map(
    ({ filename, contentType, size, inline }) =>
      `  + ${safe(filename ?? '(no name)')}  ${contentType}  ${shownSize(size)}${inline ? '  inline' : ''}`,
  );
  return [head, ...body, ...files];
}
