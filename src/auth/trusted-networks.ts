/**
 * Lists of addresses and networks (`192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`) and whether a client is in one.
 * IPv4 and IPv4-mapped IPv6 (RFC 4291 section 2.5.5.2) are the same address here, because a socket that listens on
 * both families reports every IPv4 client in the mapped form. No names, no ranges, no wildcards.
 */
import { BlockList, isIP, SocketAddress } from 'node:net';

export interface NetworkList {
  /** False for anything that is no address. */
  readonly has: (address: string) => boolean;
}

export type NetworkListResult =
  | { readonly ok: true; readonly networks: NetworkList }
  | { readonly ok: false /** The entries that are no network, as written. */; readonly invalid: readonly string[] };

interface Network {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly bits: number;
}

/** Clients that a list remembers its answer for. */
const MAX_KNOWN = 1000;

/** All entries or, when some can't be read, all of those: a list that is half understood must not be used. */
export function parseNetworks(entries: readonly string[]): NetworkListResult {
  const list = new BlockList();
  const invalid: string[] = [];
  for (const entry of entries) {
    const network = parseNetwork(entry.trim());
    if (network === null) invalid.push(entry);
    else list.addSubnet(network.address, network.bits, network.family);
  }
  if (invalid.length > 0) return { ok: false, invalid };
  const check = (address: string): boolean => {
    const canonical = canonicalAddress(address);
    return canonical !== null && list.check(canonical, isIP(canonical) === 4 ? 'ipv4' : 'ipv6');
  };
  // Every mail asks several lists about its client, and `BlockList` makes an object for each question.
  const known = new Map<string, boolean>();
  return {
    ok: true,
    networks: {
      has: (address) => {
        const answer = known.get(address);
        if (answer !== undefined) return answer;
        if (known.size >= MAX_KNOWN) known.clear();
        const checked = check(address);
        known.set(address, checked);
        return checked;
      },
    },
  };
}

function parseNetwork(entry: string): Network | null {
  const slash = entry.indexOf('/');
  const written = slash < 0 ? entry : entry.slice(0, slash);
  const address = written.includes('%') ? null : canonicalAddress(written);
  if (address === null) return null;
  const width = isIP(address) === 4 ? 32 : 128;
  const bits = slash < 0 ? width : prefixLength(entry.slice(slash + 1), isIP(written) === 4 ? 32 : 128);
  if (bits === null) return null;
  if (isIP(written) === 6 && width === 32 && slash >= 0) {
    // `::ffff:10.0.0.0/104` is `10.0.0.0/8`; a shorter prefix reaches beyond the IPv4 addresses.
    return bits < 96 ? null : { address, family: 'ipv4', bits: bits - 96 };
  }
  return { address, family: width === 32 ? 'ipv4' : 'ipv6', bits };
}

function prefixLength(text: string, most: number): number | null {
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(text)) return null;
  const bits = Number(text);
  return bits <= most ? bits : null;
}

/** The one way to write this address: IPv4 also for IPv4-mapped, IPv6 compressed, no zone; `null` for no address. */
export function canonicalAddress(text: string): string | null {
  const zone = text.indexOf('%');
  const address = zone < 0 ? text : text.slice(0, zone);
  const family = isIP(address);
  if (family === 4) return address;
  if (family !== 6) return null;
  // How nearly every client arrives at a socket for both families; `SocketAddress` costs more than all the rest.
  if (address.startsWith('::ffff:') && isIP(address.slice(7)) === 4) return address.slice(7);
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  const mapped = canonical.startsWith('::ffff:') ? canonical.slice('::ffff:'.length) : '';
  return isIP(mapped) === 4 ? mapped : canonical;
}
