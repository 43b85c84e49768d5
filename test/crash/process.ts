/** The gateway as the process that an admin runs: started, killed, and asked to stop from outside. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nodeFlags } from '../../scripts/node-flags.ts';

/** What is started: the program and its arguments before `serve`. */
export type Command = readonly [string, ...string[]];

export const TAQUILLA: Command = [
  process.execPath,
  ...nodeFlags(),
  fileURLToPath(new URL('../../bin/taquilla.js', import.meta.url)),
];

export interface GatewayProcess {
  /** Resolves with the port as soon as it says that it listens; `null` when the process ended before. */
  readonly listening: Promise<number | null>;
  readonly ended: Promise<void>;
  /** True once it has ended. */
  readonly over: () => boolean;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it has ended by itself. */
  stop(): Promise<void>;
  askToStop(): void;
}

/** Its log is appended to `logFile`. */
export function startProcess(command: Command, folder: string, logFile: string): GatewayProcess {
  const log = openSync(logFile, 'a', 0o600);
  const [program, ...before] = command;
  const child: ChildProcess = spawn(program, [...before, 'serve', '--config', 'config.json'], {
    cwd: folder,
    env: { ...process.env, TAQUILLA_CONFIG: '' },
    stdio: ['ignore', 'pipe', log],
  });
  closeSync(log);

  let over = false;
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      over = true;
      resolve();
    });
  });
  const listening = new Promise<number | null>((resolve) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      const match = /listens on 127\.0\.0\.1:(\d+)/.exec(output);
      if (match !== null) resolve(Number(match[1]));
    });
    void ended.then(() => resolve(null));
  });
  return {
    listening,
    ended,
    over: () => over,
    kill: () => {
      child.kill('SIGKILL');
      return ended;
    },
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
    askToStop: () => {
      child.kill('SIGTERM');
    },
  };
}
