/** Where an organisation ends: the public-suffix list, private suffixes included. */
import { expect, it } from 'vitest';
import './no-network.ts';
import { organizationOf } from '../../src/auth/organizational-domain.ts';

it.each([
  ['empresa.com', 'empresa.com'],
  ['mail.empresa.com', 'empresa.com'],
  ['a.b.empresa.com.es', 'empresa.com.es'],
  ['empresa.co.uk', 'empresa.co.uk'],
  ['co.uk', 'co.uk'],
  ['com', 'com'],
  ['localhost', 'localhost'],
  ['ana.github.io', 'ana.github.io'],
  ['sub.xn--espaa-rta.com', 'xn--espaa-rta.com'],
  ['x_y.empresa.com', 'empresa.com'],
  ['intranet.empresa.test', 'empresa.test'],
])('%s belongs to %s', (domain, organization) => {
  expect(organizationOf(domain)).toBe(organization);
});
