/** The commands of `taquilla mail`, as commander sees them. */
import { type Command, Option } from 'commander';
import { VERDICTS } from '../tickets/decision.ts';
import { timeAgo } from './time-ago.ts';

export function addMailCommands(program: Command, wholeNumber: (text: string) => number): void {
  const mail = program.command('mail').description('every mail that came in, and why it went where it went');
  mail
    .command('list')
    .description('list mails, newest first')
    .addOption(new Option('--verdict <verdict>').choices(VERDICTS))
    .option('--would-refuse', 'only mails that shadow mode let in and the rules would have refused')
    .option('--limit <count>', 'how many at most', wholeNumber, 50)
    .option('--json', 'print JSON')
    .action(async (_, command) => (await import('./mail.ts')).listMails(command.optsWithGlobals()));
  mail
    .command('tail')
    .description('show mails as they come, until Ctrl-C')
    .option('--lines <count>', 'how many of the last ones first', (text) => (text === '0' ? 0 : wholeNumber(text)), 10)
    .option('--json', 'print one JSON object a line')
    .action(async (_, command) => (await import('./tail.ts')).tailMails(command.optsWithGlobals()));
  mail
    .command('show')
    .description('show what was decided about one mail, and every reason')
    .argument('<reference>', 'from the SMTP reply or the list')
    .option('--json', 'print JSON')
    .action(async (reference, _, command) =>
      (await import('./mail.ts')).showMail(reference, command.optsWithGlobals()),
    );
  mail
    .command('why')
    .description('say in plain words what became of one mail, why, and what can be done')
    .argument('<reference>', 'from the SMTP reply or the list')
    .option('--json', 'print JSON')
    .action(async (reference, _, command) => (await import('./why.ts')).tellWhy(reference, command.optsWithGlobals()));
  mail
    .command('raw')
    .description('print the mail as it came')
    .argument('<reference>')
    .action(async (reference, _, command) => (await import('./mail.ts')).rawMail(reference, command.optsWithGlobals()));

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
      (await import('./rejected.ts')).acceptMail(reference, command.optsWithGlobals()),
    );
  mail
    .command('replay')
    .description('run a stored mail through the rules of today; never makes a second ticket')
    .argument('[reference]')
    .option('--since <time>', 'judge all mails since then by the config and write nothing: 12h, 30d or a date', timeAgo)
    .option('--dns', 'with --since: ask DNS about the senders as it is today, not what was found out then')
    .option('--json', 'print JSON')
    .action(async (reference, options, command) => {
      if ((reference === undefined) === (options.since === undefined))
        command.error('error: give either a reference or --since');
      return options.since === undefined
        ? (await import('./rejected.ts')).replayStored(reference, command.optsWithGlobals())
        : (await import('./what-if.ts')).replaySince(command.optsWithGlobals());
    });
  mail
    .command('block')
    .description('let nothing of this sender in any more')
    .argument('<address>', 'an address, or *@domain')
    .action(async (address, _, command) =>
      (await import('./rejected.ts')).blockSender(address, command.optsWithGlobals()),
    );
  mail
    .command('unblock')
    .description('take a sender off the list of blocked ones')
    .argument('<address>')
    .action(async (address, _, command) =>
      (await import('./rejected.ts')).unblockSender(address, command.optsWithGlobals()),
    );
  mail
    .command('blocked')
    .description('list blocked senders')
    .option('--json', 'print JSON')
    .action(async (_, command) => (await import('./rejected.ts')).listBlocked(command.optsWithGlobals()));
}
