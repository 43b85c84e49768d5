import { expect, it } from 'vitest';
import { networkOf, RateLimits } from '../../src/intake/rate-limits.ts';
import { fakeClock } from '../support/clock.ts';

const HOUR = 60 * 60 * 1000;

function limits(clock = fakeClock()) {
  const options = {
    mailsPerSenderPerHour: 2,
    unverifiedMailsPerAddressPerHour: 2,
    refusedSendersPerAddressPerHour: 2,
    exempt: new Set(['192.0.2.99']),
  };
  return { clock, rates: new RateLimits(options, clock) };
}

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s counts as %s', (ip, network) => {
  expect(networkOf(ip)).toBe(network);
});

it('a verified sender has its own share, wherever it writes from', () => {
  const { rates } = limits();
  const mail = (sender: string, ip: string) => rates.allow({ sender, verified: true, ip });
  expect([mail('a@x', '192.0.2.1'), mail('a@x', '192.0.2.2'), mail('a@x', '192.0.2.3')]).toEqual([true, true, false]);
  expect(mail('b@x', '192.0.2.1')).toBe(true);
});

it('unverified mails use up the share of their network and of no sender', () => {
  const { rates } = limits();
  const forged = (ip: string) => rates.allow({ sender: 'a@x', verified: false, ip });
  expect([forged('192.0.2.1'), forged('192.0.2.1'), forged('192.0.2.1'), forged('192.0.2.2')]).toEqual([
    true,
    true,
    false,
    true,
  ]);
  expect(rates.allow({ sender: 'a@x', verified: true, ip: '192.0.2.1' })).toBe(true);
});

it('the share is whole again after an hour', () => {
  const { clock, rates } = limits();
  const mail = () => rates.allow({ sender: 'a@x', verified: true, ip: null });
  expect([mail(), mail(), mail()]).toEqual([true, true, false]);
  clock.advance(HOUR);
  expect(mail()).toBe(true);
});

it('only different refused senders make a network a guesser, and a relay never is one', () => {
  const { clock, rates } = limits();
  for (let n = 0; n < 10; n += 1) rates.noteRefused('same@x', '192.0.2.1');
  expect(rates.isGuessing('192.0.2.1')).toBe(false);
  for (const sender of ['a@x', 'b@x']) rates.noteRefused(sender, '192.0.2.1');
  expect(rates.isGuessing('192.0.2.1')).toBe(true);
  expect(rates.isGuessing('192.0.2.2')).toBe(false);
  for (const sender of ['a@x', 'b@x', 'c@x']) rates.noteRefused(sender, '192.0.2.99');
  expect(rates.isGuessing('192.0.2.99')).toBe(false);
  clock.advance(HOUR);
  expect(rates.isGuessing('192.0.2.1')).toBe(false);
});
