/**
 * The decision table of `judge`: what SPF, DKIM and DMARC discovery found for a mail from `from`, and what follows.
 * Organisations here: the last two labels.
 */
import type { DmarcDiscovery } from '../../src/auth/dmarc-discovery.ts';
import type { AlignmentMode, DmarcPolicy } from '../../src/auth/dmarc-record.ts';
import type { AuthVerdict, DmarcResult, SignatureEvidence, SpfEvidence } from '../../src/auth/verdict.ts';

export interface Row {
  readonly case: string;
  readonly from?: string | null;
  /** `result domain`. */
  readonly spf?: string;
  /** `result domain` each. */
  readonly dkim?: readonly string[];
  readonly dmarc?: DmarcDiscovery;
  readonly outcome: AuthVerdict['outcome'];
  readonly result: DmarcResult | null;
  readonly policy?: DmarcPolicy | null;
}

interface RecordOptions {
  readonly adkim?: AlignmentMode;
  readonly aspf?: AlignmentMode;
  readonly domain?: string;
}

function publishes(policy: DmarcPolicy, options: RecordOptions = {}): DmarcDiscovery {
  const record = { p: policy, sp: null, adkim: options.adkim ?? 'relaxed', aspf: options.aspf ?? 'relaxed' } as const;
  return { kind: 'record', policy, domain: options.domain ?? 'empresa.com', record };
}

const temporary: DmarcDiscovery = { kind: 'temporary' };
const tooMany: DmarcDiscovery = { kind: 'too-many' };
const reject = publishes('reject');
const strict = publishes('reject', { adkim: 'strict', aspf: 'strict' });

export const rows: readonly Row[] = [
  // SPF alone
  { case: 'spf pass, same domain', spf: 'pass empresa.com', dmarc: reject, outcome: 'verified', result: 'pass' },
  { case: 'spf pass, sub-domain', spf: 'pass m.empresa.com', dmarc: reject, outcome: 'verified', result: 'pass' },
  { case: 'spf pass, other domain', spf: 'pass evil.com', dmarc: reject, outcome: 'unverified', result: 'fail' },
  { case: 'spf pass, look-alike end', spf: 'pass xempresa.com', dmarc: reject, outcome: 'unverified', result: 'fail' },
  { case: 'spf pass without domain', spf: 'pass', dmarc: reject, outcome: 'unverified', result: 'fail' },
  { case: 'spf softfail', spf: 'softfail empresa.com', dmarc: reject, outcome: 'unverified', result: 'fail' },
  { case: 'spf neutral', spf: 'neutral empresa.com', dmarc: reject, outcome: 'unverified', result: 'fail' },
  { case: 'spf fail', spf: 'fail empresa.com', dmarc: reject, outcome: 'unverified', result: 'fail' },
  { case: 'spf none', spf: 'none empresa.com', dmarc: reject, outcome: 'unverified', result: 'fail' },
  { case: 'spf permerror', spf: 'permerror empresa.com', dmarc: reject, outcome: 'unverified', result: 'fail' },
  // DKIM alone
  { case: 'dkim pass, same domain', dkim: ['pass empresa.com'], dmarc: reject, outcome: 'verified', result: 'pass' },
  { case: 'dkim pass, sub-domain', dkim: ['pass m.empresa.com'], dmarc: reject, outcome: 'verified', result: 'pass' },
  { case: 'dkim pass, other domain', dkim: ['pass evil.com'], dmarc: reject, outcome: 'unverified', result: 'fail' },
  { case: 'dkim fail', dkim: ['fail empresa.com'], dmarc: reject, outcome: 'unverified', result: 'fail' },
  { case: 'dkim neutral', dkim: ['neutral empresa.com'], dmarc: reject, outcome: 'unverified', result: 'fail' },
  { case: 'dkim permerror', dkim: ['permerror empresa.com'], dmarc: reject, outcome: 'unverified', result: 'fail' },
  {
    case: 'dkim: one aligned pass among failures is enough',
    dkim: ['fail empresa.com', 'pass evil.com', 'pass empresa.com'],
    dmarc: reject,
    outcome: 'verified',
    result: 'pass',
  },
  {
    case: 'an unaligned pass does not lend its result to an aligned failure',
    spf: 'pass evil.com',
    dkim: ['pass evil.com', 'fail empresa.com'],
    dmarc: reject,
    outcome: 'unverified',
    result: 'fail',
  },
  // Strict alignment
  { case: 'aspf=s, same domain', spf: 'pass empresa.com', dmarc: strict, outcome: 'verified', result: 'pass' },
  { case: 'aspf=s, sub-domain', spf: 'pass m.empresa.com', dmarc: strict, outcome: 'unverified', result: 'fail' },
  { case: 'adkim=s, same domain', dkim: ['pass empresa.com'], dmarc: strict, outcome: 'verified', result: 'pass' },
  { case: 'adkim=s, sub-domain', dkim: ['pass m.empresa.com'], dmarc: strict, outcome: 'unverified', result: 'fail' },
  {
    case: 'adkim=s says nothing about SPF',
    spf: 'pass m.empresa.com',
    dmarc: publishes('reject', { adkim: 'strict' }),
    outcome: 'verified',
    result: 'pass',
  },
  {
    case: 'aspf=s says nothing about DKIM',
    dkim: ['pass m.empresa.com'],
    dmarc: publishes('reject', { aspf: 'strict' }),
    outcome: 'verified',
    result: 'pass',
  },
  {
    case: 'strict: the organisation does not vouch for its sub-domain',
    from: 'm.empresa.com',
    dkim: ['pass empresa.com'],
    dmarc: strict,
    outcome: 'unverified',
    result: 'fail',
  },
  {
    case: 'relaxed: the organisation vouches for its sub-domain',
    from: 'm.empresa.com',
    dkim: ['pass empresa.com'],
    dmarc: reject,
    outcome: 'verified',
    result: 'pass',
  },
  // Policies
  { case: 'p=none, nothing passes', dmarc: publishes('none'), outcome: 'unverified', result: 'fail', policy: 'none' },
  {
    case: 'p=quarantine, nothing passes',
    dmarc: publishes('quarantine'),
    outcome: 'unverified',
    result: 'fail',
    policy: 'quarantine',
  },
  { case: 'p=reject, nothing passes', dmarc: reject, outcome: 'unverified', result: 'fail', policy: 'reject' },
  { case: 'no record, nothing passes', outcome: 'unverified', result: 'none', policy: null },
  { case: 'no record, aligned SPF', spf: 'pass m.empresa.com', outcome: 'verified', result: 'none' },
  { case: 'no record, aligned DKIM', dkim: ['pass empresa.com'], outcome: 'verified', result: 'none' },
  // Temporary failures
  {
    case: 'spf temperror',
    spf: 'temperror empresa.com',
    dmarc: reject,
    outcome: 'temporary-failure',
    result: 'temperror',
  },
  {
    case: 'spf temperror, not aligned, changes nothing',
    spf: 'temperror evil.com',
    dmarc: reject,
    outcome: 'unverified',
    result: 'fail',
  },
  {
    case: 'dkim temperror',
    dkim: ['temperror m.empresa.com'],
    dmarc: reject,
    outcome: 'temporary-failure',
    result: 'temperror',
  },
  {
    case: 'dkim temperror of another domain changes nothing',
    dkim: ['temperror evil.com'],
    dmarc: reject,
    outcome: 'unverified',
    result: 'fail',
  },
  {
    case: 'dkim temperror, sub-domain, adkim=s: it could not have counted',
    dkim: ['temperror m.empresa.com'],
    dmarc: strict,
    outcome: 'unverified',
    result: 'fail',
  },
  {
    case: 'dkim temperror of nobody knows which domain',
    dkim: ['temperror'],
    dmarc: reject,
    outcome: 'temporary-failure',
    result: 'temperror',
  },
  {
    case: 'dkim temperror, but SPF is enough',
    spf: 'pass empresa.com',
    dkim: ['temperror empresa.com'],
    dmarc: reject,
    outcome: 'verified',
    result: 'pass',
  },
  {
    case: 'spf temperror, but DKIM is enough',
    spf: 'temperror empresa.com',
    dkim: ['pass empresa.com'],
    dmarc: reject,
    outcome: 'verified',
    result: 'pass',
  },
  { case: 'policy unknown, nothing passes', dmarc: temporary, outcome: 'temporary-failure', result: 'temperror' },
  {
    case: 'policy unknown, exact pass holds in either mode',
    spf: 'pass empresa.com',
    dmarc: temporary,
    outcome: 'verified',
    result: 'temperror',
  },
  {
    case: 'policy unknown, a sub-domain pass might not count',
    dkim: ['pass m.empresa.com'],
    dmarc: temporary,
    outcome: 'temporary-failure',
    result: 'temperror',
  },
  // Too many look-ups
  { case: 'no look-up left for the policy', dmarc: tooMany, outcome: 'unverified', result: 'permerror' },
  {
    case: 'no look-up left for the policy, sub-domain pass',
    spf: 'pass m.empresa.com',
    dmarc: tooMany,
    outcome: 'unverified',
    result: 'permerror',
  },
  // No clear From
  {
    case: 'no clear From: nothing is aligned with nobody',
    from: null,
    spf: 'pass empresa.com',
    dkim: ['pass empresa.com'],
    outcome: 'unverified',
    result: null,
  },
  {
    case: 'no clear From: nothing is worth a second try',
    from: null,
    spf: 'temperror x.com',
    outcome: 'unverified',
    result: null,
  },
];

export function spfOf(row: Row): SpfEvidence {
  const [result = 'none', domain = null] = (row.spf ?? 'none other.example').split(' ');
  return { result: result as SpfEvidence['result'], domain };
}

export function signaturesOf(row: Row): SignatureEvidence[] {
  return (row.dkim ?? []).map((text) => {
    const [result = 'neutral', domain = null] = text.split(' ');
    return { result: result as SignatureEvidence['result'], domain };
  });
}
