/**
 * The way into `taquilla deliver` that loads nothing else: mail servers start one of these for each mail. The options are
 * those of the command in main.ts, which has the help.
 */
import { parseArgs } from 'node:util';
import { deliver } from './deliver/deliver.ts';
import { EX_USAGE } from './deliver/exit-codes.ts';
import { deliverSurroundings } from './deliver/process.ts';

function readOptions(args: string[]) {
  const text = { type: 'string' } as const;
  const options = {
    to: { type: 'string', multiple: true },
    from: text,
    ip: text,
    helo: text,
    socket: text,
    config: { type: 'string', short: 'c' },
  } as const;
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  }
}

const options = readOptions(process.argv.slice(3));
process.exit(options === null ? EX_USAGE : await deliver(options, deliverSurroundings()));
