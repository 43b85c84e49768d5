/** What goes on: a tail of mails as they come, and one screen of figures. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { taquilla } from '../support/cli.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { submit } from '../support/smtp-client.ts';

const SLOW = { timeout: 60_000 };
const BIN = fileURLToPath(new URL('../../bin/taquilla.js', import.meta.url));
const ACCOUNTS = [{ number: 'C-1', name: 'Uno', contacts: ['ana@uno.example'] }];

const send = (gateway: TestGateway, from: string, id: string) =>
  submit(gateway.port, {
    from,
    to: ['soporte@hosting.example'],
    bytes: Buffer.from(`From: ${from}\r\nSubject: ${id} \u001b[2J\r\nMessage-ID: <${id}@x>\r\n\r\nHola\r\n`),
  });

it('tail prints the last mails, then each that comes, and ends when it is told to', SLOW, async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS });
  await send(gateway, 'ana@uno.example', 'uno');
  await send(gateway, 'eva@otra.example', 'dos');
  const child = spawn(process.execPath, [BIN, 'mail', 'tail', '--lines', '1', '--config', gateway.config.file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toMatch(/refuse {9}.*unregistered-sender {2}eva@otra\.example → soporte@hosting/);
  // The one that was shown is gone: the first one is not shown in its place.
  const due = { kind: 'mails', verdict: 'refuse', before: Date.now() + 1 } as const;
  await gateway.store.removeDue(due, (await gateway.store.findDue(due, 10)).ids);
  await send(gateway, 'ana@uno.example', 'tres');
  const line = String((await lines.next()).value);
  expect(line).toMatch(/open-ticket {4}.*TQ-\d{6} {2}ana@uno\.example → soporte@hosting\.example {2}tres/);
  expect(line).not.toContain('\u001b');
  child.kill('SIGTERM');
  expect((await once(child, 'exit'))[0]).toBe(0);
});

it('top counts what came and what waits', SLOW, async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS });
  await send(gateway, 'ana@uno.example', 'uno');
  await send(gateway, 'eva@otra.example', 'dos');
  const json = await taquilla(['top', '--json'], { cwd: gateway.folder });
  expect(JSON.parse(json.stdout)).toMatchObject({
    live: {
      open: [{ department: 'soporte', tickets: 1 }],
      mails: { 'open-ticket': { minute: 1, hour: 1, day: 1 }, refuse: { day: 1 }, hold: { day: 0 } },
      last: [{ verdict: 'refuse' }, { verdict: 'open-ticket' }],
    },
  });
  const { stdout } = await taquilla(['top', '--once'], { cwd: gateway.folder });
  expect(stdout).toContain('open tickets   soporte 1');
  expect(stdout).toMatch(/^refuse +\d +1 +1$/m);
});
