/**
 * Which `Authentication-Results` fields (RFC 8601) of a mail a trusted relay wrote, and what they say as results.
 *
 * Anybody can write such a field with the relay's name (the authserv-id) into a mail. A relay writes above what it
 * received, and what it received begins with its own or an earlier `Received` field at the latest: so a field counts
 * only above the first `Received` line, and everything else is forged or foreign. Where the relay's own filters
 * insert below its `Received` line (Postfix milters do), `receivedAbove` says how many of those lines are the
 * relay's; that is only safe with a relay that removes forged fields itself (section 5).
 */
import type { HeaderLine } from '../mail/header-lines.ts';
import { readTokens, type Token } from './authres-tokens.ts';

const NAME = 'authentication-results';
/** A field with more results than this is cut: no relay reports so many. */
const MAX_RESULTS = 100;

export interface TrustedRelay {
  /** The name under which the relay reports, compared without case. */
  readonly authservId: string;
  /** `Received` lines that the relay itself puts above its results; normally 0. */
  readonly receivedAbove?: number;
}

export interface MethodResult {
  /** `spf`, `dkim`, `dmarc`, …, in lower case. */
  readonly method: string;
  /** `pass`, `fail`, …, in lower case. */
  readonly result: string;
  /** By `ptype.property` in lower case, the first of each: `smtp.mailfrom`, `header.d`. */
  readonly properties: ReadonlyMap<string, string>;
  /** Texts of the comments behind the result. */
  readonly comments: readonly string[];
}

/** Fields of the relay, top-most first. */
export function trustedResults(lines: readonly HeaderLine[], relay: TrustedRelay): HeaderLine[] {
  const trusted: HeaderLine[] = [];
  let received = 0;
  for (const line of lines) {
    if (line.name === 'received') {
      received += 1;
      if (received > (relay.receivedAbove ?? 0)) return trusted;
    } else if (line.name === NAME && isFrom(line, relay.authservId)) {
      trusted.push(line);
    }
  }
  // Without a Received line nothing shows where the relay's part ends.
  return [];
}

/** The lines without the `Authentication-Results` fields that nobody trusted wrote; `null`: nobody is trusted. */
export function withoutForgedResults(lines: readonly HeaderLine[], relay: TrustedRelay | null): HeaderLine[] {
  const trusted = new Set(relay === null ? [] : trustedResults(lines, relay));
  return lines.filter((line) => line.name !== NAME || trusted.has(line));
}

function isFrom(line: HeaderLine, authservId: string): boolean {
  return readResults(line.raw)?.authservId === authservId.toLowerCase();
}

export interface ResultsField {
  /** In lower case. */
  readonly authservId: string;
  readonly results: readonly MethodResult[];
}

/** Reads one field body; `null` when it is not well formed so far that its writer can be named. */
export function readResults(raw: string): ResultsField | null {
  const tokens = readTokens(raw);
  if (tokens === null) return null;
  const [head, ...segments] = splitAtSemicolons(tokens);
  const words = (head ?? []).filter((token) => token.kind !== 'comment');
  const [id, version, ...more] = words;
  // Section 2.2: the version is 1 or not given; another one may mean anything.
  if (id?.kind !== 'word' || more.length > 0) return null;
  if (version !== undefined && (version.kind !== 'word' || version.text !== '1')) return null;
  const results: MethodResult[] = [];
  for (const segment of segments.slice(0, MAX_RESULTS)) {
    const result = readMethod(segment);
    if (result !== null) results.push(result);
  }
  return { authservId: id.text.toLowerCase(), results };
}

function splitAtSemicolons(tokens: readonly Token[]): Token[][] {
  const segments: Token[][] = [];
  let segment: Token[] = [];
  for (const token of tokens) {
    if (token.kind === 'semicolon') {
      segments.push(segment);
      segment = [];
    } else {
      segment.push(token);
    }
  }
  segments.push(segment);
  return segments;
}

/** `dkim=pass (comment) reason="text" header.d=example.com`, as `name = value` pairs; the first one is the method. */
function readMethod(segment: readonly Token[]): MethodResult | null {
  const comments: string[] = [];
  const words: Token[] = [];
  for (const token of segment) {
    if (token.kind === 'comment') comments.push(token.text);
    else words.push(token);
  }
  const properties = new Map<string, string>();
  let method: { readonly name: string; readonly result: string } | null = null;
  for (let index = 0; index < words.length; ) {
    const [name, equals, next, after] = words.slice(index, index + 4);
    // `smtp.mailfrom= smtp.helo=x`: what is followed by `=` is the next name, not this one's value.
    const value = after?.kind === 'equals' ? undefined : next;
    if (name?.kind !== 'word' || equals?.kind !== 'equals' || (value !== undefined && value.kind !== 'word')) {
      // A result that can't be read is none; a property that can't be read is left out.
      if (method === null) return null;
      index += 1;
      continue;
    }
    const key = name.text.toLowerCase();
    const text = value?.text ?? '';
    // `dkim/1=pass`: the method's version says nothing that we need.
    if (method === null) method = { name: key.split('/')[0] ?? '', result: text.toLowerCase() };
    else if (!properties.has(key)) properties.set(key, text);
    index += value === undefined ? 2 : 3;
  }
  return method === null ? null : { method: method.name, result: method.result, properties, comments };
}
