/**
 * Is there room for more mail? Asked at MAIL FROM, before anything is read: a sender that is told 452 there comes
 * again, and the database keeps the room that it needs to stay whole. The disk is looked at once a second at most, and
 * the log hears of it when it changes, not with every mail.
 */
import { statfs } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';

export interface FreeSpace {
  /** True when less than the configured space is left. */
  isShort(): Promise<boolean>;
  /** A mail could not be kept for want of space. */
  noteFull(): void;
}

export interface FreeSpaceOptions {
  /** Any path on the disk in question. */
  readonly folder: string;
  /** Bytes. Looked at anew each time. */
  readonly minimum: number;
  /** Bytes that this user may still write; replaced in tests. */
  readonly free?: (folder: string) => Promise<number>;
}

const LOOK_EVERY_MS = 1000;
/** Bytes above the minimum after which a disk that was full to the last byte counts as having space again. */
const RELIEF = 4 * 1024 * 1024;

export function createFreeSpace(options: FreeSpaceOptions, clock: Clock, log: Log): FreeSpace {
  const { folder, free = freeBytes } = options;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;
  let short = false;
  /** The admin has been told of a lack of space, and not yet that it is over. */
  let told = false;
  /** A mail found no space, whatever the figures say. */
  let full = false;

  const tell = (fields: object) => {
    if (told) return;
    told = true;
    log.error({ folder, ...fields }, 'THE DISK IS FULL: senders are asked to come again until there is space');
  };

  async function look(): Promise<void> {
    const { minimum } = options;
    const bytes = await free(folder).catch((error: unknown) => {
      // Mail is not turned away because of a question that has no answer.
      if (!short) log.warn({ error }, 'the free space of the disk cannot be read');
      return Number.POSITIVE_INFINITY;
    });
    short = bytes < minimum;
    lookedAt = clock.now();
    if (short) tell({ free: bytes, minimum });
    else if (told && bytes >= minimum + (full ? RELIEF : 0)) {
      told = false;
      full = false;
      log.info({ folder, free: bytes }, 'the disk has space again: mail is taken');
    }
  }

  return {
    isShort: async () => {
      if (clock.now() - lookedAt >= LOOK_EVERY_MS) {
        looking ??= look().finally(() => {
          looking = null;
        });
        await looking;
      }
      return short;
    },
    noteFull: () => {
      full = true;
      tell({});
    },
  };
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
