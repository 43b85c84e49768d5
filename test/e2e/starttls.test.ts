/** Encryption: what STARTTLS starts afresh, which versions are spoken, and how a certificate is renewed. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { connect as connectPlain, type Socket } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { manualSeconds } from '../support/clock.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { tempFolder } from '../support/temp-folder.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));

interface Encrypted {
  readonly gateway: TestGateway;
  readonly cert: string;
  readonly key: string;
  readonly pass: (seconds: number) => void;
}

async function start(): Promise<Encrypted> {
  const folder = tempFolder();
  const cert = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  copyFileSync(fixture('cert.pem'), cert);
  copyFileSync(fixture('key.pem'), key);
  const seconds = manualSeconds();
  const gateway = await testGateway({ config: { smtp: { port: 0, tls: { cert, key } } } }, folder, {
    seconds: seconds.everySecond,
  });
  return { gateway, cert, key, pass: seconds.pass };
}

/** Reads until what came matches; the end of the connection counts as an empty last line. */
async function until(socket: Socket | tls.TLSSocket, pattern: RegExp): Promise<string> {
  let text = '';
  for (;;) {
    const chunk: Buffer | null = await new Promise((resolve) => {
      const done = (value: Buffer | null) => {
        socket.off('data', done);
        socket.off('close', closed);
        resolve(value);
      };
      const closed = () => done(null);
      socket.on('data', done);
      socket.on('close', closed);
    });
    if (chunk === null) return text;
    text += chunk.toString('latin1');
    if (pattern.test(text)) return text;
  }
}

async function plain(port: number): Promise<Socket> {
  const socket = connectPlain({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  await until(socket, /220 .*\r\n/);
  return socket;
}

/** Everything up to the end of the handshake; `afterCommand` is sent in the same packet as STARTTLS. */
async function upgrade(port: number, afterCommand = '', options: tls.ConnectionOptions = {}): Promise<tls.TLSSocket> {
  const socket = await plain(port);
  socket.write('EHLO client.example\r\n');
  await until(socket, /^250 .*\r\n/m);
  socket.write(`STARTTLS\r\n${afterCommand}`);
  expect(await until(socket, /\r\n/), 'one reply in the clear, and no more').toMatch(/^220 [^\r\n]*\r\n$/);
  // The certificates of the tests sign themselves.
  const secure = tls.connect({ socket, rejectUnauthorized: false, ...options });
  await new Promise<void>((resolve, reject) => {
    secure.once('secureConnect', resolve);
    secure.once('error', reject);
  });
  secure.on('error', () => undefined);
  return secure;
}

async function say(socket: tls.TLSSocket, line: string): Promise<string> {
  socket.write(`${line}\r\n`);
  return until(socket, /^\d{3} .*\r\n/m);
}

it('forgets all that was said before STARTTLS', async () => {
  const { gateway } = await start();
  const socket = await plain(gateway.port);
  socket.write('EHLO client.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<soporte@hosting.example>\r\n');
  await until(socket, /Accepted\r\n.*Accepted\r\n/s);
  socket.write('STARTTLS\r\n');
  await until(socket, /220/);
  const secure = tls.connect({ socket, rejectUnauthorized: false });
  await new Promise((resolve) => secure.once('secureConnect', resolve));
  expect(await say(secure, 'DATA')).toMatch(/^503 5\.5\.1/);
  expect(await say(secure, 'EHLO client.example')).not.toContain('STARTTLS');
  expect(await say(secure, 'DATA')).toMatch(/^503 5\.5\.1/);
  expect(await say(secure, 'RCPT TO:<soporte@hosting.example>')).toMatch(/^503 5\.5\.1/);
});

it('throws away commands that were pipelined behind STARTTLS in the clear (CVE-2011-0411)', async () => {
  const { gateway } = await start();
  const injected = `EHLO evil.example\r\nMAIL FROM:<evil@b.example>\r\n${'NOOP\r\n'.repeat(300)}RCPT TO:<soporte@hosting.example>\r\nRC`;
  const secure = await upgrade(gateway.port, injected);
  // Nothing is answered but what is asked now, and nothing is known of what was injected.
  expect(await say(secure, 'RCPT TO:<soporte@hosting.example>')).toMatch(/^503 5\.5\.1[^\r\n]*\r\n$/);
  expect(await say(secure, 'EHLO client.example')).toMatch(/^250-mail\.hosting\.example/);
  expect(await say(secure, 'RCPT TO:<soporte@hosting.example>')).toMatch(/^503 5\.5\.1[^\r\n]*\r\n$/);
});

it('ends a handshake that is never finished', async () => {
  const { gateway, pass } = await start();
  const socket = await plain(gateway.port);
  socket.write('EHLO client.example\r\n');
  await until(socket, /^250 .*\r\n/m);
  socket.write('STARTTLS\r\n');
  await until(socket, /220/);
  pass(62);
  expect(await until(socket, /never/), 'not a word more in the clear').toBe('');
});

it.each([
  ['TLSv1.2', true],
  ['TLSv1.3', true],
  ['TLSv1.1', false],
  ['TLSv1', false],
] as const)('speaks %s: %s', async (version, spoken) => {
  // Without this OpenSSL's own default would refuse the old versions, whatever the door says.
  const { DEFAULT_CIPHERS, DEFAULT_MIN_VERSION } = tls;
  tls.DEFAULT_CIPHERS = 'ALL@SECLEVEL=0';
  tls.DEFAULT_MIN_VERSION = 'TLSv1';
  onTestFinished(() => {
    tls.DEFAULT_CIPHERS = DEFAULT_CIPHERS;
    tls.DEFAULT_MIN_VERSION = DEFAULT_MIN_VERSION;
  });
  const { gateway } = await start();
  const versions = { minVersion: version, maxVersion: version };
  const handshake = upgrade(gateway.port, '', versions).then((socket) => socket.getProtocol());
  if (spoken) expect(await handshake).toBe(version);
  else await expect(handshake).rejects.toThrow(/alert|protocol/i);
});

const nameOf = async (gateway: TestGateway) => (await upgrade(gateway.port)).getPeerCertificate().subject.CN;

it('takes a renewed certificate within a minute, and connections of before go on', async () => {
  const { gateway, cert, key, pass } = await start();
  const before = await upgrade(gateway.port);
  expect(before.getPeerCertificate().subject.CN).toBe('mail.hosting.example');
  copyFileSync(fixture('renewed-cert.pem'), cert);
  copyFileSync(fixture('renewed-key.pem'), key);
  pass(59);
  expect(await nameOf(gateway)).toBe('mail.hosting.example');
  pass(1);
  expect(await nameOf(gateway)).toBe('renewed.hosting.example');
  expect(await say(before, 'EHLO client.example')).toMatch(/^250/);
});

it('keeps the certificate that it has when the new one cannot be used, and takes it as soon as it can', async () => {
  const { gateway, cert, key, pass } = await start();
  // Half a renewal: the certificate is there, its key not yet.
  copyFileSync(fixture('renewed-cert.pem'), cert);
  pass(60);
  expect(await nameOf(gateway)).toBe('mail.hosting.example');
  writeFileSync(key, 'no key');
  pass(60);
  expect(await nameOf(gateway)).toBe('mail.hosting.example');
  copyFileSync(fixture('renewed-key.pem'), key);
  pass(60);
  expect(await nameOf(gateway)).toBe('renewed.hosting.example');
});
