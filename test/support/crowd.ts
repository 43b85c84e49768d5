/** Many clients at once against one gateway: idle ones, ones that send a byte a second, and ordinary senders. */
import { connect, type Socket } from 'node:net';
import { submit } from './smtp-client.ts';

/** Stays below the gateway's own cap for one address. */
const PER_ADDRESS = 25;

/** Linux takes all of 127.0.0.0/8 for its own; other systems have only the first. */
function sourceAddress(index: number): string {
  if (process.platform !== 'linux') return '127.0.0.1';
  const host = Math.floor(index / PER_ADDRESS);
  return `127.${10 + Math.floor(host / 250)}.0.${1 + (host % 250)}`;
}

export interface Crowd {
  /** How many the gateway has sent away. */
  readonly lost: () => number;
  readonly leave: () => void;
}

export interface CrowdSize {
  readonly idle: number;
  /** Half of them are in the middle of a command, half in the middle of a mail. */
  readonly drip: number;
}

/** Resolves once all have been greeted. */
export async function gather(port: number, { idle, drip }: CrowdSize, recipient: string): Promise<Crowd> {
  const sockets: Socket[] = [];
  let lost = 0;
  const join = async (index: number) => {
    const socket = await greeted(port, sourceAddress(index));
    socket.on('close', () => {
      lost += 1;
    });
    sockets.push(socket);
    return socket;
  };
  const dripping: Socket[] = [];
  // A hundred at a time: the kernel's queue of connections that wait is not endless.
  for (let from = 0; from < idle + drip; from += 100) {
    const indexes = Array.from({ length: Math.min(100, idle + drip - from) }, (_, offset) => from + offset);
    await Promise.all(
      indexes.map(async (index) => {
        const socket = await join(index);
        if (index < idle) return;
        dripping.push(socket);
        if (index % 2 === 0) socket.write('NO');
        else socket.write(`EHLO x\r\nMAIL FROM:<x@y.example>\r\nRCPT TO:<${recipient}>\r\nDATA\r\n`);
      }),
    );
  }
  const beat = setInterval(() => {
    for (const socket of dripping) socket.write('x');
  }, 1000);
  return {
    lost: () => lost,
    leave: () => {
      clearInterval(beat);
      for (const socket of sockets) {
        socket.removeAllListeners('close');
        socket.destroy();
      }
    },
  };
}

function greeted(port: number, localAddress: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    socket.on('error', reject);
    socket.once('data', () => {
      socket.on('data', () => undefined);
      resolve(socket);
    });
  });
}

export interface Times {
  /** Milliseconds from connecting to the reply to the mail, in ascending order. */
  readonly sorted: readonly number[];
  readonly refused: number;
}

/** So many senders at once, each with a connection for each mail, one after the other. */
export async function sendAsUsual(
  port: number,
  senders: readonly string[],
  recipient: string,
  mailsOfEach: number,
): Promise<Times> {
  const times: number[] = [];
  let refused = 0;
  await Promise.all(
    senders.map(async (from) => {
      for (let mail = 0; mail < mailsOfEach; mail += 1) {
        const bytes = Buffer.from(
          `From: ${from}\r\nTo: ${recipient}\r\nSubject: Consulta ${mail}\r\nMessage-ID: <${mail}.${from}>\r\n\r\nHola:\r\n\r\n¿Podéis mirarlo?\r\n`,
        );
        const started = performance.now();
        const { code } = await submit(port, { from, to: [recipient], bytes });
        times.push(performance.now() - started);
        if (code !== 250) refused += 1;
      }
    }),
  );
  return { sorted: times.sort((one, other) => one - other), refused };
}

export function percentile({ sorted }: Times, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
