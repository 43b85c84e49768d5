/**
 * Gives back the memory of contents that have streamed by. V8 counts the few bytes of a Buffer's handle and not the 64 KB
 * behind it, so while large mails come it would let 40 MB of them lie, in memory that is new to the process each time. A
 * collection of the young generation costs a millisecond and takes them all, as long as none has outlived two of them.
 *
 * Needs `--expose-gc`, with which bin/taquilla.js starts the gateway; without it the process is larger and nothing else.
 */

/** So many together are worth a collection. */
const EVERY_BYTES = 4 * 1024 * 1024;

export class StreamedBytes {
  private readonly collect: () => void;
  private bytes = 0;

  constructor(collect: () => void) {
    this.collect = collect;
  }

  note(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes < EVERY_BYTES) return;
    this.bytes = 0;
    this.collect();
  }
}

/** Of this thread. */
export const streamedBytes = new StreamedBytes(() => {
  void globalThis.gc?.({ type: 'minor' });
});
