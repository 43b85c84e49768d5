/**
 * DNS as a plain object: `{ 'empresa.com TXT': 'v=spf1 -all' }`. What is not declared does not exist. Names and types
 * are looked up as node:dns would, errors carry its codes.
 */
import type { DnsRecords, Lookup } from '../../src/auth/resolver.ts';

/** Error code of node:dns, or a server that never answers. */
export type Failure = 'SERVFAIL' | 'TIMEOUT' | 'REFUSED' | 'NODATA' | 'NEVER';

export interface Zone {
  readonly [nameAndType: string]: string | DnsRecords | { readonly fails: Failure };
}

export interface ZoneLookup {
  readonly lookup: Lookup;
  /** `name TYPE` of every query, in order. */
  readonly asked: string[];
}

export const SERVFAIL = { fails: 'SERVFAIL' } as const;
export const TIMEOUT = { fails: 'TIMEOUT' } as const;
export const REFUSED = { fails: 'REFUSED' } as const;
export const NODATA = { fails: 'NODATA' } as const;
export const NEVER = { fails: 'NEVER' } as const;

export function zoneLookup(zone: Zone): ZoneLookup {
  const asked: string[] = [];
  const lookup: Lookup = async (name, type) => {
    const key = `${name.toLowerCase()} ${type}`;
    asked.push(key);
    const value = Object.hasOwn(zone, key) ? zone[key] : undefined;
    if (value === undefined) throw dnsError('ENOTFOUND');
    if (typeof value === 'string') return type === 'TXT' ? [[value]] : [value];
    if ('fails' in value) {
      if (value.fails === 'NEVER') return new Promise(() => undefined);
      throw dnsError(`E${value.fails}`);
    }
    return value;
  };
  return { lookup, asked };
}

export function dnsError(code: string): Error {
  return Object.assign(new Error(`query failed: ${code}`), { code });
}
