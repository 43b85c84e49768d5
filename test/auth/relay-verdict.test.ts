/** The verdict that a trusted relay's results give, in the forms that real relays write. */
import { describe, expect, it } from 'vitest';
import './no-network.ts';
import { organizationOf } from '../../src/auth/organizational-domain.ts';
import { readRelayReport, relayVerdict } from '../../src/auth/relay-verdict.ts';
import type { AuthVerdict } from '../../src/auth/verdict.ts';
import { readHeaderLines } from '../../src/mail/header-lines.ts';

const relay = { authservId: 'mx.relay.es' };
const RECEIVED = 'Received: from mta.empresa.com by mx.relay.es; Thu, 15 Jan 2026 10:00:00 +0000\r\n';

async function verdictOf(results: string | readonly string[], from: string | null = 'empresa.com', below = '') {
  const fields = (typeof results === 'string' ? [results] : results).map(
    (text) => `Authentication-Results: mx.relay.es; ${text}\r\n`,
  );
  const header = Buffer.from(`${fields.join('')}${RECEIVED}${below}From: ana@empresa.com\r\n\r\n`);
  const report = readRelayReport(readHeaderLines(header).lines, relay);
  if (report === null) return null;
  return relayVerdict(report, from, organizationOf);
}

type Expected = Partial<AuthVerdict>;

const cases: readonly [name: string, results: string | readonly string[], expected: Expected][] = [
  [
    'Google: all pass',
    'dkim=pass header.i=@empresa.com header.s=s1 header.b=AbCd; spf=pass (google.com: domain of ana@empresa.com designates 192.0.2.1 as permitted sender) smtp.mailfrom=ana@empresa.com; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=empresa.com',
    {
      spf: 'pass',
      spfDomain: 'empresa.com',
      dkim: 'pass',
      dkimDomains: ['empresa.com'],
      dmarc: 'pass',
      policy: 'reject',
      outcome: 'verified',
    },
  ],
  [
    'OpenDKIM and OpenDMARC: a field each',
    [
      'dmarc=fail (p=quarantine dis=none) header.from=empresa.com',
      'dkim=none',
      'spf=softfail smtp.mailfrom=empresa.com',
    ],
    { spf: 'softfail', dkim: 'none', dmarc: 'fail', policy: 'quarantine', outcome: 'unverified' },
  ],
  [
    'authentication_milter: policy as a property',
    'dmarc=fail policy.published-domain-policy=reject header.from=empresa.com',
    { spf: null, dkim: null, dmarc: 'fail', policy: 'reject', outcome: 'unverified' },
  ],
  ['dmarc=pass for another From is ignored', 'dmarc=pass header.from=evil.com', { dmarc: null, outcome: 'unverified' }],
  ['dmarc=pass for nobody is ignored', 'dmarc=pass', { dmarc: null, outcome: 'unverified' }],
  [
    'dmarc=fail stands, whatever passes',
    'dmarc=fail header.from=empresa.com; spf=pass smtp.mailfrom=a@empresa.com',
    { spf: 'pass', dmarc: 'fail', aligned: false, outcome: 'unverified' },
  ],
  [
    'of two dmarc results the worse one',
    ['dmarc=pass header.from=empresa.com', 'dmarc=fail header.from=empresa.com'],
    { dmarc: 'fail', outcome: 'unverified' },
  ],
  [
    'no record: aligned SPF',
    'dmarc=none header.from=empresa.com; spf=pass smtp.mailfrom=a@m.empresa.com',
    { dmarc: 'none', outcome: 'verified' },
  ],
  [
    'no dmarc at all: aligned DKIM',
    'dkim=pass header.d=m.empresa.com',
    { dmarc: null, policy: null, outcome: 'verified' },
  ],
  [
    'Microsoft without a record',
    'dmarc=bestguesspass header.from=empresa.com; spf=pass smtp.mailfrom=empresa.com',
    { dmarc: 'none', outcome: 'verified' },
  ],
  [
    'other domains only',
    'spf=pass smtp.mailfrom=a@evil.com; dkim=pass header.d=evil.com',
    { spf: 'pass', dkim: 'pass', outcome: 'unverified' },
  ],
  [
    'the null sender: HELO',
    'spf=pass smtp.mailfrom=<> smtp.helo=mta.empresa.com',
    { spfDomain: 'mta.empresa.com', outcome: 'verified' },
  ],
  [
    'several signatures',
    'dkim=fail header.d=empresa.com; dkim=pass header.d=empresa.com',
    { dkim: 'pass', outcome: 'verified' },
  ],
  [
    'an unknown word is no pass',
    'spf=passed smtp.mailfrom=empresa.com; dkim=__proto__ header.d=empresa.com',
    { spf: 'permerror', dkim: 'permerror', outcome: 'unverified' },
  ],
  [
    'a temporary failure there is not one here: the same mail would come again for days',
    'dmarc=temperror header.from=empresa.com; dkim=temperror header.d=empresa.com',
    { dkim: 'temperror', dmarc: 'temperror', outcome: 'unverified' },
  ],
  [
    'record not found in time: an exact pass still verifies',
    'dmarc=temperror header.from=empresa.com; spf=pass smtp.mailfrom=a@empresa.com',
    { outcome: 'verified' },
  ],
  [
    'record not found in time: a sub-domain pass might not count',
    'dmarc=temperror header.from=empresa.com; spf=pass smtp.mailfrom=a@m.empresa.com',
    { outcome: 'unverified' },
  ],
];

describe('a trusted relay', () => {
  it.each(cases)('%s', async (_name, results, expected) => {
    expect(await verdictOf(results)).toMatchObject(expected);
  });

  it('holds a sub-domain to sp', async () => {
    const results = 'dmarc=fail (p=REJECT sp=NONE dis=NONE) header.from=m.empresa.com';
    expect(await verdictOf(results, 'm.empresa.com')).toMatchObject({ policy: 'none' });
  });

  it('verifies nobody without a clear From', async () => {
    const verdict = await verdictOf('dmarc=pass header.from=empresa.com; spf=pass smtp.mailfrom=empresa.com', null);
    expect(verdict).toMatchObject({ spf: 'pass', dmarc: null, aligned: false, outcome: 'unverified' });
  });

  it('is not spoken for by a forged field below', async () => {
    const forged = 'Authentication-Results: mx.relay.es; dmarc=pass header.from=empresa.com\r\n';
    expect(await verdictOf('spf=fail smtp.mailfrom=empresa.com', 'empresa.com', forged)).toMatchObject({
      spf: 'fail',
      dmarc: null,
      outcome: 'unverified',
    });
    expect(await verdictOf([], 'empresa.com', forged)).toBeNull();
  });
});
