/**
 * The bounded resolver in the shape that mailauth calls: answers as values, everything else as errors with a code.
 * Every temporary failure is an ETIMEOUT: that is the code mailauth's SPF makes a temperror of everywhere, while it
 * steps over an ESERVFAIL inside an `include` and goes on as if nothing had been there (RFC 7208 section 5.2).
 */
import type { DnsRecords, MailResolver, RecordType } from './resolver.ts';

export type LibraryResolver = (name: string, type: string) => Promise<string[][] | string[]>;

/** `skip`: a record type that is answered as empty without a query. */
export function libraryResolver(ask: MailResolver['ask'], skip: RecordType | null = null): LibraryResolver {
  return async (name, type) => {
    if (type === skip) return [];
    if (!isRecordType(type)) throw dnsError('ENODATA');
    const answer = await ask(name, type);
    switch (answer.kind) {
      case 'records':
        return asLibraryRecords(answer.records);
      case 'no-record':
        throw dnsError('ENOTFOUND');
      case 'temporary':
      case 'too-many':
        throw dnsError('ETIMEOUT');
    }
  };
}

function isRecordType(type: string): type is RecordType {
  return type === 'A' || type === 'AAAA' || type === 'MX' || type === 'PTR' || type === 'TXT';
}

function asLibraryRecords(records: DnsRecords): string[][] | string[] {
  // mailauth's types know no MX records, its SPF does; it also sorts what it gets, hence the copy.
  return [...records] as string[][] | string[];
}

function dnsError(code: 'ENOTFOUND' | 'ENODATA' | 'ETIMEOUT'): Error {
  return Object.assign(new Error(`DNS: ${code}`), { code });
}
