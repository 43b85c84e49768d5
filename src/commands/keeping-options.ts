/** The commands that keep the database small and let go of what must go, as commander sees them. */
import { type Command, Option } from 'commander';

export function addKeepingCommands(program: Command, tickets: Command): void {
  program
    .command('purge')
    .description('show what retention would remove now, and remove it with --yes; the gateway does it every hour')
    .option('--dry-run', 'only show, also with --yes')
    .option('--yes', 'remove it')
    .option('--json', 'print JSON')
    .action(async (_, command) => (await import('./purge.ts')).purge(command.optsWithGlobals()));

  program
    .command('compact')
    .description('give free space of the database file back to the disk, while the gateway runs')
    .option(
      '--full',
      'write the whole file and the search index anew; mail that comes meanwhile is asked to come again',
    )
    .option('--json', 'print JSON')
    .action(async (_, command) => (await import('./compact.ts')).compact(command.optsWithGlobals()));

  const privacy = program.command('privacy').description("one person's data: a copy of it, or its erasure (GDPR)");
  privacy
    .command('export')
    .description('write all that is kept about one address into a new folder')
    .argument('<address>')
    .requiredOption('--out <folder>', 'a new folder')
    .option('--json', 'print JSON')
    .action(async (address, _, command) =>
      (await import('./privacy-export.ts')).exportPerson(address, command.optsWithGlobals()),
    );
  privacy
    .command('erase')
    .description('show what would be erased about one address, and erase it with --yes; tickets keep ID and status')
    .argument('<address>')
    .option('--yes', 'erase it; it cannot be brought back')
    .option('--by <name>', 'who, for the notes on the tickets (default: your user name)')
    .option('--keep-file', 'do not write the database file anew; run compact --full later')
    .option('--json', 'print JSON')
    .action(async (address, _, command) =>
      (await import('./privacy-erase.ts')).erasePerson(address, command.optsWithGlobals()),
    );

  tickets
    .command('export')
    .description('write tickets out: JSON with all that is known, or their mails as mbox')
    .argument('[id]', 'TQ-482913, or only its digits')
    .option('--all', 'every ticket')
    .addOption(new Option('--format <format>').choices(['json', 'mbox']).default('json'))
    .requiredOption('--out <file>', 'where to: a new file, or - for standard output')
    .option('--force', 'write over a file that is there')
    .action(async (id, options, command) => {
      if ((id === undefined) !== (options.all === true)) command.error('error: give either a ticket or --all');
      return (await import('./tickets-export.ts')).exportTickets(id ?? null, command.optsWithGlobals());
    });
}
