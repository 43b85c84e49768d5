/** SPF and DKIM against a declared zone and real signatures: what an honest or a forged mail comes out as. */
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { authenticate } from '../../src/auth/authenticate.ts';
import { check, plain, REJECT, SPF, small } from './check-mail.ts';
import { attempts } from './no-network.ts';
import { ed25519Key, mailFrom, rsaKey, signed } from './signing.ts';
import { NEVER, SERVFAIL, TIMEOUT, zoneLookup } from './zone.ts';

const rsa = rsaKey();
const ed25519 = ed25519Key();
const KEY = { 's1._domainkey.empresa.com TXT': rsa.record };

afterAll(() => expect(attempts).toEqual([]));

describe('SPF', () => {
  it('verifies the From domain that sends from its own address', async () => {
    const verdict = await check({ zone: { ...SPF, ...REJECT }, ip: '192.0.2.7' });
    expect(verdict).toMatchObject({
      spf: 'pass',
      spfDomain: 'empresa.com',
      dkim: 'none',
      dmarc: 'pass',
      policy: 'reject',
      aligned: true,
      outcome: 'verified',
    });
  });

  it('does not verify with the pass of another envelope domain', async () => {
    const verdict = await check({
      zone: { ...REJECT, 'evil.com TXT': 'v=spf1 +all' },
      mailFrom: 'x@evil.com',
    });
    expect(verdict).toMatchObject({ spf: 'pass', spfDomain: 'evil.com', dmarc: 'fail', outcome: 'unverified' });
    expect(verdict.because).toContain('spf pass for evil.com (not aligned)');
  });

  it('of a sub-domain verifies relaxed, and with aspf=s not', async () => {
    const zone = { 'rebotes.empresa.com TXT': 'v=spf1 ip4:203.0.113.99 -all' };
    const from = { mailFrom: 'b@rebotes.empresa.com' };
    expect((await check({ zone: { ...zone, ...REJECT }, ...from })).outcome).toBe('verified');
    const strict = { '_dmarc.empresa.com TXT': 'v=DMARC1; p=reject; aspf=s' };
    expect(await check({ zone: { ...zone, ...strict }, ...from })).toMatchObject({ spf: 'pass', aligned: false });
  });

  it('takes HELO for the null sender', async () => {
    const zone = { 'mta.empresa.com TXT': 'v=spf1 ip4:203.0.113.99 -all' };
    const verdict = await check({ zone, mailFrom: '', helo: 'mta.empresa.com' });
    expect(verdict).toMatchObject({ spf: 'pass', spfDomain: 'mta.empresa.com', outcome: 'verified' });
  });

  it('does not take HELO for a sender with an address', async () => {
    const zone = { 'empresa.com TXT': 'v=spf1 ip4:203.0.113.99 -all' };
    const verdict = await check({ zone, mailFrom: 'x@evil.com', helo: 'empresa.com' });
    expect(verdict).toMatchObject({ spf: 'none', spfDomain: 'evil.com', outcome: 'unverified' });
  });

  it.each(['[203.0.113.99]', 'localhost', '', '203.0.113.99', '@'])('has nothing to ask for HELO %j', async (helo) => {
    expect(await check({ zone: {}, mailFrom: '', helo })).toMatchObject({ spf: 'none', outcome: 'unverified' });
  });

  it.each([
    ['an IPv6 client', '2001:db8::25'],
    ['an IPv4-mapped client', '::ffff:192.0.2.7'],
    ['an IPv4-mapped client in hex', '::ffff:c000:207'],
  ])('knows %s', async (_case, ip) => {
    expect((await check({ zone: SPF, ip })).spf).toBe('pass');
  });

  it('fails an address that is not in the record', async () => {
    expect((await check({ zone: SPF, ip: '2001:db9::1' })).spf).toBe('fail');
    expect((await check({ zone: SPF, ip: 'not an address' })).spf).toBe('none');
  });

  it('follows a, mx, include and exists for both families', async () => {
    const zone = {
      'empresa.com TXT': 'v=spf1 mx include:host.es -all',
      'empresa.com MX': [{ exchange: 'mx.empresa.com', priority: 10 }],
      'mx.empresa.com A': ['192.0.2.1'],
      'mx.empresa.com AAAA': ['2001:db8::1'],
      'host.es TXT': 'v=spf1 exists:%{ir}.ok.host.es -all',
      '4.3.2.10.ok.host.es A': ['127.0.0.2'],
    };
    expect((await check({ zone, ip: '192.0.2.1' })).spf).toBe('pass');
    expect((await check({ zone, ip: '2001:db8::1' })).spf).toBe('pass');
    expect((await check({ zone, ip: '10.2.3.4' })).spf).toBe('pass');
    expect((await check({ zone, ip: '10.2.3.5' })).spf).toBe('fail');
  });

  it('asks for the other address family only where it could matter', async () => {
    const zone = {
      'empresa.com TXT': 'v=spf1 a mx -all',
      'empresa.com MX': [{ exchange: 'mx.empresa.com', priority: 1 }],
    };
    const input = {
      raw: Buffer.from(plain),
      helo: 'h.es',
      mailFrom: 'a@empresa.com',
      fromDomain: null,
      hostname: 'mx.es',
    };
    const dns = zoneLookup(zone);
    await authenticate({ ...input, ip: '192.0.2.1' }, dns.lookup, small);
    expect(dns.asked).toEqual(['empresa.com TXT', 'empresa.com A', 'empresa.com MX', 'mx.empresa.com A']);
  });

  it('is permerror, so unverified, with more than 10 look-ups', async () => {
    const zone: Record<string, string> = { 'empresa.com TXT': 'v=spf1 include:i0.es +all' };
    for (let index = 0; index < 12; index += 1) zone[`i${index}.es TXT`] = `v=spf1 include:i${index + 1}.es -all`;
    expect(await check({ zone })).toMatchObject({ spf: 'permerror', outcome: 'unverified' });
  });

  it.each([SERVFAIL, TIMEOUT, NEVER])('is temporary when an include does not answer: %o', async (failure) => {
    const zone = { 'empresa.com TXT': 'v=spf1 include:host.es +all', 'host.es TXT': failure };
    expect(await check({ zone })).toMatchObject({ spf: 'temperror', outcome: 'temporary-failure' });
  });
});

describe('DKIM', () => {
  it.each([
    ['rsa, relaxed/relaxed', rsa, 'relaxed/relaxed'],
    ['rsa, simple/simple', rsa, 'simple/simple'],
    ['ed25519', ed25519, 'relaxed/relaxed'],
  ])('verifies the From domain that signs: %s', async (_case, key, canonicalization) => {
    const mail = await signed(plain, 'empresa.com', key, { canonicalization });
    const verdict = await check({ zone: { ...REJECT, 's1._domainkey.empresa.com TXT': key.record }, mail });
    expect(verdict).toMatchObject({ dkim: 'pass', dkimDomains: ['empresa.com'], dmarc: 'pass', outcome: 'verified' });
  });

  it('of a sub-domain verifies relaxed, and with adkim=s not', async () => {
    const mail = await signed(plain, 'correo.empresa.com', rsa);
    const key = { 's1._domainkey.correo.empresa.com TXT': rsa.record };
    expect((await check({ zone: { ...key, ...REJECT }, mail })).outcome).toBe('verified');
    const strict = { '_dmarc.empresa.com TXT': 'v=DMARC1; p=reject; adkim=s' };
    expect(await check({ zone: { ...key, ...strict }, mail })).toMatchObject({
      dkim: 'pass',
      dmarc: 'fail',
      policy: 'reject',
      outcome: 'unverified',
    });
  });

  it('of another domain does not verify', async () => {
    const mail = await signed(plain, 'evil.com', rsa);
    const verdict = await check({ zone: { ...REJECT, 's1._domainkey.evil.com TXT': rsa.record }, mail });
    expect(verdict).toMatchObject({ dkim: 'pass', dkimDomains: ['evil.com'], dmarc: 'fail', outcome: 'unverified' });
  });

  it('finds the good signature among others', async () => {
    const mail = await signed(await signed(plain, 'empresa.com', rsa), 'lista.es', ed25519);
    const zone = { ...KEY, 's1._domainkey.lista.es TXT': ed25519.record };
    expect(await check({ zone, mail })).toMatchObject({
      dkimDomains: ['lista.es', 'empresa.com'],
      outcome: 'verified',
    });
  });

  it('fails a changed body, a changed header and a wrong key', async () => {
    const mail = await signed(plain, 'empresa.com', rsa);
    const body = await check({ zone: { ...KEY, ...REJECT }, mail: mail.replace('no carga.', 'va bien.') });
    expect(body).toMatchObject({ dkim: 'fail', outcome: 'unverified' });
    expect(body.because).toContain('dkim fail for empresa.com: the body was changed');
    const header = await check({ zone: KEY, mail: mail.replace('Ana <ana@', 'Eva <eva@') });
    expect(header).toMatchObject({ dkim: 'fail', outcome: 'unverified' });
    const other = { 's1._domainkey.empresa.com TXT': rsaKey().record };
    expect(await check({ zone: other, mail })).toMatchObject({ dkim: 'fail', outcome: 'unverified' });
  });

  it('does not count an expired signature, a missing key or a revoked one', async () => {
    const expired = await signed(plain, 'empresa.com', rsa, { expires: new Date('2026-01-16T00:00:00Z') });
    expect(await check({ zone: KEY, mail: expired })).toMatchObject({ dkim: 'neutral', outcome: 'unverified' });
    const mail = await signed(plain, 'empresa.com', rsa);
    expect(await check({ zone: {}, mail })).toMatchObject({ dkim: 'neutral', outcome: 'unverified' });
    const revoked = { 's1._domainkey.empresa.com TXT': 'v=DKIM1; p=' };
    expect(await check({ zone: revoked, mail })).toMatchObject({ dkim: 'neutral', outcome: 'unverified' });
  });

  it('does not count a signature over a part of the body', async () => {
    const mail = await signed(plain, 'empresa.com', rsa, { maxBodyLength: 4 });
    const verdict = await check({ zone: KEY, mail: `${mail}Y manda dinero.\r\n` });
    expect(verdict).toMatchObject({ dkim: 'permerror', outcome: 'unverified' });
  });

  it('verifies a mail that was stored with bare line feeds', async () => {
    const mail = (await signed(plain, 'empresa.com', rsa)).replaceAll('\r\n', '\n');
    expect((await check({ zone: KEY, mail })).outcome).toBe('verified');
  });

  it.each([1, 7, 64 * 1024])('reads a stream in pieces of %i bytes', async (size) => {
    const bytes = Buffer.from(await signed(mailFrom('ana@empresa.com', 'Hola\r\n'.repeat(500)), 'empresa.com', rsa));
    const pieces = function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    };
    const verdict = await check({ zone: KEY, raw: () => Readable.from(pieces()) });
    expect(verdict.outcome).toBe('verified');
  });

  it('is temporary when the key can not be asked for, unless SPF is enough', async () => {
    const mail = await signed(plain, 'empresa.com', rsa);
    const zone = { ...SPF, ...REJECT, 's1._domainkey.empresa.com TXT': SERVFAIL };
    const verdict = await check({ zone, mail });
    expect(verdict).toMatchObject({ dkim: 'temperror', dmarc: 'temperror', outcome: 'temporary-failure' });
    expect(await check({ zone, mail, ip: '192.0.2.7' })).toMatchObject({ dkim: 'temperror', outcome: 'verified' });
  });

  it('of another domain is not waited for', async () => {
    const mail = await signed(plain, 'evil.com', rsa);
    const zone = { ...REJECT, 's1._domainkey.evil.com TXT': SERVFAIL };
    expect(await check({ zone, mail })).toMatchObject({ dkim: 'temperror', dmarc: 'fail', outcome: 'unverified' });
  });
});
