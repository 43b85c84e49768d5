/** One mail through `authenticate`, with everything that a case doesn't name filled in: ana@empresa.com, forged. */
import { type AuthInput, authenticate } from '../../src/auth/authenticate.ts';
import type { AuthVerdict } from '../../src/auth/verdict.ts';
import { mailFrom } from './signing.ts';
import { type Zone, zoneLookup } from './zone.ts';

export const small = { queryMs: 100, queries: 30, totalMs: 5_000, signatures: 10 };
export const plain = mailFrom('ana@empresa.com');
export const SPF = { 'empresa.com TXT': 'v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all' };
export const REJECT = { '_dmarc.empresa.com TXT': 'v=DMARC1; p=reject' };

export interface Attempt extends Partial<Omit<AuthInput, 'raw'>> {
  readonly zone: Zone;
  readonly mail?: string;
  readonly raw?: AuthInput['raw'];
}

export async function check({ zone, mail, raw, ...rest }: Attempt): Promise<AuthVerdict> {
  const input: AuthInput = {
    raw: raw ?? Buffer.from(mail ?? plain, 'latin1'),
    ip: '203.0.113.99',
    helo: 'mta.host.es',
    mailFrom: 'ana@empresa.com',
    fromDomain: 'empresa.com',
    hostname: 'mx.example.com',
    ...rest,
  };
  return authenticate(input, zoneLookup(zone).lookup, small);
}
