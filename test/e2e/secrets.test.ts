/** What must stay inside: passwords and keys, in the log, on the screen and in files that others could read. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { SMTP_TIMEOUTS } from '../../src/outbox/smtp-connection.ts';
import { smtpTransport } from '../../src/outbox/smtp-transport.ts';
import { run } from '../support/running.ts';
import { submit } from '../support/smtp-client.ts';
import { tempFolder } from '../support/temp-folder.ts';

const PASSWORD = 'Contraseña-muy-secreta-7193';
const USER = 'taquilla@hosting.example';
const FORMS = [
  PASSWORD,
  Buffer.from(PASSWORD).toString('base64'),
  Buffer.from(`\u0000${USER}\u0000${PASSWORD}`).toString('base64'),
];

/** Refuses every log-in, and quotes what it was told. */
async function talkativeSmarthost(mechanism: 'PLAIN' | 'LOGIN'): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('220 smarthost.example\r\n');
    let steps = 0;
    socket.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
        if (/^EHLO/i.test(line)) socket.write(`250-smarthost.example\r\n250 AUTH ${mechanism}\r\n`);
        else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else if (mechanism === 'LOGIN' && steps < 2) {
          steps += 1;
          socket.write(steps === 1 ? '334 VXNlcm5hbWU6\r\n' : '334 UGFzc3dvcmQ6\r\n');
        } else socket.write(`535 5.7.8 no: ${line}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

function expectNoSecret(text: string): void {
  for (const form of FORMS) expect(text).not.toContain(form);
}

it.each(['PLAIN', 'LOGIN'] as const)(
  'a smarthost that quotes the %s log-in it refuses does not get the password into our words',
  async (mechanism) => {
    const transport = smtpTransport({
      host: '127.0.0.1',
      port: await talkativeSmarthost(mechanism),
      secure: false,
      requireTls: false,
      user: USER,
      password: PASSWORD,
      ca: null,
      timeouts: SMTP_TIMEOUTS,
      hostname: 'mail.hosting.example',
    });
    onTestFinished(() => transport.close());
    const result = await transport.send({
      envelopeFrom: '',
      recipient: 'ana@x.example',
      bytes: Buffer.from('a: b\r\n\r\n'),
      label: 'x',
    });
    expect(result).toMatchObject({ ok: false, failure: 'transport' });
    const text = JSON.stringify(result);
    expect(text).toContain('[hidden]');
    expectNoSecret(text);
  },
);

it('the program writes neither the password nor its keys to the log, and nobody else can read its files', async () => {
  const folder = tempFolder();
  // As an admin with an ordinary umask makes it.
  mkdirSync(join(folder, 'data'), { mode: 0o755 });
  const department = {
    key: 'soporte',
    names: { es: 'S', en: 'S' },
    mailboxes: ['soporte@example.com'],
    accepts: 'anyone',
  };
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({
      company: 'X',
      hostname: 'mail.example.com',
      smtp: { port: 0 },
      authentication: 'off',
      departments: [department],
      outbound: {
        transport: {
          type: 'smtp',
          host: '127.0.0.1',
          port: await talkativeSmarthost('PLAIN'),
          user: USER,
          password: PASSWORD,
        },
      },
      log: { level: 'debug', json: true },
    }),
    { mode: 0o644 },
  );
  const gateway = run(folder, ['serve']);
  const [, port] = await gateway.says(/listens on 127\.0\.0\.1:(\d+)/);
  const bytes = Buffer.from(
    `From: ana@x.example\r\nSubject: a\r\nMessage-ID: <1@x>\r\n\r\n${'Hola\r\n'.repeat(30_000)}`,
  );
  const { code } = await submit(Number(port), { from: 'ana@x.example', to: ['soporte@example.com'], bytes });
  expect(code).toBe(250);
  await gateway.says(/no: AUTH PLAIN/);
  gateway.process.kill('SIGTERM');
  expect(await gateway.ended).toBe(0);
  expectNoSecret(gateway.output());
  expect(gateway.output()).toContain('others on this machine can read');

  const keys: { keys: { secret: string }[] } = JSON.parse(readFileSync(join(folder, 'data', 'keys.json'), 'utf8'));
  for (const { secret } of keys.keys) expect(gateway.output()).not.toContain(secret);
  const open = ['', ...readdirSync(join(folder, 'data'), { recursive: true }).map(String)].filter(
    (path) => (statSync(join(folder, 'data', path)).mode & 0o077) !== 0,
  );
  expect(open).toEqual([]);
});

it('a config that is no JSON is told without what stands around the mistake', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'config.json'), `{ "password": "${PASSWORD}" oops }`);
  const binary = fileURLToPath(new URL('../../bin/taquilla.js', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [binary, 'check-config'], { cwd: folder, encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toMatch(/is not valid JSON/);
  expect(stderr).not.toContain('7193');
});
