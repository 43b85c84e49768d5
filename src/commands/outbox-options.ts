/** The commands of `taquilla outbox` that change mails, as commander sees them. */
import { type Command, InvalidArgumentError } from 'commander';

export function addOutboxCommands(outbox: Command): void {
  changing(outbox.command('retry'), 'send mails once more that have failed or were cancelled; those that wait, now')
    .argument('[ids...]', 'numbers from the list', mailNumbers)
    .option('--all-failed', 'all that have failed')
    .action(async (ids, _, command) =>
      (await import('./outbox-changes.ts')).retryOutgoing(ids ?? [], command.optsWithGlobals()),
    );
  changing(outbox.command('cancel'), 'do not send mails that wait or have failed; one on its way cannot be stopped')
    .argument('<ids...>', 'numbers from the list', mailNumbers)
    .action(async (ids, _, command) =>
      (await import('./outbox-changes.ts')).cancelOutgoing(ids, command.optsWithGlobals()),
    );
}

function changing(command: Command, description: string): Command {
  return command
    .description(description)
    .option('--by <name>', 'who, for the note on the ticket (default: your user name)')
    .option('--json', 'print JSON');
}

function mailNumbers(text: string, previous: readonly number[] | undefined): number[] {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number above 0');
  return [...(previous ?? []), value];
}
