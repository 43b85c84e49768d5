/**
 * The files inside a winmail.dat: what Outlook and Exchange send to people who do not use them ([MS-OXTNEF], the MAPI
 * property list in section 2.1.3.4). Reads attached files and, within attached messages, theirs; the formatted body is
 * left alone, because the mail carries it as text too.
 *
 * Pure, one pass, every length checked against what is there before it is used. Names and contents are the sender's:
 * `displayName` cleans names, and nothing in here is a path.
 */
import { decodeBytes } from './charset.ts';

export interface TnefFile {
  readonly filename: string | null;
  readonly contentType: string;
  readonly contentId: string | null;
  /** A view into the input. */
  readonly content: Uint8Array;
}

export interface Unpacked {
  readonly files: readonly TnefFile[];
  /** What was wrong, each once: `tnef-…`. Where there is any, the files may be incomplete. */
  readonly defects: readonly string[];
}

/** Larger ones are kept packed: this is read in memory. Bytes. */
export const MAX_TNEF_BYTES = 16 * 1024 * 1024;

const MAX_FILES = 200;
/** Messages within messages. */
const MAX_DEPTH = 4;
const MAX_NAME_BYTES = 1024;
/** Attributes of one stream and properties of one list; real ones have a few dozen. */
const MAX_ATTRIBUTES = 5000;
const MAX_PROPERTIES = 2000;

const SIGNATURE = 0x223e9f78;
const LEVEL_ATTACHMENT = 2;

/** Attribute IDs without their type (section 2.1.3.1). */
const ATTACH_DATA = 0x800f;
const ATTACH_TITLE = 0x8010;
const ATTACH_REND_DATA = 0x9002;
const ATTACH_PROPERTIES = 0x9005;
const OEM_CODE_PAGE = 0x9007;

/** MAPI properties of an attachment ([MS-OXPROPS]). */
const DISPLAY_NAME = 0x3001;
const DATA = 0x3701;
const SHORT_NAME = 0x3704;
const LONG_NAME = 0x3707;
const MIME_TAG = 0x370e;
const CONTENT_ID = 0x3712;
const TYPE_OBJECT = 0x000d;
/** The object is a message: its TNEF stream follows this interface ID. */
const MESSAGE_INTERFACE = '0703020000000000c000000000000046';

interface Started {
  title: string | null;
  data: Uint8Array | null;
  /** A stream of its own: an attached message. */
  message: Uint8Array | null;
  longName: string | null;
  shortName: string | null;
  displayName: string | null;
  mimeTag: string | null;
  contentId: string | null;
}

interface Reading {
  readonly files: TnefFile[];
  readonly defects: Set<string>;
}

/** Never throws. No files and no defects: it holds none. */
export function unpackTnef(bytes: Uint8Array): Unpacked {
  const reading: Reading = { files: [], defects: new Set() };
  if (bytes.length > MAX_TNEF_BYTES) return { files: [], defects: ['tnef-too-large'] };
  readStream(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, reading);
  return { files: reading.files, defects: [...reading.defects] };
}

function readStream(bytes: Buffer, depth: number, reading: Reading): void {
  const { defects } = reading;
  if (depth > MAX_DEPTH) {
    defects.add('tnef-too-deep');
    return;
  }
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== SIGNATURE) {
    defects.add('tnef-not-tnef');
    return;
  }
  let codePage = 'windows-1252';
  let started: Started | null = null;
  let at = 6;
  for (let count = 0; at < bytes.length; count += 1) {
    // level 1, id 2, type 2, length 4, data, checksum 2
    if (count >= MAX_ATTRIBUTES || at + 11 > bytes.length) {
      defects.add('tnef-damaged');
      break;
    }
    const level = bytes[at];
    const id = bytes.readUInt16LE(at + 1);
    const length = bytes.readUInt32LE(at + 5);
    const end = at + 9 + length;
    if ((level !== 1 && level !== LEVEL_ATTACHMENT) || end + 2 > bytes.length) {
      defects.add('tnef-damaged');
      break;
    }
    const data = bytes.subarray(at + 9, end);
    if (checksum(data) !== bytes.readUInt16LE(end)) defects.add('tnef-damaged');
    at = end + 2;
    if (id === OEM_CODE_PAGE && length >= 4) codePage = codePageName(data.readUInt32LE(0));
    if (level !== LEVEL_ATTACHMENT) continue;
    if (id === ATTACH_REND_DATA || started === null) {
      finish(started, depth, reading);
      started = newFile();
    }
    if (id === ATTACH_TITLE) started.title = text(data, codePage);
    else if (id === ATTACH_DATA) started.data = data;
    else if (id === ATTACH_PROPERTIES && !readProperties(data, codePage, started)) defects.add('tnef-damaged');
  }
  finish(started, depth, reading);
}

function newFile(): Started {
  return {
    title: null,
    data: null,
    message: null,
    longName: null,
    shortName: null,
    displayName: null,
    mimeTag: null,
    contentId: null,
  };
}

function finish(file: Started | null, depth: number, reading: Reading): void {
  if (file === null) return;
  if (file.message !== null) {
    readStream(Buffer.from(file.message.buffer, file.message.byteOffset, file.message.byteLength), depth + 1, reading);
    return;
  }
  if (file.data === null) {
    // A link to a file on somebody's server, or one whose data are missing.
    reading.defects.add('tnef-file-without-content');
    return;
  }
  if (reading.files.length >= MAX_FILES) {
    reading.defects.add('tnef-too-many-files');
    return;
  }
  reading.files.push({
    filename: file.longName ?? file.title ?? file.shortName ?? file.displayName,
    contentType: file.mimeTag ?? 'application/octet-stream',
    contentId: file.contentId,
    content: file.data,
  });
}

function checksum(data: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < data.length; index += 1) sum = (sum + (data[index] ?? 0)) & 0xffff;
  return sum;
}

/** False when the list is broken; what was read before stays. */
function readProperties(bytes: Buffer, codePage: string, file: Started): boolean {
  if (bytes.length < 4) return false;
  const count = bytes.readUInt32LE(0);
  if (count > MAX_PROPERTIES) return false;
  let at = 4;
  for (let index = 0; index < count; index += 1) {
    if (at + 4 > bytes.length) return false;
    const type = bytes.readUInt16LE(at);
    const id = bytes.readUInt16LE(at + 2);
    at += 4;
    if (id >= 0x8000) {
      at = skipName(bytes, at);
      if (at < 0) return false;
    }
    const value = readValue(bytes, at, type);
    if (value === null) return false;
    at = value.end;
    if (value.first !== null) takeProperty(id, type, value.first, codePage, file);
  }
  return true;
}

/** Named properties carry a GUID and a number or a name; -1 where they run past the end. */
function skipName(bytes: Buffer, at: number): number {
  if (at + 24 > bytes.length) return -1;
  if (bytes.readUInt32LE(at + 16) === 0) return at + 24;
  const end = at + 24 + padded(bytes.readUInt32LE(at + 20));
  return end > bytes.length ? -1 : end;
}

/** Sizes of values of fixed length, as they stand in the stream (padded to four bytes). */
const FIXED: ReadonlyMap<number, number> = new Map([
  [0x0001, 4],
  [0x0002, 4],
  [0x0003, 4],
  [0x0004, 4],
  [0x0005, 8],
  [0x0006, 8],
  [0x0007, 8],
  [0x000a, 4],
  [0x000b, 4],
  [0x0014, 8],
  [0x0040, 8],
  [0x0048, 16],
]);
const VARIABLE = new Set([TYPE_OBJECT, 0x001e, 0x001f, 0x0102]);
const MULTIPLE = 0x1000;

/** The end of a property's value and, where its length varies, the bytes of its first one. */
function readValue(bytes: Buffer, at: number, type: number): { end: number; first: Buffer | null } | null {
  const single = type & ~MULTIPLE;
  const variable = VARIABLE.has(single);
  const size = FIXED.get(single);
  if (!variable && size === undefined) return null;
  let position = at;
  let count = 1;
  if (variable || (type & MULTIPLE) !== 0) {
    if (position + 4 > bytes.length) return null;
    count = bytes.readUInt32LE(position);
    position += 4;
  }
  if (!variable) {
    const end = position + count * (size ?? 0);
    return end > bytes.length ? null : { end, first: null };
  }
  let first: Buffer | null = null;
  for (let index = 0; index < count; index += 1) {
    if (position + 4 > bytes.length) return null;
    const length = bytes.readUInt32LE(position);
    position += 4;
    if (position + length > bytes.length) return null;
    first ??= bytes.subarray(position, position + length);
    // The padding of the very last value is missing in some streams.
    position = Math.min(position + padded(length), bytes.length);
  }
  return { end: position, first };
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function takeProperty(id: number, type: number, value: Buffer, codePage: string, file: Started): void {
  if (id === DATA) {
    const isMessage = type === TYPE_OBJECT && value.toString('hex', 0, 16) === MESSAGE_INTERFACE;
    if (isMessage) file.message = value.subarray(16);
    // Objects of other programs (OLE) begin with their interface ID too.
    else file.data ??= type === TYPE_OBJECT ? value.subarray(16) : value;
    return;
  }
  const isText = type === 0x001e || type === 0x001f;
  if (!isText) return;
  const words = text(value, type === 0x001f ? 'utf-16le' : codePage);
  if (id === LONG_NAME) file.longName = words;
  else if (id === SHORT_NAME) file.shortName = words;
  else if (id === DISPLAY_NAME) file.displayName = words;
  else if (id === CONTENT_ID) file.contentId = words?.replace(/^<|>$/g, '').trim() || null;
  else if (id === MIME_TAG && words !== null && /^[\w.+-]{1,80}\/[\w.+-]{1,80}$/.test(words))
    file.mimeTag = words.toLowerCase();
}

/** Up to the first NUL; `null` where nothing stands. */
function text(bytes: Buffer, charset: string): string | null {
  const decoded = decodeBytes(bytes.subarray(0, MAX_NAME_BYTES), charset).text;
  const end = decoded.indexOf('\u0000');
  const words = (end < 0 ? decoded : decoded.slice(0, end)).trim();
  return words === '' ? null : words;
}

function codePageName(number: number): string {
  if (number === 65001) return 'utf-8';
  return number >= 1250 && number <= 1258 ? `windows-${number}` : `cp${number}`;
}
