/** The thread that keeps the full-text index, so that no mail waits while texts are indexed. */
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { TextIndexFile } from '../sqlite/text-index-file.ts';
import type { IndexAnswer, IndexCall } from './threaded-text-index.ts';
import { toFailure } from './wire.ts';

const port = parentPort;
if (port === null) throw new Error('text-index-thread.ts is the program of a thread');
const { file }: { file: string } = workerData;
const index = new TextIndexFile(file);
const answer = (message: IndexAnswer) => port.postMessage(message);

giveWay();

port.on('message', (call: IndexCall) => {
  if (call === 'close') {
    index.close();
    port.close();
    return;
  }
  try {
    answer({ ok: true, caughtUp: index.catchUp() });
  } catch (error) {
    answer({ ok: false, failure: toFailure(error) });
  }
});

/** Where the processor is short mails come first. Linux knows a thread by a number of its own and ranks it by that. */
function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), constants.priority.PRIORITY_LOW);
  } catch {
    // Without /proc it is as important as the others.
  }
}
