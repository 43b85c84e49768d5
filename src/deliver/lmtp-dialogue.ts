/** The client's side of LMTP (RFC 2033) on a Unix socket, as far as `taquilla deliver` needs it. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface LmtpReply {
  readonly code: number;
  /** What follows the code on the last line: enhanced code and text. */
  readonly text: string;
}

export interface LmtpMail {
  /** Envelope sender; `''` is the null sender. */
  readonly from: string;
  readonly recipients: readonly string[];
  /** Who the mail server had it from, where it says so. */
  readonly client: { readonly ip: string | null; readonly helo: string | null };
}

/** Longer than the gateway needs for its slowest DNS look-ups. */
const TIMEOUT_MS = 5 * 60 * 1000;
const MAX_BUFFERED = 64 * 1024;

/** The connection ended, or said something that is no LMTP. The mail has to come again. */
export class DialogueBroken extends Error {}

export class LmtpDialogue {
  private readonly socket: Socket;
  private buffer = '';
  private ended = false;
  private wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    socket.on('data', (chunk: string) => {
      this.buffer += chunk;
      if (this.buffer.length > MAX_BUFFERED) socket.destroy();
      this.wake();
    });
    const end = () => {
      this.ended = true;
      this.wake();
    };
    socket.on('error', end);
    socket.on('close', end);
    socket.on('end', end);
  }

  /** Rejects with the system's error when nobody listens there. */
  static async open(path: string): Promise<LmtpDialogue> {
    const socket = connect(path);
    await once(socket, 'connect');
    return new LmtpDialogue(socket);
  }

  /** Hands one mail over; answers one reply for each recipient, in their order. `bytes` are ready for the wire. */
  async deliver({ from, recipients, client }: LmtpMail, bytes: AsyncIterable<Buffer>): Promise<LmtpReply[]> {
    const greeting = await this.reply();
    if (greeting.code !== 220) return recipients.map(() => greeting);
    await this.command('LHLO localhost');
    const named = forwarded(client);
    if (named !== null) await this.command(named);
    const mail = await this.command(`MAIL FROM:<${from}>`);
    if (mail.code !== 250) return recipients.map(() => mail);
    const replies: LmtpReply[] = [];
    for (const recipient of recipients) replies.push(await this.command(`RCPT TO:<${recipient}>`));
    if (!replies.some(({ code }) => code === 250)) return replies;
    const go = await this.command('DATA');
    if (go.code !== 354) return replies.map((reply) => (reply.code === 250 ? go : reply));
    await this.write(bytes);
    const finals: LmtpReply[] = [];
    let last: LmtpReply | null = null;
    for (const reply of replies) {
      if (reply.code !== 250) {
        finals.push(reply);
        continue;
      }
      last = await this.replyToMail(last);
      finals.push(last);
    }
    this.socket.end('QUIT\r\n');
    return finals;
  }

  close(): void {
    this.socket.destroy();
  }

  /**
   * The next reply to the mail. A gateway that hangs up over a mail that is far too large has said so once, for all; with
   * any other reply (`before`, the last one to the mail) it has spoken for one recipient, and the rest has no answer.
   */
  private async replyToMail(before: LmtpReply | null): Promise<LmtpReply> {
    try {
      return await this.reply();
    } catch (error) {
      if (before === null || !isTooLarge(before)) throw error;
      return before;
    }
  }

  private async write(bytes: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of bytes) {
      if (this.ended || this.socket.destroyed) return;
      if (this.socket.write(chunk)) continue;
      await new Promise<void>((resolve) => {
        this.socket.once('drain', resolve);
        this.socket.once('close', resolve);
      });
    }
  }

  private command(line: string): Promise<LmtpReply> {
    this.socket.write(`${line}\r\n`);
    return this.reply();
  }

  private async reply(): Promise<LmtpReply> {
    for (;;) {
      const line = await this.line();
      if (!/^[2-5]\d\d(?:[ -]|$)/.test(line)) throw new DialogueBroken('the answer was no LMTP');
      if (line.charAt(3) !== '-') return { code: Number(line.slice(0, 3)), text: line.slice(4) };
    }
  }

  private async line(): Promise<string> {
    for (;;) {
      const end = this.buffer.indexOf('\n');
      if (end >= 0) {
        const line = this.buffer.slice(0, end).trimEnd();
        this.buffer = this.buffer.slice(end + 1);
        return line;
      }
      if (this.ended) throw new DialogueBroken('the connection ended');
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}

/** Of the mail itself (RFC 3463, X.3.4): what holds for one recipient holds for all. */
function isTooLarge({ code, text }: LmtpReply): boolean {
  return code === 552 && text.startsWith('5.3.4 ');
}

/** XFORWARD, as Postfix would say it; `null` where nothing is known. */
function forwarded({ ip, helo }: LmtpMail['client']): string | null {
  if (ip === null) return null;
  const name = helo === null ? '' : ` HELO=${xtext(helo)}`;
  return `XFORWARD ADDR=${ip.includes(':') ? `IPV6:${ip}` : ip}${name}`;
}

/** RFC 3461 section 4. */
function xtext(text: string): string {
  return text.replace(/[^!-*,-<>-~]/g, (character) =>
    [...Buffer.from(character)].map((byte) => `+${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
