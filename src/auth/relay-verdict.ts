/**
 * The verdict that a trusted relay's `Authentication-Results` give (RFC 8601), for mails that we did not receive from
 * the sender's own server. The relay's DMARC result counts only for the same From domain that we read; without one
 * the relay's SPF and DKIM passes are aligned here, relaxed, because the record's `adkim`/`aspf` are not reported.
 *
 * A temporary failure at the relay is `unverified`, not temporary: a 451 would make the relay send the same mail
 * with the same results again, for days.
 */

import type { HeaderLine } from '../mail/header-lines.ts';
import { type MethodResult, readResults, type TrustedRelay, trustedResults } from './authentication-results.ts';
import type { DmarcPolicy } from './dmarc-record.ts';
import { plainDomain } from './plain-domain.ts';
import {
  type AuthVerdict,
  bestOf,
  type DmarcResult,
  dkimLine,
  domainsOf,
  isAligned,
  type SignatureEvidence,
  type SpfEvidence,
  type SpfResult,
  spfLine,
} from './verdict.ts';

export interface RelayReport {
  readonly spf: SpfEvidence | null;
  /** `null`: the relay says nothing about DKIM. */
  readonly signatures: readonly SignatureEvidence[] | null;
  readonly dmarc: {
    readonly result: DmarcResult;
    readonly fromDomain: string | null;
    readonly p: DmarcPolicy | null;
    readonly sp: DmarcPolicy | null;
  } | null;
}

/** `null` when the relay wrote no results into this mail. */
export function readRelayReport(lines: readonly HeaderLine[], relay: TrustedRelay): RelayReport | null {
  const fields = trustedResults(lines, relay);
  if (fields.length === 0) return null;
  const results = fields.flatMap((field) => readResults(field.raw)?.results ?? []);
  const spf = results.find((result) => result.method === 'spf');
  const dkim = results.filter((result) => result.method === 'dkim');
  // Several are not expected; where a sender's text got in as a second one, the worse one is the relay's.
  const dmarcs = results.filter((result) => result.method === 'dmarc');
  const dmarc = dmarcs.find((result) => result.result !== 'pass') ?? dmarcs[0];
  return {
    spf: spf === undefined ? null : readSpf(spf),
    signatures: dkim.length === 0 ? null : dkim.filter((result) => result.result !== 'none').map(readDkim),
    dmarc: dmarc === undefined ? null : readDmarc(dmarc),
  };
}

export function relayVerdict(
  report: RelayReport,
  fromDomain: string | null,
  organizationOf: (domain: string) => string,
): AuthVerdict {
  const { spf, signatures } = report;
  // A DMARC result for another From than ours is about another mail than the one that we would file.
  const dmarc = fromDomain !== null && report.dmarc?.fromDomain === fromDomain ? report.dmarc : null;
  const passed = (signatures ?? []).filter((signature) => signature.result === 'pass');
  const mode = dmarc?.result === 'temperror' || dmarc?.result === 'permerror' ? 'exact' : 'relaxed';
  const belongs = (domain: string | null) => isAligned(domain, fromDomain, mode, organizationOf);
  const spfAligned = spf !== null && belongs(spf.domain);
  const ownAlignment = (spf?.result === 'pass' && spfAligned) || passed.some(({ domain }) => belongs(domain));
  const aligned = fromDomain !== null && alignment(dmarc?.result ?? null, ownAlignment);
  const policy = dmarc === null || fromDomain === null ? null : policyOf(dmarc, fromDomain, organizationOf);
  return {
    spf: spf?.result ?? null,
    spfDomain: spf?.domain ?? null,
    dkim: signatures === null ? null : bestOf(signatures),
    dkimDomains: domainsOf(passed),
    dmarc: dmarc?.result ?? null,
    policy,
    aligned,
    outcome: aligned ? 'verified' : 'unverified',
    because: [
      'results of the trusted relay',
      ...(spf === null ? [] : [spfLine(spf, spfAligned)]),
      ...(signatures ?? []).map((signature) => dkimLine(signature, belongs(signature.domain))),
      dmarcLine(report, dmarc, policy),
    ],
    detail: [],
  };
}

/** The relay knows the record, so its pass and its fail stand; where it has none, the passes are aligned here. */
function alignment(dmarc: DmarcResult | null, own: boolean): boolean {
  return dmarc === 'pass' || (dmarc !== 'fail' && own);
}

function dmarcLine(report: RelayReport, dmarc: RelayReport['dmarc'], policy: DmarcPolicy | null): string {
  if (dmarc !== null) return `dmarc ${dmarc.result}${policy === null ? '' : `: policy is ${policy}`}`;
  return report.dmarc === null ? 'dmarc: nothing reported' : 'dmarc: reported for another From domain, ignored';
}

/** `sp` holds for sub-domains. Whose record the relay found is not reported; relays repeat `p` where there is no `sp`. */
function policyOf(
  dmarc: NonNullable<RelayReport['dmarc']>,
  fromDomain: string,
  organizationOf: (domain: string) => string,
): DmarcPolicy | null {
  return organizationOf(fromDomain) === fromDomain ? dmarc.p : (dmarc.sp ?? dmarc.p);
}

const SPF_RESULTS: Readonly<Record<string, SpfResult>> = {
  pass: 'pass',
  fail: 'fail',
  hardfail: 'fail',
  softfail: 'softfail',
  neutral: 'neutral',
  none: 'none',
  temperror: 'temperror',
  permerror: 'permerror',
};

function readSpf({ result, properties }: MethodResult): SpfEvidence {
  const mailFrom = properties.get('smtp.mailfrom') ?? '';
  const named = mailFrom === '' || mailFrom === '<>' ? (properties.get('smtp.helo') ?? '') : mailFrom;
  return { result: lookUp(SPF_RESULTS, result) ?? 'permerror', domain: domainIn(named) };
}

const DKIM_RESULTS: Readonly<Record<string, SignatureEvidence['result']>> = {
  pass: 'pass',
  fail: 'fail',
  hardfail: 'fail',
  policy: 'permerror',
  neutral: 'neutral',
  temperror: 'temperror',
  permerror: 'permerror',
};

function readDkim({ result, properties }: MethodResult): SignatureEvidence {
  // `i=` is within `d=` (RFC 6376 section 3.5), so it stands for it where only that is reported.
  const domain = domainIn(properties.get('header.d') ?? properties.get('header.i') ?? '');
  return { domain, result: lookUp(DKIM_RESULTS, result) ?? 'permerror' };
}

const DMARC_RESULTS: Readonly<Record<string, DmarcResult>> = {
  pass: 'pass',
  fail: 'fail',
  none: 'none',
  // Microsoft: no record, but it would have passed one.
  bestguesspass: 'none',
  temperror: 'temperror',
  permerror: 'permerror',
};

function readDmarc({ result, properties, comments }: MethodResult): RelayReport['dmarc'] {
  const said = new Map<string, string>();
  // `(p=REJECT sp=NONE dis=NONE)`: the usual place, though a comment.
  for (const word of comments.flatMap((comment) => comment.split(/[\s,]/))) {
    const equals = word.indexOf('=');
    if (equals > 0) said.set(word.slice(0, equals).toLowerCase(), word.slice(equals + 1));
  }
  const published = properties.get('polrec.p') ?? properties.get('policy.published-domain-policy') ?? said.get('p');
  return {
    result: lookUp(DMARC_RESULTS, result) ?? 'permerror',
    fromDomain: domainIn(properties.get('header.from') ?? ''),
    p: lookUp(POLICIES, (published ?? '').toLowerCase()),
    sp: lookUp(POLICIES, (said.get('sp') ?? '').toLowerCase()),
  };
}

const POLICIES: Readonly<Record<string, DmarcPolicy>> = { none: 'none', quarantine: 'quarantine', reject: 'reject' };

function lookUp<T>(table: Readonly<Record<string, T>>, key: string): T | null {
  return Object.hasOwn(table, key) ? (table[key] ?? null) : null;
}

/** Of `ana@empresa.com`, `@empresa.com` or `empresa.com`, with or without angle brackets. */
function domainIn(text: string): string | null {
  const bare = text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text;
  return plainDomain(bare.slice(bare.lastIndexOf('@') + 1));
}
