/** What systemd hears, over a real notify socket. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { notifySystemd } from '../../src/commands/systemd.ts';
import { tempFolder } from '../support/temp-folder.ts';

const warnings: unknown[][] = [];
const log = { warn: (...said: unknown[]) => void warnings.push(said) };
const possible = [
  ['systemd-notify', '--version'],
  ['python3', '--version'],
].every(([command = '', ...args]) => spawnSync(command, args).status === 0);

// Node can't read Unix datagrams either. The second one is the barrier, which carries a file to be closed.
const LISTENER = `
import os, socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
print("bound", flush=True)
while True:
    text, files, _, _ = socket.recv_fds(listener, 4096, 4)
    for file in files: os.close(file)
    print(text.decode(), flush=True)
`;

async function notifySocket(): Promise<{
  readonly path: string;
  readonly heard: () => string[];
  until(text: string): Promise<void>;
}> {
  const path = join(tempFolder(), 'notify');
  const listener = spawn('python3', ['-c', LISTENER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void listener.kill('SIGKILL'));
  let said = '';
  let wake: () => void = () => undefined;
  listener.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    wake();
  });
  const heard = () => said.split('\n').filter((line) => line !== '');
  const until = async (text: string) => {
    while (!heard().includes(text)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  await until('bound');
  return { path, heard, until };
}

it.skipIf(!possible).each([
  ['ready', 'READY=1'],
  ['reloading', 'RELOADING=1'],
  ['stopping', 'STOPPING=1'],
] as const)('systemd is told %s', async (state, text) => {
  const socket = await notifySocket();
  await notifySystemd(state, { ...process.env, NOTIFY_SOCKET: socket.path }, log);
  await socket.until(text);
  expect(socket.heard()).toContain(text);
});

it('nobody is told where nobody has asked', async () => {
  // Without a PATH any command would fail, and be warned of.
  await notifySystemd('ready', { PATH: '' }, log);
  expect(warnings).toEqual([]);
});

it('a system without systemd-notify costs a warning, no mail', async () => {
  warnings.length = 0;
  await notifySystemd('ready', { PATH: '', NOTIFY_SOCKET: '/run/none' }, log);
  expect(warnings).toEqual([[expect.objectContaining({ state: 'ready' }), 'systemd could not be told; see the unit']]);
});
