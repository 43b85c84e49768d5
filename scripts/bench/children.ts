/** Starting and ending the processes of the bench. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createConnection, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A port that was free a moment ago; not one of those that the system hands out itself, to others too. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

/** Resolves once something greets on the port; the milliseconds since `since`. */
export async function greeted(port: number, since: number, alive: () => boolean): Promise<number> {
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ port, host: '127.0.0.1' });
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return performance.now() - since;
    if (!alive() || performance.now() - since > 60_000) throw new Error(`nothing listens on port ${port}`);
    await sleep(5);
  }
}

export interface Child {
  readonly pid: number;
  readonly process: ChildProcess;
  /** Milliseconds from its start to its first open connection. */
  readonly startMs: number;
  stop(): Promise<void>;
}

/** A Node program that listens on `port`. What it writes to standard error is shown when it ends by itself. */
export async function startNode(args: readonly string[], port: number): Promise<Child> {
  const since = performance.now();
  const child = spawn(process.execPath, [...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let tail = '';
  child.stderr.on('data', (text: Buffer) => {
    tail = (tail + text.toString()).slice(-4000);
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const startMs = await greeted(port, since, () => child.exitCode === null).catch((error: Error) => {
    child.kill('SIGKILL');
    throw new Error(`${args.join(' ')}: ${error.message}\n${tail}`);
  });
  return {
    pid: child.pid ?? 0,
    process: child,
    startMs,
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await ended;
      clearTimeout(timer);
    },
  };
}
