/**
 * Finds the DMARC record that holds for a From domain (RFC 7489 section 6.6.3): at the domain itself, else at its
 * organisational domain. mailauth's own search is not used because it takes `v=DMARC1` in any case, ignores broken
 * policies and goes on to the organisation where several records forbid it.
 */
import { type DmarcPolicy, type DmarcRecord, policyFor, readDmarcRecords } from './dmarc-record.ts';
import { type MailResolver, txtTexts } from './resolver.ts';

export type DmarcDiscovery =
  | {
      readonly kind: 'record';
      readonly record: DmarcRecord;
      /** What it asks for mails of the From domain. */
      readonly policy: DmarcPolicy;
      /** Where it was found. */
      readonly domain: string;
    }
  | { readonly kind: 'no-record' }
  | { readonly kind: 'temporary' }
  | { readonly kind: 'too-many' };

export async function discoverDmarc(
  fromDomain: string,
  organization: string,
  ask: MailResolver['ask'],
): Promise<DmarcDiscovery> {
  for (const domain of new Set([fromDomain, organization])) {
    const answer = await ask(`_dmarc.${domain}`, 'TXT');
    if (answer.kind === 'temporary' || answer.kind === 'too-many') return { kind: answer.kind };
    if (answer.kind === 'no-record') continue;
    const found = readDmarcRecords(txtTexts(answer.records));
    if (found.kind === 'unusable') return { kind: 'no-record' };
    if (found.kind === 'record') {
      const policy = policyFor(found.record, domain !== fromDomain);
      return { kind: 'record', record: found.record, policy, domain };
    }
  }
  return { kind: 'no-record' };
}
