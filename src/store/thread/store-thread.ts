/**
 * The thread that has the database to itself. While it waits for the disk, mails are read and parsed on the other side
 * of its port; what arrives meanwhile shares the next transaction.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { DatabaseUnusable } from '../database-unusable.ts';
import { openDatabase } from '../sqlite/open-database.ts';
import { sqliteStore } from '../sqlite/sqlite-store.ts';
import { answerCalls } from './answer-calls.ts';
import { threadedTextIndex } from './threaded-text-index.ts';
import { type Opened, toFailure } from './wire.ts';

const port = parentPort;
if (port === null) throw new Error('store-thread.ts is the program of a thread');
const tell = (message: Opened) => port.postMessage(message);
const { file }: { file: string } = workerData;

try {
  answerCalls(port, sqliteStore(openDatabase(file), threadedTextIndex(file)));
  tell({ opened: true });
} catch (error) {
  tell({
    opened: false,
    unusable: error instanceof DatabaseUnusable ? error.message : null,
    failure: toFailure(error),
  });
  port.close();
}
