/** Mails that are made to forge, to stall or to break the checks: bounded time, bounded queries, never a throw. */
import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { type AuthInput, authenticate } from '../../src/auth/authenticate.ts';
import { AUTH_LIMITS, type AuthLimits } from '../../src/auth/limits.ts';
import type { Lookup } from '../../src/auth/resolver.ts';
import './no-network.ts';
import { mailFrom, rsaKey, signed } from './signing.ts';
import { NEVER, type Zone, zoneLookup } from './zone.ts';

const rsa = rsaKey();
const REJECT = { '_dmarc.empresa.com TXT': 'v=DMARC1; p=reject' };
const KEY = { 's1._domainkey.empresa.com TXT': rsa.record };
const SPF = { 'empresa.com TXT': 'v=spf1 ip4:192.0.2.0/24 -all' };
const small = { queryMs: 30, queries: 30, totalMs: 100, signatures: 10 };

interface Options {
  readonly limits?: AuthLimits;
  readonly ip?: string;
  readonly asNodeAsks?: (lookup: Lookup) => Lookup;
}

async function check(raw: string | AuthInput['raw'], zone: Zone, options: Options = {}) {
  const { limits = AUTH_LIMITS, ip = '203.0.113.99', asNodeAsks = (lookup) => lookup } = options;
  const dns = zoneLookup(zone);
  const started = performance.now();
  const input: AuthInput = {
    raw: typeof raw === 'string' ? Buffer.from(raw, 'latin1') : raw,
    ip,
    helo: 'mta.host.es',
    mailFrom: 'ana@empresa.com',
    fromDomain: 'empresa.com',
    hostname: 'mx.example.com',
  };
  const verdict = await authenticate(input, asNodeAsks(dns.lookup), limits);
  return { ...verdict, asked: dns.asked, ms: performance.now() - started };
}

/** A header that looks like a signature and matches nothing. */
function junkSignature(selector: string, more = ''): string {
  const tags = `v=1; a=rsa-sha256; c=relaxed/relaxed; d=empresa.com; s=${selector}; h=from`;
  return `DKIM-Signature: ${tags}; bh=RHI91NDg1Go8f6isolS2HCe2tXiflhd+gsgHAECfFTU=; b=AAAA${more}\r\n`;
}

describe('forgery', () => {
  it.each([
    ['a no-break space before the colon', 'From\u00a0:'],
    ['a no-break space before the name', '\u00a0From:'],
    ['a vertical tab before the name', '\u000bFrom:'],
    ['a NUL in the name', 'Fro\u0000m:'],
  ])('a signed From can not hide behind %s', async (_case, hidden) => {
    // attacker@empresa.com is a real user there: the domain signs, but not for the address that we would read.
    const original = mailFrom('attacker@empresa.com');
    const mail = await signed(original, 'empresa.com', rsa);
    const forged = `From: Ana <ana@empresa.com>\r\n${mail.replace(/^From:/m, hidden)}`;
    expect((await check(mail, { ...KEY, ...REJECT })).outcome).toBe('verified');
    expect(await check(forged, { ...KEY, ...REJECT })).toMatchObject({ aligned: false, outcome: 'unverified' });
  });

  it('a key can not be put elsewhere with a NUL in the selector', async () => {
    const mail = await signed(mailFrom('ana@empresa.com'), 'empresa.com', rsa, { selector: 'evil.com\u0000' });
    // What node:dns does with such a name.
    const asNodeAsks =
      (lookup: Lookup): Lookup =>
      (name, type) =>
        lookup(name.split('\u0000')[0] ?? '', type);
    const verdict = await check(mail, { 'evil.com TXT': rsa.record, ...REJECT }, { asNodeAsks });
    expect(mail).toContain('s=evil.com\u0000');
    expect(verdict).toMatchObject({ aligned: false, outcome: 'unverified' });
    expect(verdict.asked).not.toContain('evil.com TXT');
  });

  it.each(['empresa.com/.evil.com', 'empresa.com?.evil.com', 'empresa.com#.evil.com', '%65mpresa.com.evil.com'])(
    'd=%s is not empresa.com',
    async (domain) => {
      const mail = await signed(mailFrom('ana@empresa.com'), domain, rsa);
      const verdict = await check(mail, { [`s1._domainkey.${domain} TXT`]: rsa.record, ...REJECT });
      expect(mail).toContain(`d=${domain};`);
      expect(verdict).toMatchObject({ aligned: false, outcome: 'unverified' });
    },
  );

  it('a header block that a blank line starts has no signature', async () => {
    const mail = await signed(mailFrom('ana@empresa.com'), 'empresa.com', rsa);
    expect(await check(`\r\n${mail}`, { ...KEY, ...REJECT })).toMatchObject({ dkim: 'none', outcome: 'unverified' });
  });

  it('a flood of look-ups does not hide the policy of the forged domain', async () => {
    const includes = Array.from({ length: 9 }, (_, index) => `mx:m${index}.evil.com`);
    const zone: Record<string, Zone[string]> = { ...REJECT, 'empresa.com TXT': `v=spf1 ${includes.join(' ')} +all` };
    for (let index = 0; index < 9; index += 1) {
      zone[`m${index}.evil.com MX`] = Array.from({ length: 9 }, (_, host) => {
        return { exchange: `h${host}.m${index}.evil.com`, priority: host };
      });
      for (let host = 0; host < 9; host += 1) zone[`h${host}.m${index}.evil.com A`] = ['198.51.100.1'];
    }
    const verdict = await check(mailFrom('ana@empresa.com'), zone);
    expect(verdict.asked).toHaveLength(30);
    expect(verdict).toMatchObject({ spf: 'permerror', dmarc: 'fail', policy: 'reject', outcome: 'unverified' });
  });
});

describe('2,000 signatures', () => {
  const many = Array.from({ length: 2_000 }, (_, index) => junkSignature(`x${index}`)).join('');

  it('are not looked at: few queries, little time, unverified', async () => {
    const mail = many.slice(0, 250_000) + (await signed(mailFrom('ana@empresa.com'), 'empresa.com', rsa));
    const verdict = await check(mail, { ...SPF, ...KEY, ...REJECT });
    expect(verdict).toMatchObject({ dkim: 'permerror', policy: 'reject', outcome: 'unverified' });
    expect(verdict.asked.length).toBeLessThan(5);
    expect(verdict.ms).toBeLessThan(1_000);
  });

  it('do not spoil an aligned SPF pass', async () => {
    const verdict = await check(many + mailFrom('ana@empresa.com'), { ...SPF, ...REJECT }, { ip: '192.0.2.7' });
    expect(verdict).toMatchObject({ dkim: 'permerror', outcome: 'verified' });
  });

  it('ten are looked at, eleven are not', async () => {
    const mail = await signed(mailFrom('ana@empresa.com'), 'empresa.com', rsa);
    const junk = (count: number) => Array.from({ length: count }, (_, index) => junkSignature(`x${index}`)).join('');
    expect((await check(junk(9) + mail, { ...KEY, ...REJECT })).outcome).toBe('verified');
    const eleven = await check(junk(10) + mail, { ...KEY, ...REJECT });
    expect(eleven.outcome).toBe('unverified');
    expect(eleven.because).toContain('dkim permerror: 11 signatures are too many to look at');
  });
});

describe('a resolver that never answers', () => {
  it('ends in a temporary failure within the limit', async () => {
    const mail = await signed(mailFrom('ana@empresa.com'), 'empresa.com', rsa);
    const zone = { 'empresa.com TXT': NEVER, 's1._domainkey.empresa.com TXT': NEVER, '_dmarc.empresa.com TXT': NEVER };
    const verdict = await check(mail, zone, { limits: small });
    expect(verdict).toMatchObject({ spf: 'temperror', dkim: 'temperror', outcome: 'temporary-failure' });
    expect(verdict.ms).toBeLessThan(1_000);
  });

  it('is given up in total even where each answer is in time', async () => {
    const mail = [1, 2, 3, 4, 5, 6, 7, 8].map((index) => junkSignature(`x${index}`)).join('');
    const slow = zoneLookup({ ...REJECT });
    const lookup: typeof slow.lookup = async (name, type) => {
      await new Promise((resolve) => setTimeout(resolve, 40));
      return slow.lookup(name, type);
    };
    // The body hash of the junk signatures is that of this body, so that their keys are asked for.
    const input = {
      raw: Buffer.from(`${mail}From: ana@empresa.com\r\n\r\nhi\r\n`),
      ip: '203.0.113.99',
      helo: 'mta.host.es',
      mailFrom: 'ana@empresa.com',
      fromDomain: 'empresa.com',
      hostname: 'mx.example.com',
    };
    const started = performance.now();
    const verdict = await authenticate(input, lookup, { ...small, queryMs: 1_000, totalMs: 150 });
    expect(verdict.outcome).toBe('temporary-failure');
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(slow.asked.length).toBeLessThan(6);
  });
});

describe('the raw mail', () => {
  it('that can not be read is a temporary failure', async () => {
    const broken = () =>
      new Readable({
        read() {
          this.destroy(new Error('EIO: disk'));
        },
      });
    const verdict = await check(broken, { ...REJECT });
    expect(verdict).toMatchObject({ dkim: 'temperror', outcome: 'temporary-failure' });
    expect(verdict.because.join(' ')).not.toContain('EIO');
  });

  it('that can not be opened is a temporary failure', async () => {
    const missing = () => {
      throw new Error('ENOENT: blob');
    };
    expect(await check(missing, { ...REJECT })).toMatchObject({ dkim: 'temperror', outcome: 'temporary-failure' });
  });

  it('that breaks in its body is a temporary failure', async () => {
    const start = await signed(
      mailFrom('ana@empresa.com', 'x'.repeat(70).concat('\r\n').repeat(10_000)),
      'empresa.com',
      rsa,
    );
    async function* pieces() {
      for (let at = 0; at < 400_000; at += 50_000) yield Buffer.from(start.slice(at, at + 50_000));
      throw new Error('EIO: disk');
    }
    const verdict = await check(() => Readable.from(pieces()), { ...KEY, ...REJECT });
    expect(verdict).toMatchObject({ dkim: 'temperror', outcome: 'temporary-failure' });
  });

  it('that never ends is given up', async () => {
    const start = Buffer.from(await signed(mailFrom('ana@empresa.com'), 'empresa.com', rsa));
    async function* stuckInHeader() {
      yield start.subarray(0, 100);
      await new Promise(() => undefined);
    }
    async function* stuckInBody() {
      yield Buffer.concat([start, Buffer.alloc(300_000, 'x\r\n')]);
      await new Promise(() => undefined);
    }
    for (const pieces of [stuckInHeader, stuckInBody]) {
      const verdict = await check(() => Readable.from(pieces()), { ...KEY, ...REJECT }, { limits: small });
      expect(verdict).toMatchObject({ dkim: 'temperror', outcome: 'temporary-failure' });
      expect(verdict.ms).toBeLessThan(1_000);
    }
  });

  it('stream is closed, also where nothing is to be verified', async () => {
    for (const mail of [mailFrom('ana@empresa.com'), await signed(mailFrom('ana@empresa.com'), 'empresa.com', rsa)]) {
      const stream = Readable.from([Buffer.from(mail)]);
      await check(() => stream, { ...KEY });
      expect(stream.destroyed).toBe(true);
    }
  });
});

describe('mails made to cost time', () => {
  const sign = junkSignature('s1');
  it.each([
    ['80,000 folded lines', `${sign}From: a@empresa.com\r\nX: y\r\n${' \r\n'.repeat(80_000)}\r\nhi\r\n`],
    ['a From of 50,000 addresses', `${sign}From: ${'a@b,'.repeat(50_000)}\r\n\r\nhi\r\n`],
    [
      'a signature of 200,000 semicolons',
      `${junkSignature('s1', ';'.repeat(200_000))}From: a@empresa.com\r\n\r\nhi\r\n`,
    ],
    ['60,000 header fields', `${sign}From: a@empresa.com\r\n${'a:\r\n'.repeat(60_000)}\r\nhi\r\n`],
    ['a header without end', `${sign}From: a@empresa.com\r\n${'a: b\r\n'.repeat(500_000)}`],
    ['one line of 10 MB', `${sign}From: a@empresa.com\r\n\r\n${'x'.repeat(10_000_000)}\r\n`],
    ['4,000,000 bare line feeds', `${sign}From: a@empresa.com\r\n\r\n${'\n'.repeat(4_000_000)}x`],
    ['nothing', ''],
    ['only a signature', sign],
    ['half a signature', sign.slice(0, 40)],
    ['NULs', '\u0000'.repeat(1000)],
  ])('%s: bounded and unverified', async (_case, mail) => {
    const verdict = await check(mail, { ...KEY, ...REJECT });
    expect(verdict).toMatchObject({ aligned: false, outcome: 'unverified' });
    expect(verdict.ms).toBeLessThan(2_000);
  });

  it('10 signatures over 20 MB do not hold up the others', async () => {
    const forms = ['relaxed/relaxed', 'simple/simple', 'relaxed/simple', 'simple/relaxed'];
    const junk = forms
      .map((form) => sign.replace('relaxed/relaxed', form))
      .join('')
      .repeat(2);
    const mail = `${junk}From: a@empresa.com\r\n\r\n${'Una línea de texto normal y corriente.\r\n'.repeat(500_000)}`;
    let longest = 0;
    let last = performance.now();
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    await check(mail, { ...KEY });
    clearInterval(beat);
    expect(longest).toBeLessThan(500);
  });
});

describe('a library that throws', () => {
  it('gives a verdict all the same, with its text in the detail only', async () => {
    vi.resetModules();
    const broken = () => Promise.reject(new Error('Cannot read properties of undefined'));
    vi.doMock('mailauth/lib/dkim/verify.js', () => ({ dkimVerify: broken }));
    vi.doMock('mailauth/lib/spf/index.js', () => ({ spf: broken }));
    try {
      const module = await import('../../src/auth/authenticate.ts');
      const mail = await signed(mailFrom('ana@empresa.com'), 'empresa.com', rsa);
      const input = {
        raw: Buffer.from(mail),
        ip: '192.0.2.7',
        helo: 'mta.host.es',
        mailFrom: 'ana@empresa.com',
        fromDomain: 'empresa.com',
        hostname: 'mx.example.com',
      };
      const verdict = await module.authenticate(input, zoneLookup({ ...SPF, ...KEY, ...REJECT }).lookup);
      expect(verdict).toMatchObject({ spf: 'permerror', dkim: 'permerror', policy: 'reject', outcome: 'unverified' });
      expect(verdict.because.join(' ')).not.toContain('Cannot read');
      expect(verdict.detail.join(' ')).toContain('Cannot read');
    } finally {
      vi.doUnmock('mailauth/lib/dkim/verify.js');
      vi.doUnmock('mailauth/lib/spf/index.js');
      vi.resetModules();
    }
  });
});
