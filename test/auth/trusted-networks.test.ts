/** Networks as people write them in a config, and addresses as sockets report them. */
import { describe, expect, it } from 'vitest';
import { canonicalAddress, parseNetworks } from '../../src/auth/trusted-networks.ts';

const members: readonly [list: string, address: string, member: boolean][] = [
  ['192.0.2.7', '192.0.2.7', true],
  ['192.0.2.7', '192.0.2.8', false],
  ['192.0.2.7', '::ffff:192.0.2.7', true],
  ['192.0.2.7', '::ffff:c000:207', true],
  ['192.0.2.7', '0:0:0:0:0:FFFF:192.0.2.7', true],
  ['::ffff:192.0.2.7', '192.0.2.7', true],
  ['10.0.0.0/8', '10.255.255.255', true],
  ['10.0.0.0/8', '11.0.0.0', false],
  ['10.1.2.3/8', '10.9.9.9', true],
  ['::ffff:10.0.0.0/104', '10.200.0.1', true],
  ['::ffff:10.0.0.0/104', '11.0.0.1', false],
  ['0.0.0.0/0', '203.0.113.9', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['2001:db8::/32', '2001:DB8:0:0::1', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['fe80::/10', 'fe80::1%eth0', true],
  ['::1', '::1', true],
  ['::1', '127.0.0.1', false],
  ['127.0.0.0/8', 'localhost', false],
  ['127.0.0.0/8', '', false],
];

describe('trusted networks', () => {
  it.each(members)('%s and %s → %s', (list, address, member) => {
    const parsed = parseNetworks([list, ' 198.51.100.1 ']);
    expect(parsed.ok && parsed.networks.has(address)).toBe(member);
  });

  it('names every entry that it can not read, and then trusts nobody', () => {
    const bad = [
      '10.0.0.0/33',
      '10.0.0/8',
      '2001:db8::/129',
      'localhost',
      '',
      '10.0.0.0/',
      '10.0.0.0/08',
      '::ffff:1.2.3.4/64',
    ];
    expect(parseNetworks(['10.0.0.0/8', ...bad])).toEqual({ ok: false, invalid: bad });
  });

  it('an empty list has nobody', () => {
    const parsed = parseNetworks([]);
    expect(parsed.ok && parsed.networks.has('127.0.0.1')).toBe(false);
  });

  it('writes each address in one way', () => {
    expect(canonicalAddress('2001:DB8::0:1')).toBe('2001:db8::1');
    expect(canonicalAddress('::ffff:1.2.3.4')).toBe('1.2.3.4');
    expect(canonicalAddress('1.2.3')).toBeNull();
  });
});
