/**
 * Whether the sender is who the mail says, as this installation has chosen to find out: nobody asks, a trusted relay
 * has asked already, or we ask DNS ourselves.
 */
import type { TrustedRelay } from '../auth/authentication-results.ts';
import { AUTH_LIMITS } from '../auth/limits.ts';
import { readRelayReport, relayVerdict } from '../auth/relay-verdict.ts';
import type { Lookup } from '../auth/resolver.ts';
import { canonicalAddress, type NetworkList } from '../auth/trusted-networks.ts';
import type { AuthVerdict } from '../auth/verdict.ts';
import type { Log } from '../log.ts';
import { domainOf } from '../mail/address.ts';
import type { MailSource, ParsedMail } from '../mail/parse.ts';
import type { Authenticity } from '../tickets/authenticity.ts';
import type { Envelope } from '../tickets/incoming-mail.ts';
import type { AuthenticationMode } from '../tickets/policy.ts';

export type Authenticate = (mail: ParsedMail, envelope: Envelope, source: MailSource) => Promise<Authenticity>;

export interface AuthenticationOptions {
  readonly mode: AuthenticationMode;
  /** Staff are believed from here without further proof. */
  readonly staffNetworks: NetworkList;
  /** Relays that report what they found in `Authentication-Results`, by their address. */
  readonly reportingRelays: ReadonlyMap<string, TrustedRelay>;
  /** The same of the mail server on this machine, which comes without an address; `null` where it reports nothing. */
  readonly localRelay: TrustedRelay | null;
  /** All trusted relays. Where one of them does not name its client, nobody knows who that was. */
  readonly relays: ReadonlySet<string>;
  readonly lookup: Lookup;
  /** Our own host name, for SPF macros. */
  readonly hostname: string;
  readonly log: Log;
}

export function createAuthenticator(options: AuthenticationOptions): Authenticate {
  const { mode, staffNetworks, reportingRelays, localRelay, relays, lookup, hostname, log } = options;
  const isStaffNetwork = (ip: string | null) => ip !== null && staffNetworks.has(ip);
  if (mode === 'off') return async (_, { ip }) => trusted(isStaffNetwork(ip));

  return async (mail, envelope, source) => {
    const { authenticate, organizationOf } = await loadLibrary();
    const ip = envelope.ip === null ? null : (canonicalAddress(envelope.ip) ?? envelope.ip);
    const fromDomain = mail.sender.clear ? domainOf(mail.sender.address) : null;
    const relay = ip === null ? localRelay : reportingRelays.get(ip);
    if (relay !== undefined && relay !== null) {
      const report = readRelayReport(mail.lines, relay);
      const verdict = report === null ? null : relayVerdict(report, fromDomain, organizationOf);
      const judged = report !== null && report.dmarc !== null && report.dmarc.fromDomain === fromDomain;
      // What a relay passes on is not from the network that the relay stands in.
      if (verdict !== null && (judged || verdict.outcome === 'verified')) return toAuthenticity(verdict, false);
      // Without a DMARC result that can be read for our From domain, what the relay says proves nothing: a sender can
      // make the relay's field unreadable. The domain's policy is asked of DNS, and what needs it is refused.
      const demanded = await askPolicy(fromDomain, lookup);
      const because = [`the relay ${ip ?? 'on this machine'} reports no DMARC result for this sender`];
      return { ...UNKNOWN, ...demanded, because };
    }
    if (ip === null || relays.has(ip)) {
      // It did not name its client (XCLIENT, XFORWARD, PROXY). Its own address would pass SPF for every domain that it sends for.
      const verdict = await authenticate(
        { raw: source.open, ip: NO_CLIENT, helo: '', mailFrom: envelope.mailFrom, hostname, fromDomain },
        lookup,
        AUTH_LIMITS,
      );
      return toAuthenticity(verdict, false);
    }
    const verdict = await authenticate(
      { raw: source.open, ip, helo: envelope.helo ?? '', mailFrom: envelope.mailFrom, hostname, fromDomain },
      lookup,
      AUTH_LIMITS,
    );
    if (verdict.detail.length > 0) log.debug({ ip, detail: verdict.detail }, 'authentication');
    return toAuthenticity(verdict, isStaffNetwork(ip));
  };
}

/** As long to load as the rest of the program together, so not before the door is open. */
async function load() {
  const [{ authenticate, publishedPolicy }, { organizationOf }] = await Promise.all([
    import('../auth/authenticate.ts'),
    import('../auth/organizational-domain.ts'),
  ]);
  return { authenticate, publishedPolicy, organizationOf };
}

let library: ReturnType<typeof load> | null = null;

/** Before the first mail, where there is time; otherwise the first mail waits for it. */
export function loadLibrary(): ReturnType<typeof load> {
  library ??= load();
  return library;
}

/** RFC 5737: nobody's address, so that SPF can pass for nobody but a domain that lets everybody send. */
const NO_CLIENT = '192.0.2.0';

async function askPolicy(
  fromDomain: string | null,
  lookup: Lookup,
): Promise<Partial<Pick<Authenticity, 'outcome' | 'demanded'>>> {
  if (fromDomain === null) return {};
  const { publishedPolicy } = await loadLibrary();
  const policy = await publishedPolicy(fromDomain, lookup);
  return policy === 'temporary' ? { outcome: 'temporary-failure' } : { demanded: policy };
}

/** `authentication: off`: somebody in front of us has checked, so every sender counts as verified. */
function trusted(fromStaffNetwork: boolean): Authenticity {
  return {
    outcome: 'verified',
    demanded: null,
    fromStaffNetwork,
    results: null,
    because: ['off: every sender counts as verified'],
  };
}

const UNKNOWN: Omit<Authenticity, 'because'> = {
  outcome: 'unverified',
  demanded: null,
  fromStaffNetwork: false,
  results: null,
};

function toAuthenticity(verdict: AuthVerdict, fromStaffNetwork: boolean): Authenticity {
  const { spf, dkim, dmarc, aligned, outcome, policy, because } = verdict;
  return {
    outcome,
    demanded: dmarc === 'fail' ? (policy ?? 'none') : null,
    fromStaffNetwork,
    results: { spf, dkim, dmarc, aligned },
    because,
  };
}

/** For mails that are explained without asking the network. */
export const askNobody: Authenticate = async (_, { ip }) => ({
  ...trusted(false),
  because: [`not asked of the network${ip === null ? '' : ` for ${ip}`}: the sender is taken as verified`],
});
