/**
 * DMARC policy records (RFC 7489 sections 6.3 and 6.6.3) as text → facts. Pure: who asks DNS is dmarc-discovery.ts.
 *
 * Not done: `pct` (a domain that says quarantine is taken at its word for every mail), `np` of RFC 9091, reports.
 */
export type DmarcPolicy = 'none' | 'quarantine' | 'reject';
export type AlignmentMode = 'relaxed' | 'strict';

export interface DmarcRecord {
  readonly p: DmarcPolicy;
  /** `null` when not given: sub-domains then get `p`. */
  readonly sp: DmarcPolicy | null;
  readonly adkim: AlignmentMode;
  readonly aspf: AlignmentMode;
}

export type RecordSet =
  | { readonly kind: 'record'; readonly record: DmarcRecord }
  /** No DMARC record at this name: the organisational domain may have one. */
  | { readonly kind: 'empty' }
  /** Several records, or one that says nothing usable: DMARC does not apply, and nobody else is asked. */
  | { readonly kind: 'unusable' };

/** Reads all TXT texts found at `_dmarc.<domain>`. */
export function readDmarcRecords(texts: readonly string[]): RecordSet {
  const candidates: Map<string, string>[] = [];
  for (const text of texts) {
    const tags = readTags(text);
    if (tags !== null) candidates.push(tags);
  }
  const [tags] = candidates;
  if (tags === undefined) return { kind: 'empty' };
  if (candidates.length > 1) return { kind: 'unusable' };
  const record = readRecord(tags);
  return record === null ? { kind: 'unusable' } : { kind: 'record', record };
}

/** What the record asks for a mail of this domain: `sp` only where it was found at the organisational domain. */
export function policyFor(record: DmarcRecord, foundAtOrganization: boolean): DmarcPolicy {
  return foundAtOrganization && record.sp !== null ? record.sp : record.p;
}

/** The tags when the text is a DMARC record: `v=DMARC1` first, in that case (section 6.4). */
function readTags(text: string): Map<string, string> | null {
  const tags = new Map<string, string>();
  for (const part of text.slice(0, 4096).split(';')) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    const value = equals < 0 ? '' : part.slice(equals + 1).trim();
    if (tags.size === 0 && (name !== 'v' || value !== 'DMARC1')) return null;
    if (!tags.has(name)) tags.set(name, value);
  }
  return tags;
}

function readRecord(tags: Map<string, string>): DmarcRecord | null {
  const p = readPolicy(tags.get('p'));
  const sp = readPolicy(tags.get('sp'));
  const alignment = { adkim: readMode(tags.get('adkim')), aspf: readMode(tags.get('aspf')) };
  if (p !== null && (sp !== null || !tags.has('sp'))) return { p, sp, ...alignment };
  // Section 6.6.3 point 6: a broken policy of somebody who wants reports is `none`, of anybody else no policy.
  return hasReportAddress(tags.get('rua')) ? { p: 'none', sp: null, ...alignment } : null;
}

function readPolicy(value: string | undefined): DmarcPolicy | null {
  const policy = value?.toLowerCase();
  return policy === 'none' || policy === 'quarantine' || policy === 'reject' ? policy : null;
}

function readMode(value: string | undefined): AlignmentMode {
  return value?.toLowerCase() === 's' ? 'strict' : 'relaxed';
}

function hasReportAddress(rua: string | undefined): boolean {
  if (rua === undefined) return false;
  return rua.split(',').some((uri) => /^(?:mailto:[^\s@]+@[^\s@]+|https?:\/\/\S+)$/i.test(uri.trim()));
}
