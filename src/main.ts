/**
 * argv → command. The only place that ends the process. Commands are loaded when they are called: `--help` should not
 * wait for a database driver.
 */
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { CommandError, shipped } from './commands/command.ts';
import { addDeskCommands } from './commands/desk-options.ts';
import { DatabaseUnusable } from './store/database-unusable.ts';
import { KeysUnusable } from './store/signing-keys.ts';
import { OUTBOX_STATES } from './store/store.ts';
import { VERDICTS } from './tickets/decision.ts';
import { ACCOUNT_STATES, LANGUAGES, TICKET_STATUSES } from './tickets/model.ts';

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number above 0');
  return value;
}

function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

function version(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(shipped('package.json'), 'utf8'));
  return manifest.version;
}

function build(): Command {
  const program = new Command('taquilla')
    .description('Turns mail into tickets.')
    .version(version())
    .option(
      '-c, --config <file>',
      'configuration file (default: $TAQUILLA_CONFIG, else ./config.json, else the built-in example)',
    )
    .showSuggestionAfterError()
    .exitOverride();

  program
    .command('serve')
    .description('run the gateway until it is told to stop')
    .action(async (_, command) => (await import('./commands/serve.ts')).serve(command.optsWithGlobals()));

  program
    .command('check-config')
    .description('read the configuration and name every problem in it')
    .option('--json', 'print JSON')
    .action(async (_, command) => (await import('./commands/check-config.ts')).checkConfig(command.optsWithGlobals()));

  program
    .command('explain')
    .description('run mails through the rules without writing anything, and say why')
    .argument('<files...>', 'mails as files')
    .option('--to <address>', 'recipient; may be given several times (default: the first mailbox)', collect)
    .option('--from <address>', 'envelope sender (default: Return-Path, else From)')
    .option('--ip <address>', 'address of the sending server')
    .option('--dns', 'ask DNS for SPF, DKIM and DMARC, as the gateway would; needs --ip')
    .option('--json', 'print one JSON object a line, in the order of the files')
    .action(async (files, _, command) =>
      (await import('./commands/explain.ts')).explainFiles(files, command.optsWithGlobals()),
    );

  const accounts = program.command('accounts').description('who the clients are');
  accounts
    .command('add')
    .description('add an account, or add to it')
    .argument('<number>', 'account number, such as C-1001')
    .requiredOption('--name <name>', 'name of the client')
    .option(
      '--contact <address>',
      'registered address; may be given several times; *@domain is a whole domain',
      collect,
      [],
    )
    .option('--service <name>', 'domain or other service; may be given several times', collect, [])
    .addOption(new Option('--language <language>').choices(LANGUAGES))
    .addOption(new Option('--state <state>').choices(ACCOUNT_STATES))
    .option('--json', 'print JSON')
    .action(async (number, _, command) =>
      (await import('./commands/accounts.ts')).addAccount(number, command.optsWithGlobals()),
    );
  accounts
    .command('import')
    .description('import accounts from a CSV or JSON file; safe to repeat, works beside a running gateway')
    .argument('<file>')
    .addOption(
      new Option(
        '--mode <mode>',
        'merge adds and updates; replace also removes contacts and services that the file does not name and closes the accounts it does not name',
      )
        .choices(['merge', 'replace'])
        .default('merge'),
    )
    .option('--json', 'print JSON')
    .action(async (file, _, command) =>
      (await import('./commands/accounts.ts')).importAccounts(file, command.optsWithGlobals()),
    );
  accounts
    .command('list')
    .description('list accounts by number')
    .option('--limit <count>', 'how many at most', wholeNumber, 100)
    .option('--json', 'print JSON')
    .action(async (_, command) => (await import('./commands/accounts.ts')).listAccounts(command.optsWithGlobals()));
  accounts
    .command('show')
    .description('show one account with its contacts, services and tickets')
    .argument('<number>')
    .option('--json', 'print JSON')
    .action(async (number, _, command) =>
      (await import('./commands/accounts.ts')).showAccount(number, command.optsWithGlobals()),
    );

  const tickets = program.command('tickets').description('what came of the mails');
  tickets
    .command('list')
    .description('list the queue: open tickets by priority, first who has waited longest')
    .addOption(new Option('--status <status>', 'tickets of this status').choices(TICKET_STATUSES))
    .option('--all', 'tickets of every status')
    .option('--department <key>', 'only of this department')
    .option('--assignee <staff>', 'only of this member of staff, by address or name')
    .option('--limit <count>', 'how many at most', wholeNumber, 50)
    .option('--json', 'print JSON')
    .action(async (_, command) => (await import('./commands/tickets.ts')).listTickets(command.optsWithGlobals()));
  tickets
    .command('show')
    .description('show one ticket with its messages and mails')
    .argument('<id>', 'TQ-482913, or only its digits')
    .option('--json', 'print JSON')
    .option('--html', 'write a page for a browser to --out; it loads nothing from anywhere')
    .option('--out <file>', 'where to with --html: a file, or - for standard output')
    .option('--force', 'write over a file that is there')
    .action(async (id, options, command) =>
      options.html === true
        ? (await import('./commands/ticket-page.ts')).writeTicketPage(id, command.optsWithGlobals())
        : (await import('./commands/tickets.ts')).showTicket(id, command.optsWithGlobals()),
    );
  tickets
    .command('attachment')
    .description('write one attached file out')
    .argument('<id>', 'TQ-482913, or only its digits')
    .argument('<number>', 'number of the file, as tickets show prints it', wholeNumber)
    .requiredOption('--out <file>', 'where to: a file, a folder, or - for standard output')
    .option('--force', 'write over a file that is there')
    .action(async (id, number, _, command) =>
      (await import('./commands/attachment.ts')).writeAttachment(id, number, command.optsWithGlobals()),
    );

  addDeskCommands(tickets, wholeNumber);

  const mail = program.command('mail').description('every mail that came in, and why it went where it went');
  mail
    .command('list')
    .description('list mails, newest first')
    .addOption(new Option('--verdict <verdict>').choices(VERDICTS))
    .option('--would-refuse', 'only mails that shadow mode let in and the rules would have refused')
    .option('--limit <count>', 'how many at most', wholeNumber, 50)
    .option('--json', 'print JSON')
    .action(async (_, command) => (await import('./commands/mail.ts')).listMails(command.optsWithGlobals()));
  mail
    .command('show')
    .description('show what was decided about one mail, and every reason')
    .argument('<reference>', 'from the SMTP reply or the list')
    .option('--json', 'print JSON')
    .action(async (reference, _, command) =>
      (await import('./commands/mail.ts')).showMail(reference, command.optsWithGlobals()),
    );
  mail
    .command('raw')
    .description('print the mail as it came')
    .argument('<reference>')
    .action(async (reference, _, command) =>
      (await import('./commands/mail.ts')).rawMail(reference, command.optsWithGlobals()),
    );

  mail
    .command('accept')
    .description('let a refused or held mail in')
    .argument('<reference>')
    .option(
      '--register <account>',
      'register its sender on this account first, and run the mail through the rules again',
    )
    .option('--json', 'print JSON')
    .action(async (reference, _, command) =>
      (await import('./commands/rejected.ts')).acceptMail(reference, command.optsWithGlobals()),
    );
  mail
    .command('replay')
    .description('run a stored mail through the rules of today; never makes a second ticket')
    .argument('<reference>')
    .option('--json', 'print JSON')
    .action(async (reference, _, command) =>
      (await import('./commands/rejected.ts')).replayStored(reference, command.optsWithGlobals()),
    );
  mail
    .command('block')
    .description('let nothing of this sender in any more')
    .argument('<address>', 'an address, or *@domain')
    .action(async (address, _, command) =>
      (await import('./commands/rejected.ts')).blockSender(address, command.optsWithGlobals()),
    );
  mail
    .command('unblock')
    .description('take a sender off the list of blocked ones')
    .argument('<address>')
    .action(async (address, _, command) =>
      (await import('./commands/rejected.ts')).unblockSender(address, command.optsWithGlobals()),
    );
  mail
    .command('blocked')
    .description('list blocked senders')
    .option('--json', 'print JSON')
    .action(async (_, command) => (await import('./commands/rejected.ts')).listBlocked(command.optsWithGlobals()));

  const outbox = program.command('outbox').description('mails that wait, are sent, or failed');
  outbox
    .command('list')
    .description('list outgoing mails, newest first')
    .addOption(new Option('--state <state>').choices(OUTBOX_STATES))
    .option('--limit <count>', 'how many at most', wholeNumber, 50)
    .option('--json', 'print JSON')
    .action(async (_, command) => (await import('./commands/outbox.ts')).listOutbox(command.optsWithGlobals()));
  outbox
    .command('show')
    .description('show the state of one outgoing mail')
    .argument('<id>', 'number from the list', wholeNumber)
    .option('--json', 'print JSON')
    .action(async (id, _, command) =>
      (await import('./commands/outbox.ts')).showOutgoing(id, command.optsWithGlobals()),
    );
  outbox
    .command('cat')
    .description('print one outgoing mail as it goes out')
    .argument('<id>', 'number from the list', wholeNumber)
    .action(async (id, _, command) =>
      (await import('./commands/outbox.ts')).catOutgoing(id, command.optsWithGlobals()),
    );

  return program;
}

async function run(argv: readonly string[]): Promise<number> {
  try {
    await build().parseAsync([...argv]);
    return 0;
  } catch (error) {
    if (error instanceof CommandError) {
      process.stderr.write(`${error.message}\n`);
      return error.exitCode;
    }
    if (error instanceof DatabaseUnusable || error instanceof KeysUnusable) {
      process.stderr.write(`${error.message}\n`);
      return 1;
    }
    // commander has printed its message already; help and version are no failures.
    if (
      error instanceof Error &&
      'exitCode' in error &&
      'code' in error &&
      String(error.code).startsWith('commander.')
    ) {
      return error.exitCode === 0 ? 0 : 2;
    }
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
}

// What this program writes is mail: nobody else on the machine reads it.
process.umask(0o077);

// A reader that closes the pipe early (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv);
