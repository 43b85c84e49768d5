/** DMARC records as text: what is a record, what it asks for, and what broken ones are worth. */
import { describe, expect, it } from 'vitest';
import { policyFor, readDmarcRecords } from '../../src/auth/dmarc-record.ts';

const relaxed = { adkim: 'relaxed', aspf: 'relaxed' } as const;

const cases: readonly { text: string; is: 'empty' | 'unusable' | object }[] = [
  { text: 'v=DMARC1; p=reject', is: { p: 'reject', sp: null, ...relaxed } },
  { text: 'v=DMARC1;p=REJECT;sp=None', is: { p: 'reject', sp: 'none', ...relaxed } },
  { text: 'v = DMARC1 ; p = quarantine ; pct=0', is: { p: 'quarantine', sp: null, ...relaxed } },
  { text: 'v=DMARC1; p=none; adkim=s; aspf=S', is: { p: 'none', sp: null, adkim: 'strict', aspf: 'strict' } },
  { text: 'v=DMARC1; p=none; adkim=x', is: { p: 'none', sp: null, ...relaxed } },
  { text: 'v=DMARC1; p=reject; p=none', is: { p: 'reject', sp: null, ...relaxed } },
  { text: 'v=DMARC1; p=reject; junk; =; x=1;;', is: { p: 'reject', sp: null, ...relaxed } },
  // Section 6.6.3 point 6
  { text: 'v=DMARC1; p=rejct', is: 'unusable' },
  { text: 'v=DMARC1', is: 'unusable' },
  { text: 'v=DMARC1; p=reject; sp=bogus', is: 'unusable' },
  { text: 'v=DMARC1; p=rejct; rua=mailto:d@empresa.com', is: { p: 'none', sp: null, ...relaxed } },
  { text: 'v=DMARC1; p=reject; sp=x; rua=mailto:d@empresa.com', is: { p: 'none', sp: null, ...relaxed } },
  { text: 'v=DMARC1; rua=d@empresa.com', is: 'unusable' },
  // Not DMARC
  { text: 'v=dmarc1; p=reject', is: 'empty' },
  { text: 'v=DMARC10; p=reject', is: 'empty' },
  { text: 'p=reject; v=DMARC1', is: 'empty' },
  { text: 'v=spf1 -all', is: 'empty' },
  { text: '', is: 'empty' },
];

describe('DMARC records', () => {
  it.each(cases)('$text', ({ text, is }) => {
    const found = readDmarcRecords([text]);
    expect(found.kind === 'record' ? found.record : found.kind).toEqual(is);
  });

  it('ignores texts that are no DMARC record beside one that is', () => {
    expect(readDmarcRecords(['google-site-verification=1', 'v=DMARC1; p=reject']).kind).toBe('record');
  });

  it('takes none of several records', () => {
    expect(readDmarcRecords(['v=DMARC1; p=reject', 'v=DMARC1; p=none']).kind).toBe('unusable');
  });

  it('asks sp only of sub-domains of the organisation', () => {
    const record = { p: 'reject', sp: 'none', ...relaxed } as const;
    expect(policyFor(record, false)).toBe('reject');
    expect(policyFor(record, true)).toBe('none');
    expect(policyFor({ ...record, sp: null }, true)).toBe('reject');
  });
});
