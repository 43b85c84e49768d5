/**
 * `taquilla deliver`: a mail on standard input goes to the gateway that runs, and its answer becomes an exit code that
 * mail servers understand. What a sender is to know is printed, because it ends up in the mail server's bounce. Nothing
 * is kept here, and no fault of ours sends a mail back: then the mail server is asked to come again.
 */
import { isIP } from 'node:net';
import { EX_DATAERR, EX_TEMPFAIL, EX_USAGE, exitCodeOf, worstExitCode } from './exit-codes.ts';
import { findSocket } from './find-socket.ts';
import { DialogueBroken, LmtpDialogue, type LmtpReply } from './lmtp-dialogue.ts';
import { wireMail, withoutMboxLine } from './wire-mail.ts';

export interface DeliverOptions {
  readonly to?: readonly string[];
  /** Envelope sender; empty for the null sender. */
  readonly from?: string;
  /** Who the mail server had the mail from. */
  readonly ip?: string;
  readonly helo?: string;
  readonly config?: string;
  /** The gateway's socket, where it is not to be found by the config. */
  readonly socket?: string;
}

export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly stdin: AsyncIterable<Buffer>;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** Bytes of the mail that are looked at for its envelope sender. */
const MAX_START = 64 * 1024;

/** What mail servers put in the place of the client's address for a mail that none has brought (Exim, Postfix). */
const NO_CLIENT = new Set(['', 'unknown']);

/** Resolves with the exit code. */
export async function deliver(options: DeliverOptions, surroundings: Surroundings): Promise<number> {
  const { environment, stdin, print, complain } = surroundings;
  const recipients = (options.to ?? [environment.RECIPIENT ?? '']).map(bare).filter((one) => one !== '');
  if (recipients.length === 0) {
    complain('say who the mail is for: taquilla deliver --to ADDRESS');
    return EX_USAGE;
  }
  const unusable = recipients.find((address) => !isOneWord(address));
  if (unusable !== undefined) {
    complain(`--to ${JSON.stringify(unusable)}: is not a mail address`);
    return EX_USAGE;
  }
  const { ip } = options;
  if (ip !== undefined && clientAddress(ip) === null && !NO_CLIENT.has(ip.trim().toLowerCase())) {
    complain(`--ip ${JSON.stringify(ip)}: is not a network address`);
    return EX_USAGE;
  }
  const found =
    options.socket === undefined
      ? findSocket(options.config, environment)
      : ({ ok: true, path: options.socket } as const);
  if (!found.ok) {
    complain(`4.3.5 ${found.problem}`);
    return EX_TEMPFAIL;
  }

  const input = stdin[Symbol.asyncIterator]();
  const whole = await readStart(input);
  const { start, sender } = withoutMboxLine(whole);
  const from = await envelopeSender(options, environment, sender, start);
  if (from === null) {
    print('5.1.7 the envelope sender is not an address');
    return EX_DATAERR;
  }
  const client = {
    ip: clientAddress(ip ?? environment.CLIENT_ADDRESS ?? ''),
    helo: options.helo ?? environment.CLIENT_HELO ?? null,
  };
  let dialogue: LmtpDialogue;
  try {
    dialogue = await LmtpDialogue.open(found.path);
  } catch (error) {
    complain(`4.3.2 ${whyNot(error)}`);
    return EX_TEMPFAIL;
  }
  try {
    const replies = await dialogue.deliver({ from, recipients, client }, wireMail(rest(start, input)));
    tell(replies, print, complain);
    return worstExitCode(replies);
  } catch (error) {
    complain(
      `4.4.2 ${error instanceof DialogueBroken ? error.message : 'the mail could not be read'}; it has to come again`,
    );
    return EX_TEMPFAIL;
  } finally {
    dialogue.close();
  }
}

/** The reason first, with its enhanced code: Postfix takes both over into its bounce. */
function tell(replies: readonly LmtpReply[], print: (line: string) => void, complain: (line: string) => void): void {
  for (const reply of new Map(replies.map((one) => [one.text, one])).values()) {
    const code = exitCodeOf(reply);
    if (code === EX_TEMPFAIL) complain(reply.text);
    else if (code !== 0) print(reply.text);
  }
}

function whyNot(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return 'the gateway does not run';
    case 'EACCES':
    case 'EPERM':
      return 'this user may not connect to the gateway; run the command as the user of the gateway';
    default:
      return `the gateway cannot be reached (${code})`;
  }
}

/** What the call says, else what the mail server says in its environment, else what the mail itself shows. */
async function envelopeSender(
  { from }: DeliverOptions,
  { SENDER }: NodeJS.ProcessEnv,
  mboxSender: string | null,
  start: Buffer,
): Promise<string | null> {
  const head = start.toString('latin1');
  const returnPath = /^return-path:[ \t]*<([^<>\r\n]{0,320})>/im.exec(head.split(/\r?\n\r?\n/, 1)[0] ?? '')?.[1];
  const said = from ?? SENDER ?? returnPath ?? mboxSender;
  if (said === undefined || said === null) {
    const { readHeaderLines } = await import('../mail/header-lines.ts');
    const { readSender } = await import('../mail/sender.ts');
    const sender = readSender(readHeaderLines(start).lines);
    return sender.clear ? sender.address : '';
  }
  const address = bare(said);
  // How Postfix writes the null sender for programs, unless it is told otherwise.
  if (address.toUpperCase() === 'MAILER-DAEMON') return '';
  return address === '' || isOneWord(address) ? address : null;
}

/** `null` where it is none. Sendmail writes those of IPv6 as RFC 5321 section 4.1.3 does, with a prefix. */
function clientAddress(written: string): string | null {
  const address = written.trim().replace(/^IPv6:/i, '');
  return isIP(address) === 0 ? null : address;
}

function bare(address: string): string {
  const trimmed = address.trim();
  return trimmed.startsWith('<') && trimmed.endsWith('>') ? trimmed.slice(1, -1) : trimmed;
}

/** What else would be a command of its own, or the end of this one. */
function isOneWord(address: string): boolean {
  return address.length <= 320 && !/[\u0000-\u0020\u007f<>]/.test(address);
}

async function readStart(input: AsyncIterator<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  while (size < MAX_START) {
    const next = await input.next();
    if (next.done === true) break;
    chunks.push(next.value);
    size += next.value.length;
    if (Buffer.concat(chunks.slice(-2)).includes('\n\n') || next.value.includes('\r\n\r\n')) break;
  }
  return Buffer.concat(chunks);
}

async function* rest(start: Buffer, input: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (start.length > 0) yield start;
  for (let next = await input.next(); next.done !== true; next = await input.next()) yield next.value;
}
