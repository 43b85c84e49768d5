/**
 * From what SPF (RFC 7208), DKIM (RFC 6376) and DMARC discovery (RFC 7489) found to one verdict: does anything that
 * passed belong to the From domain? Pure; the alignment check is ours because mailauth 4 ignores `adkim=s`/`aspf=s`.
 *
 * What to do with the verdict (refuse, 451, mark as unverified) is not decided here.
 */
import type { DmarcDiscovery } from './dmarc-discovery.ts';
import type { AlignmentMode, DmarcPolicy } from './dmarc-record.ts';

export type SpfResult = 'pass' | 'fail' | 'softfail' | 'neutral' | 'none' | 'temperror' | 'permerror';
export type SignatureResult = 'pass' | 'fail' | 'neutral' | 'temperror' | 'permerror';
export type DkimResult = SignatureResult | 'none';
export type DmarcResult = 'pass' | 'fail' | 'none' | 'temperror' | 'permerror';

export interface AuthVerdict {
  /** `null`: not looked at (a relay that reports nothing about it). */
  readonly spf: SpfResult | null;
  /** Domain that SPF was asked for: of MAIL FROM, or of HELO for the null sender. A-labels. */
  readonly spfDomain: string | null;
  /** The best result of all signatures. */
  readonly dkim: DkimResult | null;
  /** `d=` of the signatures that passed, A-labels. */
  readonly dkimDomains: readonly string[];
  readonly dmarc: DmarcResult | null;
  /** What the From domain publishes for its mails (`sp` for sub-domains, `pct` ignored); `null` when nothing. */
  readonly policy: DmarcPolicy | null;
  /** An SPF or DKIM pass belongs to the From domain. */
  readonly aligned: boolean;
  /** `temporary-failure`: DNS failed where it would have mattered; the same mail may be verified later. */
  readonly outcome: 'verified' | 'unverified' | 'temporary-failure';
  /** Short lines for the trace: our own words and domain names only. */
  readonly because: readonly string[];
  /** For the log only: texts of libraries and of exceptions. */
  readonly detail: readonly string[];
}

export interface SpfEvidence {
  readonly result: SpfResult;
  readonly domain: string | null;
}

export interface SignatureEvidence {
  /** `d=` in A-labels; `null` when it names no domain. */
  readonly domain: string | null;
  readonly result: SignatureResult;
  /** Why it did not pass, in our words. */
  readonly note?: string;
}

export interface Evidence {
  /** Domain of the one clear From address, A-labels; `null` when there is none. */
  readonly fromDomain: string | null;
  readonly spf: SpfEvidence;
  /** Empty: the mail is not signed. */
  readonly signatures: readonly SignatureEvidence[];
  /** `null` exactly when there is no From domain. */
  readonly dmarc: DmarcDiscovery | null;
  readonly organizationOf: (domain: string) => string;
}

/** `exact`: the record could not be read, so only what both modes would take. */
type Mode = AlignmentMode | 'exact';

export function isAligned(
  domain: string | null,
  fromDomain: string | null,
  mode: Mode,
  organizationOf: (domain: string) => string,
): boolean {
  if (domain === null || fromDomain === null) return false;
  if (domain === fromDomain) return true;
  return mode === 'relaxed' && organizationOf(domain) === organizationOf(fromDomain);
}

export function judge(evidence: Evidence): Omit<AuthVerdict, 'detail'> {
  const { fromDomain, spf, signatures, dmarc, organizationOf } = evidence;
  const modes = alignmentModes(dmarc);
  const spfAligned = isAligned(spf.domain, fromDomain, modes.spf, organizationOf);
  const dkimAligned = (signature: SignatureEvidence) =>
    isAligned(signature.domain, fromDomain, modes.dkim, organizationOf);

  const passed = signatures.filter((signature) => signature.result === 'pass');
  const aligned = (spf.result === 'pass' && spfAligned) || passed.some(dkimAligned);
  const temporary =
    fromDomain !== null &&
    !aligned &&
    (dmarc?.kind === 'temporary' ||
      (spf.result === 'temperror' && spfAligned) ||
      // A signature that could not even be read might have been the From domain's.
      signatures.some((one) => one.result === 'temperror' && (one.domain === null || dkimAligned(one))));
  const outcome = aligned ? 'verified' : temporary ? 'temporary-failure' : 'unverified';

  const because = [
    spfLine(spf, spfAligned),
    ...signatures.map((signature) => dkimLine(signature, dkimAligned(signature))),
    ...(signatures.length === 0 ? ['dkim none: not signed'] : []),
    dmarcLine(fromDomain, dmarc, aligned),
  ];
  return {
    spf: spf.result,
    spfDomain: spf.domain,
    dkim: bestOf(signatures),
    dkimDomains: domainsOf(passed),
    dmarc: dmarcResult(dmarc, outcome),
    policy: dmarc?.kind === 'record' ? dmarc.policy : null,
    aligned,
    outcome,
    because,
  };
}

function alignmentModes(dmarc: DmarcDiscovery | null): { readonly spf: Mode; readonly dkim: Mode } {
  switch (dmarc?.kind) {
    case 'record':
      return { spf: dmarc.record.aspf, dkim: dmarc.record.adkim };
    case 'temporary':
    case 'too-many':
      return { spf: 'exact', dkim: 'exact' };
    default:
      return { spf: 'relaxed', dkim: 'relaxed' };
  }
}

/** One pass is enough (RFC 6376 section 6.1); without one, what could still become a pass comes first. */
const BEST_FIRST: readonly SignatureResult[] = ['pass', 'temperror', 'fail', 'permerror', 'neutral'];

export function bestOf(signatures: readonly SignatureEvidence[]): DkimResult {
  return BEST_FIRST.find((result) => signatures.some((signature) => signature.result === result)) ?? 'none';
}

export function domainsOf(signatures: readonly SignatureEvidence[]): string[] {
  const domains = new Set<string>();
  for (const { domain } of signatures) if (domain !== null) domains.add(domain);
  return [...domains];
}

function dmarcResult(dmarc: DmarcDiscovery | null, outcome: AuthVerdict['outcome']): DmarcResult | null {
  switch (dmarc?.kind) {
    case undefined:
      return null;
    case 'no-record':
      return 'none';
    case 'temporary':
      return 'temperror';
    case 'too-many':
      return 'permerror';
    case 'record':
      return outcome === 'verified' ? 'pass' : outcome === 'unverified' ? 'fail' : 'temperror';
  }
}

export function spfLine(spf: SpfEvidence, aligned: boolean): string {
  if (spf.domain === null) return `spf ${spf.result}: no domain to ask for`;
  return `spf ${spf.result} for ${spf.domain}${spf.result === 'pass' ? shownAlignment(aligned) : ''}`;
}

export function dkimLine(signature: SignatureEvidence, aligned: boolean): string {
  const note = signature.note === undefined ? '' : `: ${signature.note}`;
  const domain = signature.domain === null ? '' : ` for ${signature.domain}`;
  return `dkim ${signature.result}${domain}${signature.result === 'pass' ? shownAlignment(aligned) : ''}${note}`;
}

function shownAlignment(aligned: boolean): string {
  return aligned ? ' (aligned)' : ' (not aligned)';
}

function dmarcLine(fromDomain: string | null, dmarc: DmarcDiscovery | null, aligned: boolean): string {
  if (fromDomain === null || dmarc === null) return 'dmarc: no clear From domain';
  switch (dmarc.kind) {
    case 'no-record':
      return `dmarc none: ${fromDomain} publishes no policy`;
    case 'temporary':
      return `dmarc temperror: the policy of ${fromDomain} could not be asked for`;
    case 'too-many':
      return `dmarc permerror: too many look-ups before the policy of ${fromDomain}`;
    case 'record': {
      const where = dmarc.domain === fromDomain ? '' : ` (from ${dmarc.domain})`;
      return `dmarc ${aligned ? 'pass' : 'no pass'}: policy for ${fromDomain} is ${dmarc.policy}${where}`;
    }
  }
}
