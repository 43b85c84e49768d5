/** `taquilla tickets`: what came of the mails. */
import type { Config } from '../config.ts';
import type { TicketDetail, TicketMessage, TicketSummary } from '../store/store.ts';
import { counted } from '../tickets/counted.ts';
import type { TicketStatus } from '../tickets/model.ts';
import { searchTerms } from '../tickets/search-terms.ts';
import { CommandError, type JsonOption, locateConfig, print, printJson, withStore } from './command.ts';
import { openForReading } from './open-store.ts';
import { safe, safeText, shownSize, shownTime, table } from './table.ts';
import { checkDepartment, staffAddress } from './typed-names.ts';

interface ListOptions extends JsonOption {
  readonly limit: number;
  readonly status?: TicketStatus;
  readonly all?: boolean;
  readonly department?: string;
  readonly assignee?: string;
}

/** The queue: open tickets unless another status or all are asked for. */
export async function listTickets(options: ListOptions): Promise<void> {
  const { config } = locateConfig(options);
  const { limit, department } = options;
  if (options.all === true && options.status !== undefined)
    throw new CommandError('--all and --status exclude each other', 2);
  const status = options.all === true ? undefined : (options.status ?? 'open');
  if (department !== undefined) checkDepartment(config, department);
  const assignee = options.assignee === undefined ? undefined : staffAddress(config, options.assignee);
  const tickets = await withStore(openForReading(config), (store) =>
    store.listTickets({
      limit,
      inQueueOrder: true,
      ...(status === undefined ? {} : { status }),
      ...(department === undefined ? {} : { department }),
      ...(assignee === undefined ? {} : { assignee }),
    }),
  );
  if (options.json === true) return printJson(tickets);
  if (tickets.length === 0) return print(status === 'open' ? 'No open tickets.' : 'No tickets.');
  print(ticketTable(tickets));
}

/** More than a busy minute leaves to the next third of a second. */
const MANY_UNSEARCHED = 1000;

/** Tickets on which all of these words stand. */
export async function searchTickets(
  words: readonly string[],
  options: JsonOption & { readonly limit: number },
): Promise<void> {
  const { config } = locateConfig(options);
  const { limit } = options;
  const terms = searchTerms(words.join(' '));
  if (terms.length === 0) throw new CommandError('there is no word in the search; give letters or digits', 2);
  const { tickets, unsearched } = await withStore(openForReading(config), async (store) => ({
    tickets: await store.searchTickets(terms, { limit }),
    unsearched: await store.messagesUnsearched(),
  }));
  if (unsearched >= MANY_UNSEARCHED || (unsearched > 0 && tickets.length === 0))
    process.stderr.write(
      `${counted(unsearched, 'message is', 'messages are')} not in the search index yet; the running gateway adds what is missing\n`,
    );
  if (options.json === true) return printJson(tickets);
  if (tickets.length === 0) return print('No tickets.');
  print(ticketTable(tickets));
}

function ticketTable(tickets: readonly TicketSummary[]): string {
  return table(tickets, [
    { title: 'TICKET', value: (row) => row.id },
    { title: 'STATUS', value: (row) => row.status, tone: (row) => (row.status === 'open' ? 'strong' : null) },
    { title: 'SINCE', value: (row) => shownTime(row.statusChangedAt) },
    {
      title: 'PRIORITY',
      value: (row) => row.priority,
      tone: (row) => (row.priority === 'high' ? 'bad' : null),
      spare: 4,
    },
    { title: 'DEPARTMENT', value: (row) => row.department, spare: 5 },
    { title: 'ASSIGNEE', value: (row) => row.assignee, flexible: true, spare: 6 },
    { title: 'ACCOUNT', value: (row) => row.account, spare: 3 },
    { title: 'FROM', value: (row) => row.opener, flexible: true },
    { title: 'MESSAGES', value: (row) => row.messages, spare: 2 },
    { title: 'LAST MESSAGE', value: (row) => shownTime(row.lastMessageAt), spare: 1 },
    { title: 'SUBJECT', value: (row) => row.subject, flexible: true },
  ]);
}

export async function showTicket(id: string, options: JsonOption): Promise<void> {
  const { config } = locateConfig(options);
  const publicId = typedTicketId(id, config);
  const ticket = await withStore(openForReading(config), (store) => store.findTicket(publicId));
  if (ticket === null) throw new CommandError(`there is no ticket ${publicId}`, 1);
  if (options.json === true) return printJson(ticket);
  for (const line of describeTicket(ticket)) print(line);
}

/** `TQ-482913`, its digits alone, or what was copied out of a subject with its brackets. */
export function typedTicketId(id: string, { policy }: Config): string {
  const typed = id.replace(/[[\]\s]/g, '').toUpperCase();
  return /^\d+$/.test(typed) ? `${policy.ticketPrefix}-${typed}` : typed;
}

export function describeTicket(ticket: TicketDetail): string[] {
  const lines = [
    `${ticket.id}  ${safe(ticket.subject)}`,
    `  status      ${ticket.status}, priority ${ticket.priority}`,
    `  department  ${ticket.department} (${ticket.mailbox})`,
    `  account     ${ticket.account ?? 'none'}${ticket.service === null ? '' : `, service ${ticket.service}`}`,
    `  opened      ${shownTime(ticket.createdAt)} UTC by ${ticket.opener}`,
  ];
  if (ticket.assignee !== null) lines.push(`  assignee    ${ticket.assignee}`);
  if (ticket.legacyId !== null) lines.push(`  legacy ID   ${ticket.legacyId}`);
  if (ticket.continues !== null) lines.push(`  continues   ${ticket.continues}`);
  if (ticket.mergedInto !== null) lines.push(`  merged into ${ticket.mergedInto}, which goes on in its place`);
  if (ticket.merged.length > 0) lines.push(`  merged here ${ticket.merged.join(', ')}`);
  if (ticket.splitFrom !== null) lines.push(`  split from  ${ticket.splitFrom}`);
  if (ticket.splitOff.length > 0) lines.push(`  split off   ${ticket.splitOff.join(', ')}`);
  if (ticket.followers.length > 0) lines.push(`  followers   ${ticket.followers.join(', ')}`);
  let files = 0;
  for (const message of ticket.thread) {
    lines.push('', ...describeMessage(message, ticket.id, files + 1));
    files += message.attachments.length;
  }
  if (ticket.mails.length > 0) lines.push('', 'Mails sent:');
  for (const mail of ticket.mails) {
    lines.push(
      `  ${mail.kind} to ${mail.recipient}: ${mail.state}${mail.lastError === null ? '' : ` (${safe(mail.lastError)})`}, outbox ${mail.id}`,
    );
  }
  return lines;
}

/** `firstFile` is the number of its first file for `tickets attachment`. */
function describeMessage(message: TicketMessage, ticket: string, firstFile: number): string[] {
  const who = message.author === 'system' ? 'system' : safe(`${message.name} <${message.address ?? ''}>`.trim());
  const marks = [message.visibility === 'note' ? 'note' : '', message.verified ? '' : 'UNVERIFIED'].filter(
    (mark) => mark !== '',
  );
  const head = `─ #${message.id}  ${shownTime(message.at)}  ${message.ticket === ticket ? '' : `${message.ticket}  `}${who}${marks.length > 0 ? `  [${marks.join(', ')}]` : ''}${message.mail === null ? '' : `  mail ${message.mail}`}`;
  const body = safeText(message.visibleText)
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
  const files = message.attachments.map(
    ({ name, contentType, size, inline, risky }, index) =>
      `  + ${firstFile + index}  ${safe(name)}  ${safe(contentType)}  ${shownSize(size)}${inline ? '  inline' : ''}${risky ? '  RISKY TYPE' : ''}`,
  );
  return [head, ...body, ...files];
}
