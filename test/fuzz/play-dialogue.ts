/** Plays the steps of a dialogue against a server, and says what is wrong with its side of it. */
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Step } from './dialogue.ts';

/** How long a reply is waited for; a dialogue out of step has none to wait for. Longer at the end, where all must be in. */
const REPLY_MS = 80;
const SILENCE_MS = 400;
/** The server makes clients wait for its greeting, to find those that do not. */
const GREETING_MS = 3000;
const HANDSHAKE_MS = 2000;

export interface Played {
  /** All that the server said, decrypted. */
  readonly said: string;
  /** References of mails that were acknowledged. */
  readonly accepted: readonly string[];
  readonly wrong: readonly string[];
}

export async function play(port: number, steps: readonly Step[]): Promise<Played> {
  const raw = connectPlain({ port, host: '127.0.0.1', allowHalfOpen: true });
  let socket: Socket = raw;
  const lines = new Lines();
  lines.listen(socket);
  let cutByUs = false;
  for (const step of steps) {
    if (lines.closed) break;
    if ('write' in step) socket.write(Buffer.from(step.write, 'latin1'));
    else if ('pause' in step) await new Promise((resolve) => setTimeout(resolve, step.pause));
    else if ('wait' in step) await lines.next();
    else if (step.act === 'end') {
      socket.end();
      await lines.next();
    } else if (step.act === 'reset') {
      cutByUs = true;
      raw.resetAndDestroy();
    } else if (/(^|\n)220 [^\n]*TLS\r\n$/.test(lines.text)) socket = await encrypted(socket, lines);
  }
  if (!lines.closed && !cutByUs) socket.end();
  await lines.end();
  socket.destroy();
  raw.destroy();
  return judged(lines.text, cutByUs || lines.broken);
}

class Lines {
  text = '';
  closed = false;
  broken = false;
  private waiting: (() => void)[] = [];

  listen(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('latin1');
      this.wake();
    });
    socket.on('error', () => {
      this.broken = true;
    });
    const over = () => {
      this.closed = true;
      this.wake();
    };
    socket.on('close', over);
    // The server has said all; we need not wait until our side is closed too.
    socket.on('end', over);
  }

  async next(): Promise<void> {
    const before = this.text.length;
    if (this.closed) return;
    await this.something(before === 0 ? GREETING_MS : REPLY_MS);
    // The rest of a reply of several lines comes with it.
    if (this.text.length > before) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Until the server has closed, or has been silent for a while. */
  async end(): Promise<void> {
    for (let before = -1; !this.closed && this.text.length > before; ) {
      before = this.text.length;
      await this.something(SILENCE_MS);
    }
  }

  private something(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

/** The socket to go on with; a handshake that fails ends the dialogue. */
async function encrypted(plain: Socket, lines: Lines): Promise<Socket> {
  plain.removeAllListeners('data');
  const secure = connectTls({ socket: plain, rejectUnauthorized: false });
  lines.listen(secure);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, HANDSHAKE_MS);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    secure.once('secureConnect', done);
    secure.once('close', done);
  });
  return secure;
}

/** Code, and for a refusal an enhanced code of the same class, and words of one line. */
const GOOD =
  /^(?:(?:220|221|250|354)[ -][\x20-\x7e\x80-\xff]*|([45])\d\d[ -]\1\.\d{1,3}\.\d{1,3} [\x20-\x7e\x80-\xff]+)$/;

/** To whom talks on in the clear after STARTTLS the server answers with a TLS record: an alert. */
const ALERT = /(220 [^\r\n]*TLS\r\n)\x15\x03[\s\S]{5}$/;

function judged(whole: string, cut: boolean): Played {
  const wrong: string[] = [];
  const said = whole.replace(ALERT, '$1');
  const lines = said.split('\r\n');
  const last = lines.pop() ?? '';
  if (last !== '' && !cut) wrong.push(`half a line: ${JSON.stringify(last.slice(0, 200))}`);
  for (const line of lines) {
    if (!GOOD.test(line)) wrong.push(`no reply: ${JSON.stringify(line.slice(0, 200))}`);
    if (line.length > 512) wrong.push(`a line of ${line.length} bytes`);
  }
  const farewell = lines.findIndex((line) => /^(?:421|221)/.test(line));
  if (farewell >= 0 && farewell < lines.length - 1) wrong.push(`went on after ${lines[farewell]}`);
  const accepted = lines.flatMap((line) => /^250 2\.0\.0 accepted (\w+)$/.exec(line)?.slice(1) ?? []);
  return { said, accepted, wrong };
}
