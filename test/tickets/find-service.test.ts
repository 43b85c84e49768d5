import { describe, expect, it } from 'vitest';
import {
  findService,
  namedDomains,
  namesWord,
  normalizeServiceName,
  type Service,
} from '../../src/tickets/find-service.ts';
import { fastest } from '../support/fastest.ts';

const SERVICES: readonly Service[] = [
  'empresa.com',
  'tienda.empresa.com',
  'xn--espaa-rta.example',
  'plan oro',
  'vps-3',
  'españa online',
].map((name, index) => ({ serviceId: index, accountId: 1, name }));

const found = (text: string) => findService(text, SERVICES)?.name ?? null;

describe('the service that a mail speaks of', () => {
  it.each([
    ['No me va empresa.com', 'empresa.com'],
    ['No me va EMPRESA.COM', 'empresa.com'],
    ['empresa.com', 'empresa.com'],
    ['La web (empresa.com) no va', 'empresa.com'],
    ['No va empresa.com.', 'empresa.com'],
    ['No va empresa.com, ni nada', 'empresa.com'],
    ['No va www.empresa.com', 'empresa.com'],
    ['http://empresa.com/wp-admin?x=1', 'empresa.com'],
    ['<https://www.empresa.com:8443/a>', 'empresa.com'],
    ['info@empresa.com no recibe', 'empresa.com'],
    ['<info@correo.empresa.com>', 'empresa.com'],
    ['tienda.empresa.com', 'tienda.empresa.com'],
    ['empresa.com y tienda.empresa.com', 'tienda.empresa.com'],
    ['españa.example', 'xn--espaa-rta.example'],
    ['ESPAÑA.example', 'xn--espaa-rta.example'],
    ['espan\u0303a.example', 'xn--espaa-rta.example'],
    ['xn--espaa-rta.example', 'xn--espaa-rta.example'],
    ['https://www.españa.example/a', 'xn--espaa-rta.example'],
    ['el plan oro va lento', 'plan oro'],
    ['Plan Oro', 'plan oro'],
    ['reinicia VPS-3 por favor', 'vps-3'],
    ['Espan\u0303a Online', 'españa online'],
    // Part of a longer word is another name.
    ['miempresa.com', null],
    ['empresa.com.mx', null],
    ['empresa.comunidad', null],
    ['mi-empresa.com', null],
    ['empresa com', null],
    ['emprésa.com', null],
    ['plan orozco', null],
    ['miplan oro', null],
    ['vps-34', null],
    ['svps-3', null],
    ['еmpresa.com con e cirílica', null],
    ['', null],
  ])('%j: %s', (text, name) => {
    expect(found(text)).toBe(name);
  });

  // Known: punctuation between U+00A1 and U+00BF counts as part of a name.
  it.each(['¿empresa.com no va?', '«empresa.com»', '¡empresa.com!'])(
    'stands behind Spanish punctuation: %j',
    (text) => {
      expect(found(text)).toBe('empresa.com');
    },
  );

  it('is none behind the first 64 K of text', () => {
    expect(found(`${'x '.repeat(40_000)}empresa.com`)).toBeNull();
  });

  it.each(['a', '.', 'a.', 'a.b ', '-', 'ñ', 'ñ.', 'vps-3x', 'plan or', '\u3002', '@', 'xn--a.'])(
    'is looked for in bounded time in 1 MB of %j',
    (unit) => {
      const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
      expect(fastest(() => findService(text, SERVICES))).toBeLessThan(1000);
    },
  );
});

describe('the domains that a text names', () => {
  it.each<[string, readonly string[]]>([
    ['www.tienda.empresa.com', ['www.tienda.empresa.com', 'tienda.empresa.com', 'empresa.com']],
    ['a@empresa.com', ['empresa.com']],
    ['empresa.com empresa.com', ['empresa.com']],
    ['...empresa.com...', ['empresa.com']],
    ['-empresa.com-', ['empresa.com']],
    ['sin dominio', []],
    ['a..b', []],
    ['"空.example"', ['xn--grz.example']],
  ])('%j: %j', (text, domains) => {
    expect(namedDomains(text)).toEqual(domains);
  });

  it('are at most 100', () => {
    expect(namedDomains(Array.from({ length: 500 }, (_, index) => `d${index}.example`).join(' '))).toHaveLength(100);
  });
});

describe('the name of a service', () => {
  it.each([
    ['Empresa.COM', 'empresa.com'],
    ['empresa.com.', 'empresa.com'],
    ['España.example', 'xn--espaa-rta.example'],
    ['  Plan   Oro ', 'plan oro'],
    ['Plan 2.0 Oro', 'plan 2.0 oro'],
    ['ESPAN\u0303A', 'españa'],
  ])('%j is stored as %j', (name, stored) => {
    expect(normalizeServiceName(name)).toBe(stored);
    expect(normalizeServiceName(stored)).toBe(stored);
  });

  it.each([
    ['a plan oro b', 'plan oro', true],
    ['plan oro', 'plan oro', true],
    ['xplan oro plan oro', 'plan oro', true],
    ['plan_oro', 'plan', false],
    ['plan1', 'plan', false],
    ['plan', '', false],
    ['c++ y más', 'c++', true],
  ])('in %j is %j: %s', (text, name, named) => {
    expect(namesWord(text, name)).toBe(named);
  });
});
