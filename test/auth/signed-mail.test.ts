/** The header that the DKIM library may see: the fields that we read, and no other. */

import { assert, asyncProperty, constantFrom, array as listOf } from 'fast-check';
import { dkimVerify } from 'mailauth';
import { describe, expect, it } from 'vitest';
import './no-network.ts';
import { readSignedHeader } from '../../src/auth/signed-mail.ts';
import { readHeaderLines } from '../../src/mail/header-lines.ts';

const GOOD = 'v=1; a=rsa-sha256; d=empresa.com; s=s1; h=from:to; bh=x; b=y';
const header = (...lines: string[]) => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
const refusalOf = (tags: string) => readSignedHeader(header(`DKIM-Signature: ${tags}`, 'From: a@b.es'), 10).refused;

describe('signatures', () => {
  it('that may count stay', () => {
    const read = readSignedHeader(header(`DKIM-Signature: ${GOOD}`, 'From: a@b.es'), 10);
    expect(read.domains).toEqual(['empresa.com']);
    expect(read.refused).toEqual([]);
    expect(read.bytes.toString()).toBe(`DKIM-Signature: ${GOOD}\r\nFrom: a@b.es\r\n\r\n`);
  });

  it.each([
    [GOOD.replace('rsa-sha256', 'rsa-sha1'), 'unfit algorithm'],
    [GOOD.replace('a=rsa-sha256;', ''), 'unfit algorithm'],
    [GOOD.replace('h=from:to', 'h=to:subject'), 'From is not signed'],
    [GOOD.replace('h=from:to;', ''), 'From is not signed'],
    [GOOD.replace('d=empresa.com', 'd='), 'the signature names no domain'],
    [GOOD.replace('d=empresa.com', 'd=a b@c'), 'the signature names no domain'],
    [`${GOOD}; l=20`, 'l= leaves the end of the body unsigned'],
    [`${GOOD}; L = 20`, 'l= leaves the end of the body unsigned'],
    [`${GOOD}; z=${'x'.repeat(5_000)}`, 'the signature is too long'],
    ['', 'the signature names no domain'],
  ])('%s → %s', (tags, note) => {
    expect(refusalOf(tags)).toMatchObject([{ result: 'permerror', note }]);
  });

  it.each([
    GOOD.replace('h=from:to', 'h=To :\r\n\t FROM'),
    GOOD.replace('d=empresa.com', 'D = Empresa.COM'),
    GOOD.replace('rsa-sha256', 'Ed25519-SHA256'),
  ])('are read as senders write them: %j', (tags) => {
    expect(refusalOf(tags)).toEqual([]);
  });
});

describe('other fields', () => {
  it('that are no fields for us, ARC and Return-Path go, bytes and case of the rest stay', () => {
    const lines = [
      'Return-Path: <x@y>',
      'ARC-Seal: i=1',
      '\ta=b',
      'SubJect :  x',
      ' more',
      'From\u00a0: z@y',
      ' zz',
      'From: a@b',
    ];
    expect(readSignedHeader(header(...lines), 10).bytes.toString('latin1')).toBe(
      'SubJect :  x\r\n more\r\nFrom: a@b\r\n\r\n',
    );
  });

  it('an unfinished header is ended', () => {
    expect(readSignedHeader(Buffer.from('From: a@b'), 10).bytes.toString()).toBe('From: a@b\r\n\r\n');
  });

  it('mailauth sees exactly the fields that our reader sees, for any header', async () => {
    const piece = constantFrom(
      ...[
        'From:',
        'From :',
        'from\t:',
        'From\u00a0:',
        '\u00a0',
        '\u000b',
        '\u000c',
        '\u0085',
        ' ',
        '\t',
        '\r',
        '\n',
        '\r\n',
      ],
      ...[
        '\r\r\n',
        '\u0000',
        ':',
        'x',
        'To: a@b',
        ' a@b.es',
        'Subject: x',
        'ARC-Seal: i=1',
        'From a@b Mon',
        '\ufeff',
        '\n\n',
        '\u00ff',
      ],
    );
    await assert(
      asyncProperty(listOf(piece, { maxLength: 30 }), async (pieces) => {
        const bytes = Buffer.from(pieces.join(''), 'latin1');
        const ours = readHeaderLines(bytes);
        const { bytes: kept } = readSignedHeader(bytes.subarray(0, ours.bodyOffset), 10);
        const seen = (await dkimVerify(kept, { resolver: async () => [] })).headers?.parsed ?? [];
        const names = seen.map((field) => field.key ?? '').filter((name) => name !== '');
        const expected = ours.lines.map((line) => line.name).filter((name) => !/^arc-|^return-path$|^$/.test(name));
        expect(names).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});
