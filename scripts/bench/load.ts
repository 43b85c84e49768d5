/**
 * The load of the bench, as a process of its own: keeps connections open and sends one mail after the other over each,
 * as a simple client does: no pipelining, every reply is read before the next command. What it measures is from the
 * first MAIL to the last reply, after all greetings; a connection takes no new mail once the time is up.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { MailMaker } from './mails.ts';
import type { KnownTicket, Scenario } from './scenarios.ts';

export interface LoadOrder {
  readonly port: number;
  readonly scenario: Scenario;
  readonly seconds: number;
}

export interface LoadResult {
  readonly mails: number;
  readonly bytes: number;
  readonly seconds: number;
  /** How often each code was the reply to the end of a mail. */
  readonly replies: Readonly<Record<string, number>>;
  /** Milliseconds from MAIL to the last reply: median, and what 95 of 100 stay below. */
  readonly median: number;
  readonly p95: number;
}

/** One SMTP connection; `reply` resolves with the next whole reply. */
class Dialogue {
  private readonly socket: Socket;
  private received = '';
  private waiting: { resolve: (reply: string) => void; reject: (error: Error) => void } | null = null;
  private failure: Error | null = null;

  constructor(port: number) {
    this.socket = createConnection({ port, host: '127.0.0.1', noDelay: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => {
      this.received += text;
      this.settle();
    });
    const end = (error?: Error) => {
      this.failure ??= error ?? new Error(`the server hung up after: ${this.received}`);
      this.waiting?.reject(this.failure);
    };
    this.socket.on('error', end);
    this.socket.on('close', () => end());
  }

  reply(): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) return reject(this.failure);
      this.waiting = { resolve, reject };
      this.settle();
    });
  }

  ask(command: string): Promise<string> {
    this.socket.write(command, 'latin1');
    return this.reply();
  }

  async send(parts: readonly Buffer[]): Promise<string> {
    this.socket.cork();
    for (const part of parts) this.socket.write(part);
    this.socket.write('.\r\n');
    this.socket.uncork();
    return this.reply();
  }

  end(): void {
    this.failure = new Error('ended');
    this.socket.destroy();
  }

  private settle(): void {
    const { waiting, received } = this;
    if (waiting === null || !received.endsWith('\n')) return;
    const last = received.lastIndexOf('\n', received.length - 2) + 1;
    if (received[last + 3] === '-') return;
    this.waiting = null;
    this.received = '';
    waiting.resolve(received.slice(last));
  }
}

async function greet(port: number): Promise<Dialogue> {
  const dialogue = new Dialogue(port);
  await dialogue.reply();
  await dialogue.ask('EHLO bench.example\r\n');
  return dialogue;
}

async function run(maker: MailMaker, { port, scenario, seconds }: LoadOrder): Promise<LoadResult> {
  maker.use(scenario);
  const dialogues: Dialogue[] = await Promise.all(Array.from({ length: scenario.connections }, () => greet(port)));
  const replies: Record<string, number> = {};
  const times: number[] = [];
  let bytes = 0;
  const started = performance.now();
  const until = started + seconds * 1000;
  await Promise.all(
    dialogues.map(async (dialogue) => {
      while (performance.now() < until) {
        const { from, to, parts } = maker.make();
        const begun = performance.now();
        for (const command of [`MAIL FROM:<${from}>\r\n`, `RCPT TO:<${to}>\r\n`, 'DATA\r\n']) {
          const reply = await dialogue.ask(command);
          if (reply.startsWith('4') || reply.startsWith('5')) throw new Error(`${command.trim()}: ${reply.trim()}`);
        }
        const code = (await dialogue.send(parts)).slice(0, 3);
        replies[code] = (replies[code] ?? 0) + 1;
        times.push(performance.now() - begun);
        for (const part of parts) bytes += part.length;
      }
    }),
  );
  const elapsed = (performance.now() - started) / 1000;
  for (const dialogue of dialogues) dialogue.end();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? 0;
  return { mails: times.length, bytes, seconds: elapsed, replies, median: at(0.5), p95: at(0.95) };
}

const [, , ticketsFile] = process.argv;
const tickets: readonly KnownTicket[] = ticketsFile === undefined ? [] : JSON.parse(readFileSync(ticketsFile, 'utf8'));
const maker = new MailMaker(tickets);
process.send?.('ready');
for (;;) {
  const [order] = await once(process, 'message');
  try {
    process.send?.({ result: await run(maker, order) });
  } catch (error) {
    process.send?.({ failure: String(error) });
  }
}
