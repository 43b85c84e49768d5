/** The commands of `taquilla tickets` that change tickets, and the search, as commander sees them. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { PRIORITIES, TICKET_STATUSES } from '../tickets/model.ts';

const ID = 'TQ-482913, or only its digits';

export function addDeskCommands(tickets: Command, wholeNumber: (text: string) => number): void {
  tickets
    .command('search')
    .description('find tickets by words in subjects and messages; accents and case do not matter')
    .argument('<words...>', 'all must be there; "several words" in a row; fact* for any ending')
    .option('--limit <count>', 'how many at most', wholeNumber, 50)
    .option('--json', 'print JSON')
    .action(async (words, _, command) =>
      (await import('./tickets.ts')).searchTickets(words, command.optsWithGlobals()),
    );

  changing(tickets.command('close'), 'close a ticket, and tell the client').action(async (id, _, command) =>
    (await import('./desk.ts')).closeTicket(id, command.optsWithGlobals()),
  );
  changing(tickets.command('reopen'), 'open a ticket again, and tell the client').action(async (id, _, command) =>
    (await import('./desk.ts')).reopenTicket(id, command.optsWithGlobals()),
  );
  changing(tickets.command('set'), 'change what is known of a ticket')
    .addOption(new Option('--status <status>').choices(TICKET_STATUSES))
    .addOption(new Option('--priority <priority>').choices(PRIORITIES))
    .option('--assignee <staff>', 'address or name of a member of its department; none for nobody')
    .option('--account <number>', 'the account that it belongs to')
    .option('--service <name>', 'a service of that account; none for none')
    .option('--legacy-id <number>', 'its number in another system (see ticketPatterns); none for none')
    .action(async (id, _, command) => (await import('./desk.ts')).setTicket(id, command.optsWithGlobals()));
  changing(tickets.command('move'), 'give a ticket to another department, and tell the client')
    .argument('<department>', 'its key')
    .action(async (id, department, _, command) =>
      (await import('./desk.ts')).moveTicket(id, department, command.optsWithGlobals()),
    );
  changing(tickets.command('merge'), 'make one ticket of two; mails to the first join the second')
    .argument('<into>', 'the ticket that goes on')
    .action(async (id, into, _, command) =>
      (await import('./desk.ts')).mergeTicket(id, into, command.optsWithGlobals()),
    );
  changing(tickets.command('split'), 'make a ticket of its own of some messages')
    .requiredOption('--messages <numbers>', 'as tickets show prints them: 12,14', messageNumbers)
    .requiredOption('--subject <text>', 'of the new ticket')
    .action(async (id, _, command) => (await import('./desk.ts')).splitTicket(id, command.optsWithGlobals()));
}

/** What all of them take. */
function changing(command: Command, description: string): Command {
  return command
    .description(description)
    .argument('<id>', ID)
    .option('--reason <text>', 'why, for the note on the ticket')
    .option('--by <name>', 'who, for the note on the ticket (default: your user name)')
    .option('--no-mail', 'do not tell the client')
    .option('--json', 'print JSON');
}

function messageNumbers(text: string): number[] {
  const numbers = text.split(',').map((part) => Number(part.trim().replace(/^#/, '') || Number.NaN));
  if (numbers.some((number) => !Number.isSafeInteger(number) || number < 1))
    throw new InvalidArgumentError('must be numbers such as 12,14');
  return numbers;
}
