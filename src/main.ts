/** argv → command. The only place that ends the process. */
import { setFlagsFromString } from 'node:v8';
import { CommandError } from './commands/command.ts';
import { buildProgram } from './program.ts';
import { DatabaseUnusable } from './store/database-unusable.ts';
import { KeysUnusable } from './store/signing-keys.ts';

async function run(argv: readonly string[]): Promise<number> {
  try {
    await buildProgram().parseAsync([...argv]);
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

// V8 decides early, by where an object is made, that its kind lives long, and makes it in the old generation from then on.
// Of parsers and streams that is wrong: what they point at survives with them, 14 KB a mail until the next full collection.
setFlagsFromString('--no-allocation-site-pretenuring');

// The size that bin/taquilla.js asks for is the first thread's. The others have theirs from where they are started.
setFlagsFromString('--max-semi-space-size=0');

// What this program writes is mail: nobody else on the machine reads it.
process.umask(0o077);

// A reader that closes the pipe early (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const failed = await run(process.argv);
// A command that has printed what it found may have set it already.
if (failed !== 0) process.exitCode = failed;
