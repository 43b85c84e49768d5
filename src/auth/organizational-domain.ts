/**
 * The organisational domain (RFC 7489 section 3.2) of a domain, from the public-suffix list, private suffixes
 * included: two customers of one hosting platform are not one organisation.
 */
import { getDomain } from 'tldts';

/** `domain` in A-labels; one under no public suffix, or that is one, is its own organisation. */
export function organizationOf(domain: string): string {
  return getDomain(domain, { allowPrivateDomains: true, extractHostname: false, validateHostname: false }) ?? domain;
}
