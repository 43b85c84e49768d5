import { describe, expect, it } from 'vitest';
import { firstWords, withoutReplyPrefixes } from '../../src/mail/subject.ts';
import { fastest } from '../support/fastest.ts';

const BARE = 'Mi web no carga';

describe('a subject without what mail programs put in front', () => {
  it.each([
    ...['', 'Re: ', 'RE: ', 're:', 'Re : ', 'RV: ', 'Fwd: ', 'FW: ', 'AW: ', 'WG: ', 'Antw: ', 'SV: ', 'VS: ', 'TR: '],
    ...['Enc: ', 'RES: ', 'R: ', 'I: ', 'Rif: ', 'Odp: ', 'YNT: ', 'PD: ', 'Réponse : ', 'Respuesta: ', 'Reenviado: '],
    ...['Re[2]: ', 'Re (3): ', 'RE*4: ', 'Re: RV: Re: ', 'Re:Re:Re:', 'Re：', '回复：', '答复: ', '转发: ', 'Отв: '],
    ...['  Re:   Fwd:  ', 'Re:\tRe: ', 'Re:\u00a0', 'AW: WG: RE: '],
  ])('is the same behind %j', (prefix) => {
    expect(withoutReplyPrefixes(prefix + BARE)).toBe(BARE);
  });

  it.each([
    ['Aviso: la web', 'Aviso: la web'],
    ['Repuesto: rueda', 'Repuesto: rueda'],
    ['10:30 no carga', '10:30 no carga'],
    [':', ':'],
    ['Re', 'Re'],
    ['Re:', ''],
    ['Re: Re: ', ''],
    ['Regalo para todos', 'Regalo para todos'],
    ['Un prefijo largo que no lo es: x', 'Un prefijo largo que no lo es: x'],
  ])('keeps what is no prefix: %j', (subject, rest) => {
    expect(withoutReplyPrefixes(subject)).toBe(rest);
  });

  it('is found behind 40 prefixes, and 1 MB of them cost nothing', () => {
    expect(withoutReplyPrefixes('Re: '.repeat(40) + BARE)).toBe(BARE);
    const hostile = 'Re:'.repeat(330_000);
    expect(fastest(() => withoutReplyPrefixes(hostile))).toBeLessThan(200);
  });
});

describe('the first words of a text', () => {
  it.each([
    ['Hola,\n\n  no me   va', 70, 'Hola, no me va'],
    ['', 70, ''],
    [' \n\t ', 70, ''],
    ['una frase de varias palabras', 12, 'una frase…'],
    ['palabralarguísima', 8, 'palabral…'],
    ['justo diez', 10, 'justo diez'],
  ])('of %j within %i', (text, max, words) => {
    expect(firstWords(text, max)).toBe(words);
  });
});
