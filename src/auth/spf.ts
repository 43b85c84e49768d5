/**
 * SPF (RFC 7208) of one mail through mailauth: may this client address send for the domain of MAIL FROM, or for the
 * HELO name when the sender is null (section 2.4)? HELO is not asked for otherwise: it would align with nothing.
 */
import { isIP } from 'node:net';
import { spf } from 'mailauth/lib/spf/index.js';
import { normalizeDomain } from '../mail/address.ts';
import { libraryResolver } from './library-resolver.ts';
import type { MailResolver } from './resolver.ts';
import { canonicalAddress } from './trusted-networks.ts';
import type { SpfEvidence, SpfResult } from './verdict.ts';

export interface SpfQuestion {
  /** Address of the client, in any form. */
  readonly ip: string;
  readonly helo: string;
  /** Empty for the null sender. */
  readonly mailFrom: string;
  /** Our own name, for macros. */
  readonly hostname: string;
}

export interface SpfFindings extends SpfEvidence {
  /** Texts of the library, for the log. */
  readonly detail: readonly string[];
}

/** Never rejects. */
export async function checkSpf(question: SpfQuestion, resolver: MailResolver): Promise<SpfFindings> {
  const { ip, helo, mailFrom, hostname } = question;
  const at = mailFrom.lastIndexOf('@');
  const domain = normalizeDomain(mailFrom === '' ? helo : mailFrom.slice(at + 1));
  const client = canonicalAddress(ip);
  if (domain === null || isIP(domain) !== 0 || client === null) return { result: 'none', domain: null, detail: [] };

  const local = mailFrom === '' || at < 1 ? 'postmaster' : mailFrom.slice(0, at);
  // mailauth asks for both address families of each host; for an IPv4 client the other one costs queries for nothing.
  // For an IPv6 client A stays: `exists` asks for it whatever the client is (section 5.7).
  const ask = libraryResolver(resolver.ask, isIP(client) === 4 ? 'AAAA' : null);
  try {
    const found = await spf({ sender: `${local}@${domain}`, ip: client, helo, mta: hostname, resolver: ask });
    const result = readResult(found.status.result, resolver.tooMany());
    return { result, domain, detail: found.status.comment === undefined ? [] : [`spf: ${found.status.comment}`] };
  } catch (error) {
    return { result: 'permerror', domain, detail: [`spf: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

function readResult(result: string, tooManyQueries: boolean): SpfResult {
  switch (result) {
    case 'pass':
    case 'fail':
    case 'softfail':
    case 'neutral':
    case 'none':
    case 'permerror':
      return result;
    default:
      return tooManyQueries ? 'permerror' : 'temperror';
  }
}
