/**
 * A plain SMTP client for tests and the demo: sends lines, collects replies, and keeps the dialogue as it went over
 * the wire. It knows no policy and repairs nothing, so that odd dialogues can be played too.
 */
import { connect, type Socket } from 'node:net';

export interface SmtpReply {
  readonly code: number;
  /** The last line without the code. */
  readonly text: string;
  readonly lines: readonly string[];
}

export interface Submission {
  readonly from: string;
  readonly to: readonly string[];
  readonly bytes: Uint8Array;
}

export class SmtpClient {
  /** `S: …` and `C: …`, the mail itself left out. */
  readonly dialogue: string[] = [];
  private readonly socket: Socket;
  private buffer = '';
  private ended = false;
  private waiting: (() => void)[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      this.buffer += chunk;
      this.wake();
    });
    const end = () => {
      this.ended = true;
      this.wake();
    };
    socket.on('close', end);
    socket.on('error', end);
  }

  /** Connects and reads the greeting. `localAddress` chooses the client's address (any 127.0.0.0/8 on Linux). */
  static async open(port: number, localAddress = '127.0.0.1', greet = true): Promise<SmtpClient> {
    return SmtpClient.on(connect({ port, host: '127.0.0.1', localAddress }), greet);
  }

  /** Connects to a Unix socket and reads the greeting. */
  static async onSocket(path: string): Promise<SmtpClient> {
    return SmtpClient.on(connect(path), true);
  }

  private static async on(socket: Socket, greet: boolean): Promise<SmtpClient> {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    const client = new SmtpClient(socket);
    if (greet) await client.reply();
    return client;
  }

  /** Sends one line and reads the reply to it. */
  async command(line: string): Promise<SmtpReply> {
    this.dialogue.push(`C: ${line}`);
    this.socket.write(`${line}\r\n`, 'utf8');
    return this.reply();
  }

  /** Writes bytes as they are; reads nothing. */
  write(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  /** Reads one reply of one or more lines; code 0 when the connection ends first. */
  async reply(): Promise<SmtpReply> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.line();
      if (line === null) return { code: 0, text: '', lines };
      this.dialogue.push(`S: ${line}`);
      lines.push(line);
      if (line.charAt(3) !== '-') return { code: Number(line.slice(0, 3)), text: line.slice(4), lines };
    }
  }

  /** One transaction on an open connection; ends at the first refusal of MAIL, or when no recipient is left. */
  async send({ from, to, bytes }: Submission): Promise<SmtpReply> {
    const mail = await this.command(`MAIL FROM:<${from}>`);
    if (mail.code !== 250) return mail;
    let accepted = 0;
    let last = mail;
    for (const recipient of to) {
      last = await this.command(`RCPT TO:<${recipient}>`);
      if (last.code === 250) accepted += 1;
    }
    if (accepted === 0) return last;
    const go = await this.command('DATA');
    if (go.code !== 354) return go;
    this.dialogue.push(`C: (the mail, ${bytes.length} bytes)`);
    this.write(dotStuffed(bytes));
    this.write('.\r\n');
    return this.reply();
  }

  /** One transaction by LMTP: a reply for each recipient, in their order. */
  async sendLmtp({ from, to, bytes }: Submission): Promise<SmtpReply[]> {
    const mail = await this.command(`MAIL FROM:<${from}>`);
    if (mail.code !== 250) return to.map(() => mail);
    const replies: SmtpReply[] = [];
    for (const recipient of to) replies.push(await this.command(`RCPT TO:<${recipient}>`));
    if (!replies.some(({ code }) => code === 250)) return replies;
    await this.command('DATA');
    this.write(dotStuffed(bytes));
    this.write('.\r\n');
    const finals: SmtpReply[] = [];
    for (const reply of replies) finals.push(reply.code === 250 ? await this.reply() : reply);
    return finals;
  }

  async quit(): Promise<void> {
    if (!this.ended) await this.command('QUIT');
    this.socket.destroy();
  }

  /** Hands the connection over, for a dialogue that goes on encrypted. */
  release(): Socket {
    this.socket.removeAllListeners('data');
    return this.socket;
  }

  /** Reads nothing any more, not even that the other side has closed. */
  pause(): void {
    this.socket.pause();
  }

  /** Ends the connection without a word. */
  drop(): void {
    this.socket.destroy();
  }

  private async line(): Promise<string | null> {
    for (;;) {
      const end = this.buffer.indexOf('\r\n');
      if (end >= 0) {
        const line = Buffer.from(this.buffer.slice(0, end), 'latin1').toString('utf8');
        this.buffer = this.buffer.slice(end + 2);
        return line;
      }
      if (this.ended) return null;
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
    }
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

/** RFC 5321 section 4.5.2; the result ends with a line break. */
function dotStuffed(bytes: Uint8Array): Buffer {
  const text = Buffer.from(bytes).toString('latin1');
  const stuffed = `${text.startsWith('.') ? '.' : ''}${text.replaceAll('\r\n.', '\r\n..')}`;
  return Buffer.from(stuffed.endsWith('\r\n') ? stuffed : `${stuffed}\r\n`, 'latin1');
}

/** Opens, greets, sends one mail, quits. */
export async function submit(port: number, submission: Submission, localAddress?: string): Promise<SmtpReply> {
  const client = await SmtpClient.open(port, localAddress);
  await client.command('EHLO client.example');
  const reply = await client.send(submission);
  await client.quit();
  return reply;
}
