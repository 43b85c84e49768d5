import { describe, expect, it } from 'vitest';
import { domainOf, localPartOf, normalizeAddress, normalizeDomain, readMailboxes } from '../../src/mail/address.ts';
import { isFreeMail } from '../../src/mail/free-mail.ts';

describe('a list of mailboxes', () => {
  it.each<[string, readonly string[], number, boolean]>([
    ['', [], 0, false],
    ['a@x.com', ['a@x.com'], 0, false],
    ['A <a@x.com>, "B, b" <b@x.com> (c), c@x.com', ['a@x.com', 'b@x.com', 'c@x.com'], 0, false],
    ['Equipo: a@x.com, b@x.com;, c@x.com', ['a@x.com', 'b@x.com', 'c@x.com'], 0, true],
    ['undisclosed-recipients:;', [], 0, true],
    [', ,a@x.com,,', ['a@x.com'], 0, false],
    ['nadie, a@x.com, <b@x.com', ['a@x.com'], 2, false],
  ])('is read from %j', (value, addresses, invalid, hasGroup) => {
    const list = readMailboxes(value);
    expect(list.mailboxes.map(({ address }) => address)).toEqual(addresses);
    expect(list.invalid).toHaveLength(invalid);
    expect(list.hasGroup).toBe(hasGroup);
  });

  it('is read up to 1,000 entries', () => {
    expect(readMailboxes('a@x.com,'.repeat(5000)).mailboxes).toHaveLength(1000);
  });
});

describe('the normal form of an address', () => {
  it.each([
    ['Ana+Web@Empresa.com', 'ana@empresa.com'],
    ['+web@empresa.com', '+web@empresa.com'],
    ['ana@empresa.com', 'ana@empresa.com'],
    ['"ana+web"@empresa.com', 'ana@empresa.com'],
    ['"a +b"@empresa.com', '"a +b"@empresa.com'],
  ])('loses its tag where tags do not count: %s', (text, normal) => {
    expect(normalizeAddress(text, { stripTag: true })).toBe(normal);
  });

  it.each(['ana@empresa.com', '"a b"@xn--espaa-rta.example', 'josé@empresa.com', '"a@b"@x.com'])(
    'is its own normal form: %s',
    (text) => {
      expect(normalizeAddress(text)).toBe(text);
      expect(`${localPartOf(text)}@${domainOf(text)}`).toBe(text);
    },
  );

  it.each(['empresa com', 'empresa.com/', 'a:b', '', '.', '..', 'a..b', '*.com', 'a@b', '[1.2.3.4]', 'a\u0000b.com'])(
    'has no domain in %j',
    (text) => {
      expect(normalizeDomain(text)).toBeNull();
    },
  );
});

describe('free mail', () => {
  it.each([
    ['gmail.com', true],
    ['hotmail.es', true],
    ['empresa.com', false],
    ['correo.gmail.com', false],
    ['', false],
  ])('%s: %s', (domain, free) => {
    expect(isFreeMail(domain)).toBe(free);
  });
});
