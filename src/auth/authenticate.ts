/**
 * Authenticates one mail: DMARC discovery first (a mail that uses up its look-ups must not hide the policy of the
 * domain that it forges), then SPF and DKIM at the same time, then one verdict (verdict.ts).
 *
 * Never rejects: what libraries throw becomes a result, with their text in `detail` only. ARC and BIMI are not looked at.
 */
import { checkSignatures } from './dkim.ts';
import { discoverDmarc } from './dmarc-discovery.ts';
import type { DmarcPolicy } from './dmarc-record.ts';
import { AUTH_LIMITS, type AuthLimits } from './limits.ts';
import { organizationOf } from './organizational-domain.ts';
import type { RawMail } from './raw-mail.ts';
import { boundedResolver, type Lookup, type MailResolver } from './resolver.ts';
import { checkSpf, type SpfQuestion } from './spf.ts';
import { type AuthVerdict, judge } from './verdict.ts';

export interface AuthInput extends SpfQuestion {
  readonly raw: RawMail;
  /** Domain of the one clear From address (sender.ts), A-labels; `null` when there is none. */
  readonly fromDomain: string | null;
}

export async function authenticate(
  input: AuthInput,
  lookup: Lookup,
  limits: AuthLimits = AUTH_LIMITS,
): Promise<AuthVerdict> {
  const resolver = boundedResolver(lookup, limits);
  try {
    return await check(input, resolver, limits);
  } catch (error) {
    return undecided(error);
  } finally {
    resolver.close();
  }
}

async function check(input: AuthInput, resolver: MailResolver, limits: AuthLimits): Promise<AuthVerdict> {
  const { fromDomain } = input;
  const dmarc = fromDomain === null ? null : await findPolicy(fromDomain, resolver);
  const [spf, dkim] = await Promise.all([
    checkSpf(input, resolver),
    checkSignatures(input.raw, limits.signatures, resolver),
  ]);
  const verdict = judge({ fromDomain, spf, signatures: dkim.signatures, dmarc, organizationOf });
  return { ...verdict, detail: [...spf.detail, ...dkim.detail] };
}

async function findPolicy(fromDomain: string, resolver: MailResolver) {
  return discoverDmarc(fromDomain, organizationOf(fromDomain), resolver.ask);
}

/** What the From domain (A-labels) asks to be done with mails that fail; `null` when it publishes nothing. */
export async function publishedPolicy(
  fromDomain: string,
  lookup: Lookup,
  limits: AuthLimits = AUTH_LIMITS,
): Promise<DmarcPolicy | null | 'temporary'> {
  const resolver = boundedResolver(lookup, limits);
  try {
    const found = await findPolicy(fromDomain, resolver);
    if (found.kind === 'temporary') return 'temporary';
    return found.kind === 'record' ? found.policy : null;
  } finally {
    resolver.close();
  }
}

/** Something failed that should not: nothing is known, so nobody is believed and nobody is refused for good. */
function undecided(error: unknown): AuthVerdict {
  return {
    spf: null,
    spfDomain: null,
    dkim: null,
    dkimDomains: [],
    dmarc: null,
    policy: null,
    aligned: false,
    outcome: 'temporary-failure',
    because: ['the checks failed'],
    detail: [error instanceof Error ? error.message : String(error)],
  };
}
