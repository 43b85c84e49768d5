/**
 * Makes the network impossible for the test file that imports this: every way of node:dns and node:net to ask
 * somebody throws. A forgotten fake shows as a failed test and not as a query.
 */
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

export const attempts: string[] = [];

const forbidden = (what: string) => () => {
  attempts.push(what);
  throw new Error(`the network is not allowed in tests: ${what}`);
};

for (const where of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype]) {
  for (const name of Object.getOwnPropertyNames(where)) {
    if (!/^(?:resolve|lookup|reverse)/.test(name)) continue;
    Object.defineProperty(where, name, { value: forbidden(`dns ${name}`), configurable: true, writable: true });
  }
}
net.Socket.prototype.connect = forbidden('connect');
syncBuiltinESMExports();
