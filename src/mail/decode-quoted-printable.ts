/**
 * The quoted-printable transfer encoding (RFC 2045 section 6.7), decoded as libqp does, which mailparser brings. Ours,
 * because libqp looks for blanks at the ends of lines in quadratic time: 64 KB of blanks stop it for six seconds.
 */
import { Transform, type TransformCallback } from 'node:stream';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const BLANK = 0x20;
const EQUALS = 0x3d;

/** Takes any bytes: what is no encoding stays as it is. */
export function decodeQuotedPrintable(bytes: Uint8Array): Buffer {
  const out = Buffer.from(bytes);
  return out.subarray(0, decodeOctets(out, joinLines(out, trimLines(out))));
}

/** Each step works in place on the first `length` bytes and returns how many are left. Blanks were added on the way. */
function trimLines(bytes: Uint8Array): number {
  let kept = 0;
  const trim = () => {
    while (kept > 0 && (bytes[kept - 1] === BLANK || bytes[kept - 1] === TAB)) kept -= 1;
  };
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === LF || byte === CR) trim();
    bytes[kept] = byte;
    kept += 1;
  }
  trim();
  return kept;
}

/** Soft line breaks go. */
function joinLines(bytes: Uint8Array, length: number): number {
  let kept = 0;
  for (let at = 0; at < length; at += 1) {
    if (bytes[at] === EQUALS) {
      if (at + 1 === length) break;
      if (bytes[at + 1] === LF) {
        at += 1;
        continue;
      }
      if (bytes[at + 1] === CR && at + 2 < length && bytes[at + 2] === LF) {
        at += 2;
        continue;
      }
    }
    bytes[kept] = bytes[at] ?? 0;
    kept += 1;
  }
  return kept;
}

/** `=C3` is one octet. */
function decodeOctets(bytes: Uint8Array, length: number): number {
  let kept = 0;
  for (let at = 0; at < length; at += 1) {
    let byte = bytes[at] ?? 0;
    if (byte === EQUALS && at + 2 < length) {
      const octet = hexDigit(bytes[at + 1] ?? 0) * 16 + hexDigit(bytes[at + 2] ?? 0);
      if (octet >= 0) {
        byte = octet;
        at += 2;
      }
    }
    bytes[kept] = byte;
    kept += 1;
  }
  return kept;
}

/** A number so far below zero that no other digit makes up for it, where it is none. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1000;
}

/** The same for bytes that stream by. Nothing comes out before the end, as with the decoder in whose place it stands. */
export class QuotedPrintableDecoder extends Transform {
  private readonly chunks: Buffer[] = [];

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.chunks.push(chunk);
    done();
  }

  override _flush(done: TransformCallback): void {
    done(null, decodeQuotedPrintable(Buffer.concat(this.chunks)));
  }
}
