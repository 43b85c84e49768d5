/** `taquilla health`, which containers ask every half minute. */
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { taquilla } from '../support/cli.ts';
import { testGateway } from '../support/gateway.ts';
import { tempFolder } from '../support/temp-folder.ts';

const NOBODY = 1;

function healthOf(port: number, host = '127.0.0.1') {
  const cwd = tempFolder();
  const config = {
    company: 'Hosting de Prueba',
    hostname: 'mail.hosting.example',
    smtp: { host, port },
    departments: [{ key: 'soporte', names: { es: 'Soporte', en: 'Support' }, mailboxes: ['soporte@hosting.example'] }],
    outbound: { transport: { type: 'file', folder: './outbox' } },
  };
  writeFileSync(join(cwd, 'config.json'), JSON.stringify(config));
  return taquilla(['health'], { cwd });
}

/** A server that is not well in some way. */
async function server(greet: (socket: Socket) => void): Promise<number> {
  const listener = createServer((socket) => {
    socket.on('error', () => undefined);
    greet(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void listener.close());
  return (listener.address() as AddressInfo).port;
}

it('a gateway that runs is well', async () => {
  const { port } = await testGateway();
  const { code, stdout } = await healthOf(port);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^127\.0\.0\.1:\d+: 220 mail\.hosting\.example /)]);
});

it('one that listens on all addresses is asked on the loopback', async () => {
  const { port } = await testGateway({ config: { smtp: { host: '0.0.0.0', port: 0 } } });
  expect(await healthOf(port, '0.0.0.0')).toMatchObject({ code: 0 });
});

it('nobody there is not well', async () => {
  const { code, stderr } = await healthOf(NOBODY);
  expect([code, stderr]).toEqual([1, expect.stringContaining('nothing answers (ECONNREFUSED)')]);
});

it.each([
  ['no mail is taken', (socket: Socket) => socket.end('421 4.3.2 stopping\r\n'), '421 4.3.2 stopping'],
  ['the connection is closed', (socket: Socket) => socket.end(), 'closed without a greeting'],
  ['the greeting has no end', (socket: Socket) => socket.write('x'.repeat(5000)), 'does not end'],
])('%s: not well', async (_, greet, why) => {
  const { code, stderr } = await healthOf(await server(greet));
  expect([code, stderr]).toEqual([1, expect.stringContaining(why)]);
});

it('port 0 can’t be asked', async () => {
  expect(await healthOf(0)).toMatchObject({ code: 2 });
});
