/** winmail.dat: what is inside comes out, and nothing that a stream claims about itself is believed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpackTnef } from '../../src/mail/tnef.ts';
import { corpus } from '../support/corpus.ts';
import { fastest } from '../support/fastest.ts';
import { attachedMessage, named, property, type SampleFile, tnef, unicode } from './tnef-sample.ts';

const LONG_NAME = 0x3707;
const MIME_TAG = 0x370e;
const CONTENT_ID = 0x3712;
const DATA = 0x3701;

const note: SampleFile = { title: Buffer.from('nota.txt'), data: Buffer.from('Hola') };

const unpacked = (bytes: Uint8Array) => {
  const { files, defects } = unpackTnef(bytes);
  return { files: files.map(({ filename, content }) => [filename, Buffer.from(content).toString()]), defects };
};

describe('a winmail.dat', () => {
  it('gives its files in order, by their long names', () => {
    const long = { ...note, properties: [named('Aplicación', 7), unicode(LONG_NAME, 'Una nota más larga.txt')] };
    expect(unpacked(tnef([note, long]))).toEqual({
      files: [
        ['nota.txt', 'Hola'],
        ['Una nota más larga.txt', 'Hola'],
      ],
      defects: [],
    });
  });

  it('reads names in the code page that it names', () => {
    expect(unpacked(tnef([{ ...note, title: Buffer.from([0xf1, 0x2e, 0x74]) }], 1252)).files).toEqual([
      ['ñ.t', 'Hola'],
    ]);
    expect(unpacked(tnef([{ ...note, title: Buffer.from([0xa4, 0x2e, 0x74]) }], 850)).files).toEqual([['ñ.t', 'Hola']]);
  });

  it('tells the content type and the Content-ID of a picture', () => {
    const properties = [
      property(MIME_TAG, 0x001e, Buffer.from('IMAGE/PNG\0')),
      unicode(CONTENT_ID, 'logo@empresa'),
      property(DATA, 0x0102, Buffer.from('png')),
    ];
    expect(unpackTnef(tnef([{ properties }])).files).toMatchObject([
      { filename: null, contentType: 'image/png', contentId: 'logo@empresa' },
    ]);
  });

  it('gives the files of a message within', () => {
    expect(unpacked(tnef([note, attachedMessage(tnef([{ ...note, title: Buffer.from('dentro.txt') }]))]))).toEqual({
      files: [
        ['nota.txt', 'Hola'],
        ['dentro.txt', 'Hola'],
      ],
      defects: [],
    });
  });

  it('without files gives none', () => {
    expect(unpacked(tnef([]))).toEqual({ files: [], defects: [] });
  });
});

describe('a broken winmail.dat', () => {
  const nested = (depth: number): Buffer => (depth === 0 ? tnef([note]) : tnef([attachedMessage(nested(depth - 1))]));
  const wrongSum = tnef([note]);
  wrongSum[wrongSum.length - 1] = 0xee;
  const hugeLength = Buffer.from(tnef([note]));
  hugeLength.writeUInt32LE(0xffffffff, 6 + 5);
  const manyProperties = tnef([{ ...note, properties: [Buffer.alloc(8)] }]);

  it.each<[string, Uint8Array, string, number]>([
    ['is none', Buffer.from('Hola'), 'tnef-not-tnef', 0],
    ['is empty', Buffer.alloc(0), 'tnef-not-tnef', 0],
    ['is cut', tnef([note, note]).subarray(0, -3), 'tnef-damaged', 1],
    ['claims a length that it does not have', hugeLength, 'tnef-damaged', 0],
    ['has a wrong checksum', wrongSum, 'tnef-damaged', 1],
    ['has rubbish behind it', Buffer.concat([tnef([note]), Buffer.from('rubbish behind it')]), 'tnef-damaged', 1],
    ['has properties of no known type', manyProperties, 'tnef-damaged', 1],
    ['has a file without content', tnef([{ title: Buffer.from('a') }]), 'tnef-file-without-content', 0],
    ['nests messages', nested(5), 'tnef-too-deep', 0],
    ['has too many files', tnef(Array.from({ length: 300 }, () => note)), 'tnef-too-many-files', 200],
    ['is too large', Buffer.alloc(17 * 1024 * 1024), 'tnef-too-large', 0],
  ])('that %s says so', (_, bytes, defect, files) => {
    const result = unpackTnef(bytes);
    expect(result.defects).toContain(defect);
    expect(result.files).toHaveLength(files);
  });

  it('with long names gives the start of them', () => {
    const [file] = unpackTnef(tnef([{ ...note, title: Buffer.alloc(100_000, 0x61) }])).files;
    expect(file?.filename).toHaveLength(1024);
  });

  it.each<[string, Buffer]>([
    [
      'empty attributes',
      Buffer.concat([tnef([]), Buffer.alloc(8_000_000, Buffer.from([2, 2, 0x90, 6, 0, 0, 0, 0, 0, 0, 0]))]),
    ],
    [
      'empty values',
      tnef([{ properties: [Buffer.concat([Buffer.from('1f10013001000000', 'hex'), Buffer.alloc(4_000_000)])] }]),
    ],
  ])('of many %s is read within a second', (_, bytes) => {
    expect(fastest(() => unpackTnef(bytes))).toBeLessThan(1000);
  });

  it('never throws, and gives no more than it holds', () => {
    const good = tnef([
      note,
      { ...note, properties: [named('x', 1), unicode(LONG_NAME, 'b')] },
      attachedMessage(tnef([note])),
    ]);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 }), (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, byte] of changes) bytes[at] = byte;
        const { files } = unpackTnef(bytes);
        expect(files.reduce((sum, { content }) => sum + content.length, 0)).toBeLessThanOrEqual(bytes.length);
      }),
      { seed: 20_260_302, numRuns: 500 },
    );
  });
});

describe.skipIf(corpus === null)('the winmail.dat files of MimeKit', () => {
  const folder = join(corpus ?? '', 'mimekit', 'tnef');
  /** Names in the list are of files that its reader writes; the body is not ours to unpack. */
  const listed = (name: string) =>
    readFileSync(join(folder, `${name}.list`), 'utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('body.'));
  const names = corpus === null ? [] : readdirSync(folder).flatMap((file) => file.match(/^(.+)\.tnef$/)?.[1] ?? []);
  /** Their list leaves these files out although they are inside. */
  const MORE_THAN_LISTED = new Set(['long-filename', 'missing-filenames']);

  it('are sixteen', () => {
    expect(names).toHaveLength(16);
  });

  it.each(names)('%s gives the files that are listed', (name) => {
    const { files } = unpackTnef(readFileSync(join(folder, `${name}.tnef`)));
    const found = files.map(({ filename }) => filename ?? '').sort();
    if (MORE_THAN_LISTED.has(name)) expect(found.length).toBeGreaterThan(0);
    else expect(found).toEqual(listed(name).sort());
  });
});
