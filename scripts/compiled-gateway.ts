/** The compiled program in a process of its own, for benches: takes mail from anybody into a folder that goes away. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFlags } from './node-flags.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface Compiled {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

export function compile(): void {
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: root, stdio: ['ignore', 'inherit', 'ignore'] });
}

/** The port is the one that the program says it listens on. */
export function startCompiled(config: Readonly<Record<string, unknown>>): Promise<Compiled> {
  const folder = mkdtempSync(join(tmpdir(), 'taquilla-bench-'));
  const file = join(folder, 'config.json');
  const whole = {
    company: 'Hosting de Prueba',
    hostname: 'mail.hosting.example',
    smtp: { port: 0 },
    authentication: 'off',
    departments: [
      {
        key: 'soporte',
        names: { es: 'Soporte', en: 'Support' },
        mailboxes: ['soporte@hosting.example'],
        accepts: 'anyone',
      },
    ],
    outbound: { transport: { type: 'file', folder: './outbox' } },
    log: { level: 'warn' },
    ...config,
  };
  writeFileSync(file, JSON.stringify(whole));
  const args = [...nodeFlags(), join(root, 'dist/main.js'), 'serve', '--config', file];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString();
      const port = /listens on [^ ]+:(\d+) /.exec(said)?.[1];
      if (port !== undefined) resolve({ pid: child.pid ?? 0, port: Number(port), stop });
    });
    child.once('exit', (code) => reject(new Error(`the program ended with ${code}`)));
  });
}
