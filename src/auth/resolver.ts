/**
 * DNS for the checks of one mail, bounded: so long for a query, so many queries, so long in total (limits.ts).
 * Answers are remembered for the one mail and values, not exceptions: "there is no such record" (RFC 8020, RFC 2308)
 * is a fact, "the server failed" is temporary, "that was one too many" is the mail's own doing.
 *
 * The lookup itself is injected; `systemLookup` is the one of production. No cache between mails: that is the work
 * of the machine's resolver.
 */
import { Resolver } from 'node:dns/promises';
import { setMaxListeners } from 'node:events';
import type { AuthLimits } from './limits.ts';

export type RecordType = 'A' | 'AAAA' | 'MX' | 'PTR' | 'TXT';

export interface MxRecord {
  readonly exchange: string;
  readonly priority: number;
}

/** As node:dns gives them: TXT records are lists of strings. */
export type DnsRecords = readonly string[] | readonly (readonly string[])[] | readonly MxRecord[];

/** Rejects with an error whose `code` is one of node:dns (`ENOTFOUND`, `ESERVFAIL`, …). */
export type Lookup = (name: string, type: RecordType) => Promise<DnsRecords>;

export type DnsAnswer =
  | { readonly kind: 'records'; readonly records: DnsRecords }
  | { readonly kind: 'no-record' }
  /** SERVFAIL, refused, no answer in time, or the mail's total time is over. */
  | { readonly kind: 'temporary' }
  /** Not asked: the mail has used up its queries. */
  | { readonly kind: 'too-many' };

export interface MailResolver {
  /** Never rejects. */
  readonly ask: (name: string, type: RecordType) => Promise<DnsAnswer>;
  /** Aborted when the mail's total time is over, and by `close`. */
  readonly expired: AbortSignal;
  /** Queries sent so far. */
  readonly queries: () => number;
  /** Whether a query was not sent because there had been too many. */
  readonly tooMany: () => boolean;
  /** Clears the timers and gives up what is still running. */
  readonly close: () => void;
}

const NO_RECORD: DnsAnswer = { kind: 'no-record' };
const TEMPORARY: DnsAnswer = { kind: 'temporary' };
const TOO_MANY: DnsAnswer = { kind: 'too-many' };

/** EBADNAME: a name that can't exist (a label over 63 octets) is as good as a name that doesn't. */
const ABSENT = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME']);

/**
 * What is asked of DNS at all. node:dns cuts a name at a NUL, so that the key of `s=evil.com<NUL>; d=empresa.com` would
 * be looked for at `evil.com`; and it reads backslashes and letters of other scripts in its own ways.
 */
const ASKABLE = /^[!-[\]-~]{1,254}$/;

/** A resolver for one mail; its total time starts now. Call `close` when the mail is done. */
export function boundedResolver(lookup: Lookup, limits: AuthLimits): MailResolver {
  const answers = new Map<string, Promise<DnsAnswer>>();
  const end = new AbortController();
  // One listener for each query under way, and the limit on queries bounds those.
  setMaxListeners(0, end.signal);
  const total = setTimeout(() => end.abort(), limits.totalMs);
  let queries = 0;
  let tooMany = false;

  const ask = (name: string, type: RecordType): Promise<DnsAnswer> => {
    const key = `${type} ${name.toLowerCase()}`;
    const known = answers.get(key);
    if (known !== undefined) return known;
    if (!ASKABLE.test(name)) return Promise.resolve(NO_RECORD);
    if (end.signal.aborted) return Promise.resolve(TEMPORARY);
    if (queries >= limits.queries) {
      tooMany = true;
      return Promise.resolve(TOO_MANY);
    }
    queries += 1;
    const answer = askOnce(lookup, name, type, limits.queryMs, end.signal);
    answers.set(key, answer);
    return answer;
  };

  const close = () => {
    clearTimeout(total);
    end.abort();
  };

  return { ask, expired: end.signal, queries: () => queries, tooMany: () => tooMany, close };
}

function askOnce(
  lookup: Lookup,
  name: string,
  type: RecordType,
  queryMs: number,
  expired: AbortSignal,
): Promise<DnsAnswer> {
  return new Promise((resolve) => {
    const finish = (answer: DnsAnswer) => {
      clearTimeout(timer);
      expired.removeEventListener('abort', giveUp);
      resolve(answer);
    };
    const giveUp = () => finish(TEMPORARY);
    const timer = setTimeout(giveUp, queryMs);
    expired.addEventListener('abort', giveUp);
    // Called inside a promise: a lookup that throws instead of rejecting ends here too.
    Promise.resolve()
      .then(() => lookup(name, type))
      .then(
        (records) => finish(records.length === 0 ? NO_RECORD : { kind: 'records', records }),
        (error: unknown) => finish(ABSENT.has(codeOf(error)) ? NO_RECORD : TEMPORARY),
      );
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** TXT records as whole texts: the strings of one record belong together without a blank (RFC 7208 section 3.3). */
export function txtTexts(records: DnsRecords): string[] {
  const texts: string[] = [];
  for (const record of records) {
    if (typeof record === 'string') texts.push(record);
    else if ('join' in record) texts.push(record.join(''));
  }
  return texts;
}

/** The lookup of production, over the machine's name servers or the given ones (`192.0.2.53`, `[2001:db8::53]:5353`). */
export function systemLookup(limits: AuthLimits, servers: readonly string[] = []): Lookup {
  // Half of the time for each of two tries: with two name servers, a dead first one leaves time for the second.
  const resolver = new Resolver({ timeout: Math.ceil(limits.queryMs / 2), tries: 2 });
  if (servers.length > 0) resolver.setServers([...servers]);
  return (name, type) => {
    switch (type) {
      case 'A':
        return resolver.resolve4(name);
      case 'AAAA':
        return resolver.resolve6(name);
      case 'MX':
        return resolver.resolveMx(name);
      case 'PTR':
        return resolver.resolvePtr(name);
      case 'TXT':
        return resolver.resolveTxt(name);
      default:
        return unknownType(type);
    }
  };
}

function unknownType(type: never): never {
  throw new Error(`no look-up for record type ${String(type)}`);
}
