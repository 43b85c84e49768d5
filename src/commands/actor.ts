/** Who does something from the command line, as it stands in notes. */
import { userInfo } from 'node:os';
import { CommandError } from './command.ts';
import { safe } from './table.ts';

/** `--by`, else the user's name. */
export function actor(by: string | undefined): string {
  const name = noteText(by ?? userName());
  if (name === '') throw new CommandError('--by must not be empty', 2);
  return name;
}

/** What ends up in a note and on terminals. */
export function noteText(text: string): string {
  return safe(text).replace(/\s+/g, ' ').trim();
}

/** In a container the user may have a number only. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'the command line';
  }
}
