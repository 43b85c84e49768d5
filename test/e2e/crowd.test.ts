/** Idle and very slow clients leave ordinary ones alone; `npm run bench:door` is the large version with figures. */
import { expect, it, onTestFinished } from 'vitest';
import { gather, percentile, sendAsUsual } from '../support/crowd.ts';
import { testGateway } from '../support/gateway.ts';

const TO = 'soporte@hosting.example';

it('serves ordinary senders in the middle of idle clients and of clients that send a byte a second', async () => {
  const senders = ['ana@empresa.com', 'luis@empresa.com', 'eva@empresa.com'];
  const gateway = await testGateway({ accounts: [{ number: 'C-1', name: 'Empresa', contacts: senders }] });
  const crowd = await gather(gateway.port, { idle: 150, drip: 50 }, TO);
  onTestFinished(crowd.leave);
  const times = await sendAsUsual(gateway.port, senders, TO, 5);
  expect(times.refused).toBe(0);
  // A mail takes a fifth of a second; the rest is for a busy machine.
  expect(percentile(times, 0.99)).toBeLessThan(5000);
  expect(crowd.lost()).toBe(0);
});
