/** The program as the process that an admin runs; ends with the test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const binary = fileURLToPath(new URL('../../bin/taquilla.js', import.meta.url));

export interface Running {
  readonly process: ChildProcess;
  readonly output: () => string;
  /** Resolves with the match as soon as the output holds it; rejects when the process ends before. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly ended: Promise<number | null>;
}

export function run(folder: string, args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [binary, ...args], {
    cwd: folder,
    env: { ...process.env, TAQUILLA_CONFIG: '', ...env },
  });
  let output = '';
  let waiting: (() => void)[] = [];
  const wake = () => {
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      wake();
    });
  }
  let over = false;
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      over = true;
      wake();
      resolve(code);
    });
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const says = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(output);
      if (match !== null) return match;
      if (over) throw new Error(`ended without saying ${pattern}: ${output}`);
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
      });
    }
  };
  return { process: child, output: () => output, says, ended };
}
