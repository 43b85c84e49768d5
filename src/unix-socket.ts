/**
 * Listening on a Unix socket: a file that a program leaves behind when it is killed, and that another one must not
 * take from a program that still listens.
 */
import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';

/** What the kernel takes as an address (`sun_path`), bytes, without the final zero; 103 on BSD and macOS. */
const MAX_PATH = process.platform === 'linux' ? 107 : 103;

export class SocketUnusable extends Error {
  /** `in-use`: another program listens there. `not-a-socket`: a file that is none stands there. */
  readonly why: 'in-use' | 'not-a-socket' | 'path-too-long';

  constructor(why: SocketUnusable['why'], message: string) {
    super(message);
    this.why = why;
  }
}

/** Resolves once it listens. `mode` are the rights of the socket file: who may write to it may connect. */
export async function listenOnSocket(server: Server, path: string, mode: number): Promise<void> {
  if (Buffer.byteLength(path) > MAX_PATH)
    throw new SocketUnusable('path-too-long', `${path} is too long for a socket (at most ${MAX_PATH} bytes)`);
  await removeStale(path);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  chmodSync(path, mode);
}

/** A socket on which nobody listens is what a killed process has left. */
async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new SocketUnusable('not-a-socket', `${path} is in the way: it is a file and no socket`);
  const answered = await new Promise<boolean>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', () => resolve(false));
  });
  if (answered) throw new SocketUnusable('in-use', `another program listens on ${path}`);
  unlinkSync(path);
}
