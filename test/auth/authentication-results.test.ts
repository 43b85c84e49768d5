/** `Authentication-Results`: whose word it is, and what it says. */
import { describe, expect, it } from 'vitest';
import { readResults, trustedResults, withoutForgedResults } from '../../src/auth/authentication-results.ts';
import { readHeaderLines } from '../../src/mail/header-lines.ts';
import { fastest } from '../support/fastest.ts';

const relay = { authservId: 'mx.relay.es' };
const lines = (...text: string[]) => readHeaderLines(Buffer.from(`${text.join('\r\n')}\r\n\r\n`, 'latin1')).lines;

const RECEIVED = 'Received: from mta.evil.com by mx.relay.es; Thu, 15 Jan 2026 10:00:00 +0000';
const TRUE = 'Authentication-Results: mx.relay.es; spf=fail smtp.mailfrom=empresa.com';
const FORGED = 'Authentication-Results: mx.relay.es; dmarc=pass header.from=empresa.com';
const FOREIGN = 'Authentication-Results: mx.other.es; dmarc=pass header.from=empresa.com';

describe('whose results', () => {
  it('takes those above the first Received line', () => {
    const mail = lines('X-Spam: no', TRUE, TRUE, RECEIVED, 'From: a@empresa.com');
    expect(trustedResults(mail, relay)).toHaveLength(2);
  });

  it('takes none from below it: the sender wrote them', () => {
    expect(trustedResults(lines(RECEIVED, FORGED, 'From: a@empresa.com'), relay)).toEqual([]);
    const both = trustedResults(lines(TRUE, RECEIVED, FORGED), relay);
    expect(both.map((line) => line.raw)).toEqual([expect.stringContaining('spf=fail')]);
  });

  it('takes none where no Received line shows what the relay added', () => {
    expect(trustedResults(lines(FORGED, 'From: a@empresa.com'), relay)).toEqual([]);
  });

  it('takes none of another name', () => {
    expect(trustedResults(lines(FOREIGN, RECEIVED), relay)).toEqual([]);
    expect(trustedResults(lines(TRUE.replace('mx.relay.es', 'xmx.relay.es'), RECEIVED), relay)).toEqual([]);
  });

  it.each(['MX.Relay.ES', '"mx.relay.es"', '(hi) mx.relay.es (v. 1) 1', '\r\n\tmx.relay.es'])('knows %j', (name) => {
    expect(trustedResults(lines(TRUE.replace('mx.relay.es', name), RECEIVED), relay)).toHaveLength(1);
  });

  it('goes below as many Received lines as the relay is known to put on top, no further', () => {
    const mail = lines(RECEIVED, TRUE, RECEIVED, FORGED);
    expect(trustedResults(mail, { ...relay, receivedAbove: 1 })).toHaveLength(1);
    expect(trustedResults(lines(RECEIVED, TRUE), { ...relay, receivedAbove: 1 })).toEqual([]);
  });

  it('removes all others from the header, and nothing else', () => {
    const mail = lines(TRUE, FOREIGN, RECEIVED, FORGED, FOREIGN, 'From: a@empresa.com');
    const names = (kept: readonly { name: string }[]) => kept.map((line) => line.name);
    expect(names(withoutForgedResults(mail, relay))).toEqual(['authentication-results', 'received', 'from']);
    expect(names(withoutForgedResults(mail, null))).toEqual(['received', 'from']);
  });
});

describe('what a field says', () => {
  const read = (text: string) =>
    readResults(text)?.results.map(({ method, result, properties, comments }) => {
      return { method, result, ...Object.fromEntries(properties), ...(comments.length > 0 ? { comments } : {}) };
    }) ?? null;

  it.each<[string, unknown]>([
    ['mx.es; none', []],
    ['mx.es', []],
    ['mx.es; spf=pass smtp.mailfrom=a@x.es', [{ method: 'spf', result: 'pass', 'smtp.mailfrom': 'a@x.es' }]],
    ['mx.es 1;\r\n DKIM=Pass\r\n HEADER.D=X.es;', [{ method: 'dkim', result: 'pass', 'header.d': 'X.es' }]],
    [
      'mx.es; dkim/1=fail (bad (very) \\) one) reason="no; key=x" header.d=x.es header.b="ab=;c="',
      [
        {
          method: 'dkim',
          result: 'fail',
          reason: 'no; key=x',
          'header.d': 'x.es',
          'header.b': 'ab=;c=',
          comments: ['bad (very) ) one'],
        },
      ],
    ],
    [
      'mx.es; spf = pass (c) smtp.mailfrom = "ana garcia"@x.es',
      [{ method: 'spf', result: 'pass', 'smtp.mailfrom': 'ana garcia@x.es', comments: ['c'] }],
    ],
    [
      'mx.es; dkim=pass header.b=abc== header.d=x.es',
      [{ method: 'dkim', result: 'pass', 'header.b': 'abc==', 'header.d': 'x.es' }],
    ],
    [
      'mx.es; spf=none smtp.mailfrom= smtp.helo=h.es',
      [{ method: 'spf', result: 'none', 'smtp.mailfrom': '', 'smtp.helo': 'h.es' }],
    ],
    // What stands in a quoted string or a comment is no result.
    [
      'mx.es; spf=fail smtp.mailfrom="; dmarc=pass "',
      [{ method: 'spf', result: 'fail', 'smtp.mailfrom': '; dmarc=pass ' }],
    ],
    ['mx.es; spf=fail (; dmarc=pass)', [{ method: 'spf', result: 'fail', comments: ['; dmarc=pass'] }]],
    ['mx.es; spf=fail header.d=a header.d=b', [{ method: 'spf', result: 'fail', 'header.d': 'a' }]],
    ['mx.es; =pass; dkim; x y=z; spf=pass', [{ method: 'spf', result: 'pass' }]],
    // Not well formed: nobody's word.
    ['mx.es; spf=pass smtp.mailfrom="x', null],
    ['mx.es; spf=pass (x', null],
    ['mx.es 2; spf=pass', null],
    ['mx.es x y; spf=pass', null],
    ['; spf=pass', null],
    ['spf=pass (Microsoft names no server); dkim=pass', null],
    ['', null],
  ])('%s', (text, results) => {
    expect(read(text)).toEqual(results);
  });

  it('reads a long hostile field in little time, or not at all', () => {
    const readAll = () => {
      for (const piece of ['(', '"', ';', '=', 'a=b ', '\\', '(a', ';a=b']) {
        readResults(`mx.es; ${piece.repeat(60_000)}`);
        readResults(`mx.es; ${piece.repeat(4_000)}`);
      }
    };
    expect(fastest(readAll)).toBeLessThan(500);
  });
});
