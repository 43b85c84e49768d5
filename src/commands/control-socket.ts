/**
 * How a command talks to the gateway that runs: a Unix socket in the data folder, one line of JSON in, one out. Who may
 * write into the data folder may use it. While it listens, no second gateway starts on the same data.
 */
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { listenOnSocket } from '../unix-socket.ts';

const MAX_LINE = 64 * 1024;
/** A reload waits for nothing that takes longer. */
const TIMEOUT_MS = 30_000;

const request = z.strictObject({ command: z.literal('reload') });
const answer = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), file: z.string() }),
  z.strictObject({
    ok: z.literal(false),
    file: z.string(),
    problems: z.array(z.strictObject({ path: z.string(), message: z.string() })),
  }),
]);

export type ControlAnswer = z.output<typeof answer>;

export interface ControlSocket {
  listen(): Promise<void>;
  close(): Promise<void>;
}

export function controlPath(dataFolder: string): string {
  return join(dataFolder, 'control.sock');
}

export function createControlSocket(path: string, reload: () => Promise<ControlAnswer>): ControlSocket {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    void readLine(socket).then(async (line) => {
      if (line === null || !request.safeParse(parsed(line)).success) socket.destroy();
      else socket.end(`${JSON.stringify(await reload())}\n`);
    });
  });
  return {
    listen: () => listenOnSocket(server, path, 0o600),
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        if (server.listening) server.close(() => resolve());
        else resolve();
      }),
  };
}

/** `null`: nobody listens there. Rejects where somebody does and gives no answer. */
export async function askForReload(dataFolder: string): Promise<ControlAnswer | null> {
  const socket = await new Promise<Socket | null>((resolve, reject) => {
    const opening = connect(controlPath(dataFolder), () => resolve(opening));
    opening.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(null);
      else reject(error);
    });
  });
  if (socket === null) return null;
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
  socket.write('{"command":"reload"}\n');
  const line = await readLine(socket);
  socket.destroy();
  if (line === null) throw new Error('the gateway gave no answer');
  return answer.parse(parsed(line));
}

/** The first line; `null` when the other side ends before it, or goes on for too long. */
function readLine(socket: Socket): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
      else if (text.length > MAX_LINE) resolve(null);
    });
    socket.on('error', () => resolve(null));
    socket.on('close', () => resolve(null));
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
