/**
 * A raw mail as its header block and the bytes after it, from a buffer or from a stream that is read only once and
 * only as far as wanted. The header block ends where `readHeaderLines` says.
 */
import { addAbortSignal, type Readable } from 'node:stream';
import { MAX_HEADER_BYTES, readHeaderLines } from '../mail/header-lines.ts';

/** The function gives a new stream of the whole mail; it is called once and the stream is always closed. */
export type RawMail = Buffer | (() => Readable);

/** The mail's bytes could not be read: our trouble, not the sender's. */
export class MailUnreadable extends Error {}

export interface OpenMail {
  /** With its blank line. */
  readonly header: Buffer;
  /** True when the header block goes on beyond what is read of it. */
  readonly headerTooLong: boolean;
  readonly body: () => AsyncGenerator<Uint8Array>;
  readonly close: () => void;
}

/** Rejects with `MailUnreadable`; reading stops when the signal aborts. */
export async function openMail(raw: RawMail, signal: AbortSignal): Promise<OpenMail> {
  if (Buffer.isBuffer(raw)) return opened(raw, noMore(), () => undefined);
  let close = (): void => undefined;
  try {
    const stream = addAbortSignal(signal, raw());
    close = () => {
      stream.destroy();
    };
    // Whoever reads the stream gets its error; this only keeps a late one from ending the process.
    stream.on('error', () => undefined);
    const chunks: AsyncIterator<unknown> = stream[Symbol.asyncIterator]();
    const head: Buffer[] = [];
    let length = 0;
    while (length <= MAX_HEADER_BYTES) {
      const next = await chunks.next();
      if (next.done === true) break;
      const chunk = asBuffer(next.value);
      head.push(chunk);
      length += chunk.length;
    }
    return opened(Buffer.concat(head), remaining(chunks), close);
  } catch (error) {
    close();
    throw new MailUnreadable('the raw mail could not be read', { cause: error });
  }
}

function opened(start: Buffer, rest: AsyncGenerator<Uint8Array>, close: () => void): OpenMail {
  const { bodyOffset, truncated } = readHeaderLines(start);
  async function* body(): AsyncGenerator<Uint8Array> {
    yield start.subarray(bodyOffset);
    yield* rest;
  }
  return { header: start.subarray(0, bodyOffset), headerTooLong: truncated, body, close };
}

async function* noMore(): AsyncGenerator<Uint8Array> {}

async function* remaining(chunks: AsyncIterator<unknown>): AsyncGenerator<Uint8Array> {
  try {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield asBuffer(next.value);
  } catch (error) {
    throw new MailUnreadable('the raw mail could not be read', { cause: error });
  }
}

function asBuffer(chunk: unknown): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new MailUnreadable('the raw mail is no stream of bytes');
}
