/**
 * Makes a screenshot a third of its size: the same picture with a palette of 256 colours, which is all that a mail's
 * text and boxes need. Reads what Chromium writes: 8 bits, RGB or RGBA, not interlaced (PNG, RFC 2083).
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS = 256;

export function withPalette(png: Buffer): Buffer {
  const { width, height, channels, rows } = read(png);
  const pixels = new Uint32Array(width * height);
  for (let at = 0; at < pixels.length; at += 1) {
    const from = at * channels;
    pixels[at] = ((rows[from] ?? 0) << 16) | ((rows[from + 1] ?? 0) << 8) | (rows[from + 2] ?? 0);
  }
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const byCount = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([colour]) => colour);
  const palette = byCount.slice(0, COLOURS);
  const places = new Map(byCount.map((colour, place) => [colour, place < COLOURS ? place : nearest(colour, palette)]));

  // Each row begins with its filter: none.
  const raw = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) raw[y * (width + 1) + 1 + x] = places.get(pixels[y * width + x] ?? 0) ?? 0;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(raw, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function nearest(colour: number, palette: readonly number[]): number {
  const distance = (other: number) =>
    [16, 8, 0].reduce((sum, shift) => sum + (((colour >> shift) & 255) - ((other >> shift) & 255)) ** 2, 0);
  let best = 0;
  for (let place = 1; place < palette.length; place += 1)
    if (distance(palette[place] ?? 0) < distance(palette[best] ?? 0)) best = place;
  return best;
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  /** Without filters, row after row. */
  readonly rows: Buffer;
}

function read(png: Buffer): Picture {
  const [width, height, kind] = [png.readUInt32BE(16), png.readUInt32BE(20), png[25]];
  if (!png.subarray(0, 8).equals(SIGNATURE) || png[24] !== 8 || (kind !== 2 && kind !== 6) || png[28] !== 0)
    throw new Error('not a PNG of 8 bits in RGB or RGBA');
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const channels = kind === 2 ? 3 : 4;
  return { width, height, channels, rows: unfiltered(inflateSync(Buffer.concat(parts)), width * channels, channels) };
}

function unfiltered(data: Buffer, length: number, step: number): Buffer {
  const rows = Buffer.alloc((data.length / (length + 1)) * length);
  for (let row = 0; row * length < rows.length; row += 1) {
    const filter = data[row * (length + 1)];
    for (let x = 0; x < length; x += 1) {
      const at = row * length + x;
      const left = x < step ? 0 : (rows[at - step] ?? 0);
      const up = row === 0 ? 0 : (rows[at - length] ?? 0);
      const corner = row === 0 || x < step ? 0 : (rows[at - length - step] ?? 0);
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0;
      rows[at] = (data[row * (length + 1) + 1 + x] ?? 0) + guess;
    }
  }
  return rows;
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [up - corner, left - corner, left + up - 2 * corner].map(Math.abs);
  if (a === undefined || b === undefined || c === undefined) return 0;
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}
