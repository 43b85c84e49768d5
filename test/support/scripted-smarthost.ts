/** A smarthost on a real socket that behaves as a test wants, well or badly, and keeps what it was given. */
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';

export type Behaviour =
  | 'works'
  | 'down'
  | 'refuses the connection'
  | 'hangs'
  | 'wrong log-in'
  | '421'
  | '45x'
  | '55x'
  | 'drops before the final dot'
  | 'drops after the final dot'
  | 'talks garbage'
  | 'wrong certificate';

export interface SmarthostMail {
  readonly from: string;
  readonly to: string;
  readonly bytes: string;
}

export interface ScriptedSmarthost {
  readonly port: number;
  /** Mails whose final dot has arrived, whatever was said to it. */
  readonly mails: readonly SmarthostMail[];
  readonly behave: (behaviour: Behaviour) => Promise<void>;
}

const REPLIES: Partial<Record<Behaviour, Readonly<Record<string, string>>>> = {
  'refuses the connection': { CONNECT: '554 5.7.1 Go away' },
  'wrong log-in': { AUTH: '535 5.7.8 Authentication credentials invalid' },
  '421': { RCPT: '421 4.3.2 Shutting down' },
  '45x': { RCPT: '451 4.7.1 Try again later' },
  '55x': { RCPT: '550 5.1.1 No such user' },
  'talks garbage': { RCPT: '\u0000\u00ff%% <html>' },
};

const tls = (name: string) => readFileSync(`fixtures/tls/${name}.pem`);

export async function scriptedSmarthost(first: Behaviour = 'works'): Promise<ScriptedSmarthost> {
  const mails: SmarthostMail[] = [];
  const sockets = new Set<Socket>();
  let behaviour = first;
  let server: Server | null = null;
  let port = 0;

  const serve = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    if (behaviour === 'hangs') return;
    talk(socket, () => behaviour, mails);
  };
  const listen = () =>
    new Promise<void>((resolve) => {
      server = createServer(serve).listen(port, '127.0.0.1', () => {
        const address = server?.address();
        if (address !== null && typeof address === 'object') port = address.port;
        resolve();
      });
    });
  const unplug = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => (server === null ? resolve() : server.close(() => resolve())));
    server = null;
  };

  await listen();
  if (first === 'down') await unplug();
  onTestFinished(unplug);
  return {
    get port() {
      return port;
    },
    mails,
    behave: async (next) => {
      behaviour = next;
      await unplug();
      if (next !== 'down') await listen();
    },
  };
}

function talk(plain: Socket, behaviour: () => Behaviour, mails: SmarthostMail[]): void {
  let socket = plain;
  let rest = '';
  let body: string | null = null;
  let envelope = { from: '', to: '' };
  const say = (verb: string, otherwise: string) =>
    socket.write(`${REPLIES[behaviour()]?.[verb] ?? otherwise}\r\n`, 'latin1');

  const command = (line: string) => {
    const verb = line.slice(0, 4).toUpperCase();
    const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
    switch (verb) {
      case 'EHLO':
        return socket.write(
          `250-smarthost\r\n${behaviour() === 'wrong certificate' && socket === plain ? '250-STARTTLS\r\n' : ''}250 AUTH PLAIN\r\n`,
        );
      case 'STAR':
        socket.write('220 Go\r\n');
        plain.removeAllListeners('data');
        socket = new TLSSocket(plain, { isServer: true, key: tls('key'), cert: tls('cert') });
        socket.on('error', () => undefined);
        socket.on('data', read);
        return;
      case 'AUTH':
        return say(verb, '235 2.7.0 Welcome');
      case 'MAIL':
        envelope = { from: address, to: '' };
        return say(verb, '250 2.1.0 Ok');
      case 'RCPT':
        envelope = { ...envelope, to: envelope.to === '' ? address : `${envelope.to}, ${address}` };
        return say(verb, '250 2.1.5 Ok');
      case 'DATA':
        body = '';
        return say(verb, '354 Go on');
      case 'QUIT':
        return socket.end('221 2.0.0 Bye\r\n');
      default:
        return say(verb, '250 2.0.0 Ok');
    }
  };

  const mailData = (): boolean => {
    if (behaviour() === 'drops before the final dot') {
      socket.destroy();
      return false;
    }
    const end = rest.indexOf('\r\n.\r\n');
    if (end < 0) return false;
    mails.push({ ...envelope, bytes: rest.slice(0, end + 2).replaceAll('\r\n..', '\r\n.') });
    rest = rest.slice(end + 5);
    body = null;
    if (behaviour() === 'drops after the final dot') socket.destroy();
    else say('DOT', '250 2.0.0 Ok: queued');
    return true;
  };

  const read = (chunk: Buffer) => {
    rest += chunk.toString('latin1');
    for (;;) {
      if (body !== null) {
        if (!mailData()) return;
        continue;
      }
      const end = rest.indexOf('\r\n');
      if (end < 0) return;
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      command(line);
    }
  };
  socket.on('data', read);
  say('CONNECT', '220 smarthost ESMTP');
}
