/** The verdict table, and what the verdict says beside the outcome. */
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/auth/verdict.ts';
import { rows, signaturesOf, spfOf } from './verdict-table.ts';

const lastTwoLabels = (domain: string) => domain.split('.').slice(-2).join('.');

describe('the verdict', () => {
  it.each(rows)('$case → $outcome', (row) => {
    const fromDomain = row.from === undefined ? 'empresa.com' : row.from;
    const verdict = judge({
      fromDomain,
      spf: spfOf(row),
      signatures: signaturesOf(row),
      dmarc: fromDomain === null ? null : (row.dmarc ?? { kind: 'no-record' }),
      organizationOf: lastTwoLabels,
    });
    expect(verdict.outcome).toBe(row.outcome);
    expect(verdict.dmarc).toBe(row.result);
    expect(verdict.aligned).toBe(row.outcome === 'verified');
    if (row.policy !== undefined) expect(verdict.policy).toBe(row.policy);
  });

  it('explains itself in short lines', () => {
    const verdict = judge({
      fromDomain: 'empresa.com',
      spf: { result: 'pass', domain: 'mailout.host.es' },
      signatures: [
        { domain: 'empresa.com', result: 'fail', note: 'the body was changed' },
        { domain: 'news.host.es', result: 'pass' },
      ],
      dmarc: { kind: 'no-record' },
      organizationOf: lastTwoLabels,
    });
    expect(verdict.because).toEqual([
      'spf pass for mailout.host.es (not aligned)',
      'dkim fail for empresa.com: the body was changed',
      'dkim pass for news.host.es (not aligned)',
      'dmarc none: empresa.com publishes no policy',
    ]);
    expect(verdict.dkim).toBe('pass');
    expect(verdict.dkimDomains).toEqual(['news.host.es']);
  });
});
