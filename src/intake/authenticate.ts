/**
 * Whether the sender is who the mail says, as this installation has chosen to find out: nobody asks, a trusted relay
 * has asked already, or we ask DNS ourselves.
 */
import { authenticate } from '../auth/authenticate.ts';
import type { TrustedRelay } from '../auth/authentication-results.ts';
import { AUTH_LIMITS } from '../auth/limits.ts';
import { organizationOf } from '../auth/organizational-domain.ts';
import { readRelayReport, relayVerdict } from '../auth/relay-verdict.ts';
import type { Lookup } from '../auth/resolver.ts';
import type { NetworkList } from '../auth/trusted-networks.ts';
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
  readonly lookup: Lookup;
  /** Our own host name, for SPF macros. */
  readonly hostname: string;
  readonly log: Log;
}

export function createAuthenticator(options: AuthenticationOptions): Authenticate {
  const { mode, staffNetworks, reportingRelays, lookup, hostname, log } = options;
  if (mode === 'off') return async (_, { ip }) => trusted(ip !== null && staffNetworks.has(ip));

  return async (mail, envelope, source) => {
    const { ip } = envelope;
    const fromDomain = mail.sender.clear ? domainOf(mail.sender.address) : null;
    // Nothing connected: there is nothing to ask SPF for.
    if (ip === null) return unknown();

    const relay = reportingRelays.get(ip);
    if (relay !== undefined) {
      const report = readRelayReport(mail.lines, relay);
      if (report === null) return { ...unknown(), because: [`the relay ${ip} reports nothing as ${relay.authservId}`] };
      // What a relay passes on is not from the network that the relay stands in.
      return toAuthenticity(relayVerdict(report, fromDomain, organizationOf), false);
    }
    const verdict = await authenticate(
      { raw: source.open, ip, helo: envelope.helo ?? '', mailFrom: envelope.mailFrom, hostname, fromDomain },
      lookup,
      AUTH_LIMITS,
    );
    if (verdict.detail.length > 0) log.debug({ ip, detail: verdict.detail }, 'authentication');
    return toAuthenticity(verdict, staffNetworks.has(ip));
  };
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

function unknown(): Authenticity {
  return {
    outcome: 'unverified',
    demanded: null,
    fromStaffNetwork: false,
    results: null,
    because: ['not asked: there was no connection'],
  };
}

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
