/**
 * A mail's bytes with every line ended by CRLF (DKIM hashes that form, RFC 6376 section 5.3), in pieces of bounded
 * size. mailauth would do it too, but with one asynchronous step and one buffer for each bare LF, and it reads a line
 * again from its start for each piece of it: both are ways to keep a server busy.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

const CHUNK = 64 * 1024;
/** A body line longer than this is not verified: no mail program writes one, SMTP allows 998 octets. */
const MAX_LINE = 512 * 1024;
const CRLF = Buffer.from('\r\n');
const CR = 0x0d;
const LF = 0x0a;

export class LineTooLong extends Error {}

/** Ends with an error when the signal aborts, and with `LineTooLong`. */
export async function* crlfChunks(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let previous = 0;
  let lineLength = 0;
  let sinceTurn = 0;
  for await (const piece of source) {
    const whole = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    for (let from = 0; from < whole.length; from += CHUNK) {
      signal.throwIfAborted();
      const chunk = whole.subarray(from, from + CHUNK);
      const first = chunk.indexOf(LF);
      if (lineLength + (first < 0 ? chunk.length : first) > MAX_LINE) throw new LineTooLong();
      lineLength = first < 0 ? lineLength + chunk.length : chunk.length - chunk.lastIndexOf(LF) - 1;
      yield withCrlf(chunk, previous);
      previous = chunk[chunk.length - 1] ?? previous;
      sinceTurn += chunk.length;
      if (sinceTurn < CHUNK) continue;
      // Hashing 30 MB in one go would hold up every other connection.
      sinceTurn = 0;
      await nextTurn();
    }
  }
}

function withCrlf(chunk: Buffer, previous: number): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) {
    if ((at === 0 ? previous : chunk[at - 1]) === CR) continue;
    parts.push(chunk.subarray(from, at), CRLF);
    from = at + 1;
  }
  if (parts.length === 0) return chunk;
  parts.push(chunk.subarray(from));
  return Buffer.concat(parts);
}
