/** The reader of system calls finds every order that would lose mail in a power cut. */
import { expect, it } from 'vitest';
import { acceptedReferences, durabilityFaults, parseTrace } from './system-calls.ts';

const DATA = '/data';
const HASH = 'ab'.repeat(32);
const wal = (text: string) => `7 pwrite64(20</data/taquilla.db-wal>, "\\0\\0${text}\\17", 4096, 8192) = 4096`;
const syncWal = '7 fdatasync(20</data/taquilla.db-wal>) = 0';
const reply = '7 write(28<TCP:[127.0.0.1:25->127.0.0.1:5]>, "250 2.0.0 accepted REF1234567\\r\\n", 31) = 31';
const writeBlob = '8 write(30</data/blobs/tmp/u1>, "x"..., 3) = 3';
const syncBlob = '9 fsync(30</data/blobs/tmp/u1>) = 0';
const rename = `8 rename("/data/blobs/tmp/u1", "/data/blobs/ab/${HASH}") = 0`;
const syncFolder = '8 fsync(31</data/blobs/ab>) = 0';

const EARLY = 'REF1234567: accepted before its data was fsynced';
const UNSYNCED = `${HASH}: got its name before its bytes were fsynced`;
const UNNAMED = `${HASH}: its name was not fsynced before a row named it`;

it.each<[string, string[], string[]]>([
  ['written, fsynced, answered', [wal('REF1234567'), syncWal, reply], []],
  ['answered before the fsync', [wal('REF1234567'), reply, syncWal], [EARLY]],
  [
    'answered while the fsync runs',
    [
      wal('REF1234567'),
      '7 fsync(20</data/taquilla.db-wal> <unfinished ...>',
      reply.replace('7', '6'),
      '7 <... fsync resumed>) = 0',
    ],
    [EARLY],
  ],
  [
    'answered when the fsync came back in its thread',
    [
      wal('REF1234567'),
      '7 fsync(20</data/taquilla.db-wal> <unfinished ...>',
      '5 write(2</log>, "x", 1) = 1',
      '7 <... fsync resumed>) = 0',
      reply.replace('7', '6'),
    ],
    [],
  ],
  [
    'an fsync that failed',
    [wal('REF1234567'), '7 fsync(20</data/taquilla.db-wal>) = -1 EIO (Input/output error)', reply],
    [EARLY],
  ],
  ['an fsync of something else', [wal('REF1234567'), '7 fsync(19</data/taquilla.db>) = 0', reply], [EARLY]],
  ['the fsync of the mail before', [syncWal, wal('REF1234567'), reply], [EARLY]],
  ['answered and never written', [syncWal, reply], ['REF1234567: accepted and never written']],
  ['the next mail is being written already', [wal('REF1234567'), syncWal, wal('REF9999999'), reply], []],
  [
    'a reply in one writev',
    [
      wal('REF1234567'),
      reply.replace(
        'write(28<TCP:[127.0.0.1:25->127.0.0.1:5]>, "',
        'writev(28<TCP:[127.0.0.1:25->127.0.0.1:5]>, [{iov_base="',
      ),
    ],
    [EARLY],
  ],
  ['a file, all in order', [writeBlob, syncBlob, rename, syncFolder, wal(HASH)], []],
  ['a file that is not fsynced', [writeBlob, rename, syncFolder, wal(HASH)], [UNSYNCED]],
  ['a file that is written to after its fsync', [syncBlob, writeBlob, rename, syncFolder, wal(HASH)], [UNSYNCED]],
  ['a row before the folder is fsynced', [writeBlob, syncBlob, rename, wal(HASH), syncFolder], [UNNAMED]],
  ['a folder that is never fsynced', [writeBlob, syncBlob, rename, wal(HASH)], [UNNAMED]],
])('%s', (_, lines, faults) => {
  expect(durabilityFaults(parseTrace(lines.join('\n')), DATA)).toEqual(faults);
});

it('reads who was accepted', () => {
  expect(acceptedReferences(parseTrace([wal('x'), reply].join('\n')))).toEqual(['REF1234567']);
});
