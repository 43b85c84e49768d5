/** Builds winmail.dat streams as Outlook lays them out ([MS-OXTNEF]), whole or broken. */

const ATTACH_REND_DATA = 0x00069002;
const ATTACH_TITLE = 0x00018010;
const ATTACH_DATA = 0x0006800f;
const ATTACH_PROPERTIES = 0x00069005;
const CODE_PAGE = 0x00069007;

export interface SampleFile {
  /** In the code page of the stream. */
  readonly title?: Buffer;
  readonly data?: Buffer;
  readonly properties?: readonly Buffer[];
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function attribute(level: 1 | 2, id: number, data: Buffer): Buffer {
  const sum = data.reduce((total, byte) => (total + byte) & 0xffff, 0);
  return Buffer.concat([Buffer.of(level), u32(id), u32(data.length), data, u16(sum)]);
}

/** A property of variable length with one value. */
export function property(id: number, type: number, value: Buffer): Buffer {
  return Buffer.concat([u16(type), u16(id), u32(1), u32(value.length), padded(value)]);
}

export function unicode(id: number, text: string): Buffer {
  return property(id, 0x001f, Buffer.from(`${text}\0`, 'utf16le'));
}

/** A named property (GUID and name), as the programs of third parties add them. */
export function named(name: string, value: number): Buffer {
  const words = Buffer.from(`${name}\0`, 'utf16le');
  return Buffer.concat([
    u16(0x0003),
    u16(0x8001),
    Buffer.alloc(16),
    u32(1),
    u32(words.length),
    padded(words),
    u32(value),
  ]);
}

function properties(list: readonly Buffer[]): Buffer {
  return Buffer.concat([u32(list.length), ...list]);
}

export function tnef(files: readonly SampleFile[], codePage?: number): Buffer {
  const parts = [u32(0x223e9f78), u16(1)];
  if (codePage !== undefined) parts.push(attribute(1, CODE_PAGE, Buffer.concat([u32(codePage), u32(0)])));
  for (const file of files) {
    parts.push(attribute(2, ATTACH_REND_DATA, Buffer.alloc(14)));
    if (file.title !== undefined) parts.push(attribute(2, ATTACH_TITLE, Buffer.concat([file.title, Buffer.of(0)])));
    if (file.data !== undefined) parts.push(attribute(2, ATTACH_DATA, file.data));
    if (file.properties !== undefined) parts.push(attribute(2, ATTACH_PROPERTIES, properties(file.properties)));
  }
  return Buffer.concat(parts);
}

/** A message within: its own stream behind the interface ID. */
export function attachedMessage(stream: Buffer): SampleFile {
  const messageInterface = Buffer.from('0703020000000000c000000000000046', 'hex');
  return { properties: [property(0x3701, 0x000d, Buffer.concat([messageInterface, stream]))] };
}
