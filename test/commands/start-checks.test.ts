/** Who may run the gateway, as a table. */
import { expect, it } from 'vitest';
import { rootCheck, type Start } from '../../src/commands/start-checks.ts';

it.each<[string, Partial<Start>, string]>([
  ['an ordinary user', { uid: 1000 }, 'fine'],
  ['a system without users', { uid: null }, 'fine'],
  ['root on a port that needs none', {}, 'refuse'],
  ['root on any free port', { port: 0, host: '127.0.0.1' }, 'warn'],
  ['root on one address of ours', { host: '192.0.2.7' }, 'refuse'],
  ['root on IPv6', { host: '::' }, 'refuse'],
  ['root who was told to', { allowRoot: true }, 'fine'],
  ['root on port 25', { port: 25 }, 'warn'],
  ['root on loopback', { host: '127.0.0.1' }, 'warn'],
  ['root on another loopback address', { host: '127.3.2.1' }, 'warn'],
  ['root on loopback of IPv6', { host: '::1' }, 'warn'],
  ['root on loopback by name', { host: 'localhost' }, 'warn'],
])('%s', (_, start, verdict) => {
  expect(rootCheck({ uid: 0, host: '0.0.0.0', port: 2525, allowRoot: false, ...start }).verdict).toBe(verdict);
});
