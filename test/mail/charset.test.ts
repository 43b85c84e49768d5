import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { decodeBytes } from '../../src/mail/charset.ts';

const ES = 'Mañana, señor Núñez: 20 €';

describe('bytes of a mail', () => {
  it.each<[string, string, string | null, string, boolean]>([
    // text, really encoded as, declared as, decoded as, guessed
    [ES, 'utf-8', 'utf-8', 'utf-8', false],
    [ES, 'utf-8', 'UTF-8', 'utf-8', false],
    [ES, 'utf-8', '"utf-8"', 'utf-8', false],
    [ES, 'utf-8', 'utf8', 'utf-8', false],
    [ES, 'utf-8', null, 'utf-8', true],
    [ES, 'utf-8', '', 'utf-8', true],
    [ES, 'utf-8', 'us-ascii', 'utf-8', true],
    [ES, 'utf-8', 'iso-8859-1', 'utf-8', true],
    [ES, 'utf-8', 'x-nadie', 'utf-8', true],
    [ES, 'windows-1252', 'iso-8859-1', 'windows-1252', false],
    [ES, 'windows-1252', 'cp1252', 'windows-1252', false],
    [ES, 'windows-1252', null, 'windows-1252', true],
    [ES, 'windows-1252', 'utf-8', 'windows-1252', true],
    [ES, 'windows-1252', 'us-ascii', 'windows-1252', true],
    [ES, 'windows-1252', 'x-nadie', 'windows-1252', true],
    [ES, 'windows-1252', '__proto__', 'windows-1252', true],
    // Transfer encodings that somebody wrote where the charset belongs.
    [ES, 'windows-1252', 'base64', 'windows-1252', true],
    [ES, 'utf-8', 'hex', 'utf-8', true],
    [ES, 'utf-8', '8bit', 'utf-8', true],
    [ES, 'iso-8859-15', 'iso-8859-15', 'iso-8859-15', false],
    ['Сайт', 'koi8-r', 'koi8-r', 'koi8-r', false],
    ['网站', 'gb2312', 'gb2312', 'gb2312', false],
    ['サイト', 'shift_jis', 'shift_jis', 'shift_jis', false],
    [ES, 'utf-16', 'utf-16', 'utf-16', false],
    ['hola que tal', 'utf-16le', 'utf-16le', 'utf-16le', false],
    ['hola que tal', 'utf-8', 'utf-16', 'us-ascii', true],
    ['hola', 'utf-8', 'koi8-r', 'koi8-r', false],
    ['hola', 'utf-8', null, 'us-ascii', false],
    ['', 'utf-8', 'utf-16', 'us-ascii', false],
  ])('are read: %j in %s declared as %j', (text, encoding, declared, charset, guessed) => {
    expect(decodeBytes(iconv.encode(text, encoding), declared)).toEqual({ text, charset, guessed });
  });

  it('keep the accents of a long UTF-8 text in which one character is cut', () => {
    const cut = Buffer.concat([Buffer.from('señor Núñez, mañana, '), Buffer.of(0xc3), Buffer.from(' adiós')]);
    expect(decodeBytes(cut, 'utf-8').text).toBe('señor Núñez, mañana, \ufffd adiós');
  });

  it('are read from a view into a larger buffer', () => {
    const whole = Buffer.from('xxxñoñoxxx');
    expect(decodeBytes(new Uint8Array(whole.buffer, whole.byteOffset + 3, 6), 'utf-8').text).toBe('ñoño');
  });
});
