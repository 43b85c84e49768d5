/** DMARC against a declared zone: whose policy holds, and where none does. */
import { describe, expect, it } from 'vitest';
import { check, plain, REJECT, SPF } from './check-mail.ts';
import './no-network.ts';
import { rsaKey, signed } from './signing.ts';
import { NODATA, SERVFAIL } from './zone.ts';

describe('DMARC', () => {
  it.each(['none', 'quarantine', 'reject'] as const)('reports p=%s of a domain that is forged', async (policy) => {
    const zone = { ...SPF, '_dmarc.empresa.com TXT': `v=DMARC1; p=${policy}; pct=0` };
    expect(await check({ zone })).toMatchObject({ spf: 'fail', dmarc: 'fail', policy, outcome: 'unverified' });
  });

  it.each([
    ['sp of the organisation', 'v=DMARC1; p=reject; sp=quarantine', 'quarantine'],
    ['p of the organisation where it has no sp', 'v=DMARC1; p=reject', 'reject'],
  ])('holds a sub-domain to %s', async (_case, record, policy) => {
    const zone = { '_dmarc.empresa.com TXT': record };
    const verdict = await check({ zone, fromDomain: 'tienda.empresa.com' });
    expect(verdict).toMatchObject({ dmarc: 'fail', policy });
    expect(verdict.because).toContain(`dmarc no pass: policy for tienda.empresa.com is ${policy} (from empresa.com)`);
  });

  it('holds a sub-domain with its own record to that', async () => {
    const zone = {
      '_dmarc.empresa.com TXT': 'v=DMARC1; p=reject',
      '_dmarc.tienda.empresa.com TXT': 'v=DMARC1; p=none; sp=reject',
    };
    expect(await check({ zone, fromDomain: 'tienda.empresa.com' })).toMatchObject({ policy: 'none' });
  });

  it('does not go on to the organisation past several records', async () => {
    const zone = { ...REJECT, '_dmarc.tienda.empresa.com TXT': [['v=DMARC1; p=reject'], ['v=DMARC1; p=none']] };
    expect(await check({ zone, fromDomain: 'tienda.empresa.com' })).toMatchObject({ dmarc: 'none', policy: null });
  });

  it('goes on to the organisation past texts that are no DMARC record', async () => {
    const zone = { ...REJECT, '_dmarc.tienda.empresa.com TXT': 'v=spf1 -all' };
    expect(await check({ zone, fromDomain: 'tienda.empresa.com' })).toMatchObject({ policy: 'reject' });
  });

  it.each([
    ['no record', {}],
    ['NODATA', { '_dmarc.empresa.com TXT': NODATA }],
    ['several records', { '_dmarc.empresa.com TXT': [['v=DMARC1; p=reject'], ['v=DMARC1; p=none']] }],
    ['a broken policy', { '_dmarc.empresa.com TXT': 'v=DMARC1; p=rejected' }],
  ])('does not apply with %s, and relaxed alignment still verifies', async (_case, zone) => {
    expect(await check({ zone })).toMatchObject({ dmarc: 'none', policy: null, outcome: 'unverified' });
    expect(await check({ zone: { ...zone, ...SPF }, ip: '192.0.2.7' })).toMatchObject({
      dmarc: 'none',
      policy: null,
      outcome: 'verified',
    });
  });

  it('reads a record of several strings', async () => {
    const zone = { '_dmarc.empresa.com TXT': [['v=DMARC1; p=rej', 'ect; adkim=s']] };
    expect(await check({ zone })).toMatchObject({ policy: 'reject' });
  });

  it('is temporary when the record can not be asked for', async () => {
    const zone = { '_dmarc.empresa.com TXT': SERVFAIL };
    expect(await check({ zone })).toMatchObject({ dmarc: 'temperror', policy: null, outcome: 'temporary-failure' });
  });

  it('keeps two customers of one platform apart', async () => {
    const zone = { 'eva.github.io TXT': 'v=spf1 ip4:203.0.113.99 -all' };
    const verdict = await check({ zone, mailFrom: 'x@eva.github.io', fromDomain: 'ana.github.io' });
    expect(verdict).toMatchObject({ spf: 'pass', aligned: false });
  });
});

describe('without a clear From', () => {
  it('SPF and DKIM are still looked at, and nothing is aligned', async () => {
    const rsa = rsaKey();
    const mail = await signed(plain, 'empresa.com', rsa);
    const key = { 's1._domainkey.empresa.com TXT': rsa.record };
    const verdict = await check({ zone: { ...SPF, ...key, ...REJECT }, mail, ip: '192.0.2.7', fromDomain: null });
    expect(verdict).toMatchObject({
      spf: 'pass',
      dkim: 'pass',
      dmarc: null,
      policy: null,
      aligned: false,
      outcome: 'unverified',
    });
  });
});
