/**
 * A domain that another program has already compared or asked DNS for, so that it must not be read more kindly here.
 *
 * `normalizeDomain` reads what people write, by the rules of URLs, where `empresa.com/.evil.com` is the host
 * `empresa.com`. As the `d=` of a signature that text is a name below `evil.com`: its owner can publish a key there.
 */
import { normalizeDomain } from '../mail/address.ts';

/** Lower-case A-labels; `null` unless the text is just that, in any case, with or without a final dot. */
export function plainDomain(text: string): string | null {
  return /^[A-Za-z0-9._-]+$/.test(text) ? normalizeDomain(text) : null;
}
