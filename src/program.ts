/**
 * The tree of commands, as data of commander: what the program runs, what completion and docs/reference/cli.md are made
 * from. Commands are loaded when they are called: `--help` should not wait for a database driver.
 */
import { readFileSync } from 'node:fs';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { addAccountCommands } from './commands/account-options.ts';
import { shipped } from './commands/command.ts';
import { completion, SHELLS } from './commands/completion.ts';
import { addDeskCommands } from './commands/desk-options.ts';
import { addKeepingCommands } from './commands/keeping-options.ts';
import { addMailCommands } from './commands/mail-options.ts';
import { addOutboxCommands } from './commands/outbox-options.ts';
import { addTemplateCommands } from './commands/templates-options.ts';
import { OUTBOX_STATES } from './store/store.ts';
import { LANGUAGES, TICKET_STATUSES } from './tickets/model.ts';

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number above 0');
  return value;
}

function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

/** Commander takes a variable for a yes as soon as it is set. */
function meansNo(variable = ''): boolean {
  return ['', '0', 'false', 'no'].includes(variable.trim().toLowerCase());
}

function version(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(shipped('package.json'), 'utf8'));
  return manifest.version;
}

export function buildProgram(): Command {
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
    .option('--builtin-templates', 'start with the built-in template for every one of yours that has a mistake')
    .addOption(
      new Option('--allow-root', 'run as root even where the port needs none (a container)').env('TAQUILLA_ALLOW_ROOT'),
    )
    .action(async (_, command) => {
      const byVariable = command.getOptionValueSource('allowRoot') === 'env';
      if (byVariable && meansNo(process.env.TAQUILLA_ALLOW_ROOT)) command.setOptionValue('allowRoot', false);
      await (await import('./commands/serve.ts')).serve(command.optsWithGlobals());
    });

  program
    .command('deliver')
    .description(
      'hand a mail on standard input to the running gateway, for pipes of mail servers (exit codes: sysexits.h)',
    )
    .option('--to <address>', 'recipient; may be given several times (default: $RECIPIENT)', collect)
    .option('--from <address>', 'envelope sender, empty for none (default: $SENDER, else Return-Path, else From)')
    .option('--ip <address>', 'who the mail server had it from (default: $CLIENT_ADDRESS)')
    .option('--helo <name>', 'and its name (default: $CLIENT_HELO)')
    .option('--socket <path>', 'socket of the gateway (default: deliver.sock in its data folder)')
    .action(async (_, command) => {
      const { deliver } = await import('./deliver/deliver.ts');
      const { deliverSurroundings } = await import('./deliver/process.ts');
      process.exit(await deliver(command.optsWithGlobals(), deliverSurroundings()));
    });

  program
    .command('reload')
    .description('have the running gateway read its configuration again; says whether it took it')
    .option('--json', 'print JSON')
    .action(async (_, command) =>
      (await import('./commands/reload-command.ts')).reloadGateway(command.optsWithGlobals()),
    );

  program
    .command('check-config')
    .description('read the configuration and name every problem in it')
    .option('--json', 'print JSON')
    .action(async (_, command) => (await import('./commands/check-config.ts')).checkConfig(command.optsWithGlobals()));

  program
    .command('init')
    .description('ask the few things that matter and write a config file')
    .option('--out <file>', 'where to', 'config.json')
    .option('--force', 'write over a file that is there')
    .option('--company <name>', 'as clients know it')
    .option('--domain <domain>', 'of the mailboxes soporte@ and facturacion@, where --mailbox does not name others')
    .option('--mailbox <address>', 'an address that becomes tickets; may be given several times', collect)
    .option('--hostname <name>', 'full name of this server')
    .option('--mx', 'this machine receives the mail of the domain from the internet itself')
    .option('--no-mx', 'another server passes mail on to this one')
    .addOption(new Option('--language <language>', 'of most clients').choices(LANGUAGES))
    .option('--staff <mailbox>', 'who answers, "Ana <ana@empresa.com>"; may be given several times', collect)
    .option('--smarthost <host:port>', 'server that sends your mail; without it receipts are written to files')
    .option('--smarthost-user <name>', 'for its log-in')
    .option('--smarthost-password-file <file>', 'file that holds the password')
    .action(async (options) => (await import('./commands/init.ts')).init(options));

  program
    .command('completion')
    .description('print a script that completes commands and options in your shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action((shell) => completion(shell, program));

  program
    .command('doctor')
    .description(
      'look at everything that this installation needs, and say what to do; exit code 1 where something is broken',
    )
    .option('--no-dns', 'ask nothing of DNS')
    .option('--test-mail <address>', 'send a mail from this registered address through the running gateway')
    .option('--json', 'print JSON')
    .action(async (_, command) => (await import('./commands/doctor.ts')).doctor(command.optsWithGlobals()));

  program
    .command('health')
    .description('does the running gateway take mail? For health checks of containers; exit code 1 where it does not')
    .action(async (_, command) => (await import('./commands/health.ts')).health(command.optsWithGlobals()));

  program
    .command('top')
    .description('show what goes on, on one screen, until Ctrl-C')
    .option('--every <seconds>', 'how often the screen is renewed', wholeNumber, 2)
    .option('--once', 'show it once')
    .option('--json', 'print it once as JSON')
    .action(async (_, command) => (await import('./commands/top.ts')).top(command.optsWithGlobals()));

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

  program
    .command('backup')
    .description('copy the data folder while the gateway runs; docs/en/backup.md says how to restore')
    .argument('<folder>', 'a new folder')
    .option('--link', 'link attachments and large mails instead of copying them, where the folder is on the same disk')
    .option('--json', 'print JSON')
    .action(async (folder, _, command) =>
      (await import('./commands/backup.ts')).backup(folder, command.optsWithGlobals()),
    );

  program
    .command('verify')
    .description('compare the database with its files, and both with themselves; changes nothing')
    .option('--data <folder>', 'a data folder or a backup (default: the data folder of the configuration)')
    .option('--json', 'print JSON')
    .action(async (_, command) => (await import('./commands/verify.ts')).verify(command.optsWithGlobals()));

  addAccountCommands(program, wholeNumber, collect);

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

  addKeepingCommands(program, tickets);

  addMailCommands(program, wholeNumber);

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

  addTemplateCommands(program.command('templates').description('how the mails that go out look'));
  addOutboxCommands(outbox);

  return program;
}
