/** `taquilla reload` and SIGHUP, as an admin uses them on a gateway that runs as a process. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { taquilla } from '../support/cli.ts';
import { run } from '../support/running.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { tempFolder } from '../support/temp-folder.ts';

function writeConfig(folder: string, mailboxes: readonly string[], more: object = {}): void {
  const config = {
    company: 'X',
    hostname: 'mail.example.com',
    smtp: { port: 0 },
    authentication: 'off',
    departments: [{ key: 'soporte', names: { es: 'Soporte', en: 'Support' }, mailboxes }],
    outbound: { transport: { type: 'file', folder: 'out' } },
    ...more,
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
}

it('takes a new config on command and on SIGHUP, refuses a wrong one, and says so', { timeout: 90_000 }, async () => {
  const folder = tempFolder();
  const reload = (...args: string[]) => taquilla(['reload', ...args], { cwd: folder });
  writeConfig(folder, ['soporte@example.com']);
  const gateway = run(folder, ['serve']);
  const [, port] = await gateway.says(/listens on 127\.0\.0\.1:(\d+)/);
  const client = await SmtpClient.open(Number(port));
  await client.command('EHLO x');
  const isTaken = async (mailbox: string) => {
    await client.command('RSET');
    await client.command('MAIL FROM:<a@b.example>');
    return (await client.command(`RCPT TO:<${mailbox}>`)).code === 250;
  };

  writeConfig(folder, ['soporte@example.com', 'dos@example.com']);
  expect(await reload()).toEqual({
    code: 0,
    stdout: 'config.json is in force; no connection was dropped.\n',
    stderr: '',
  });
  expect(await isTaken('dos@example.com')).toBe(true);

  // Wrong for the running gateway only: the file itself is good.
  writeConfig(folder, ['tres@example.com'], { smtp: { port: 2626 } });
  const refused = await reload();
  expect(refused.code).toBe(1);
  expect(refused.stderr).toBe(
    'config.json: smtp.port: cannot change while the gateway runs; restart it for that\n' +
      'Nothing was changed: the gateway goes on with the configuration that it has.\n',
  );
  expect(JSON.parse((await reload('--json')).stdout)).toMatchObject({ ok: false, problems: [{ path: 'smtp.port' }] });
  expect(await isTaken('tres@example.com')).toBe(false);

  writeFileSync(join(folder, 'config.json'), '{');
  const broken = await reload();
  expect(broken.code).toBe(1);
  expect(broken.stderr).toMatch(/^config\.json: is not valid JSON: .+\nNothing was changed: /);
  gateway.process.kill('SIGHUP');
  await gateway.says(/refused; the one before goes on/);
  expect(await isTaken('dos@example.com')).toBe(true);

  writeConfig(folder, ['cuatro@example.com'], { log: { level: 'debug' } });
  gateway.process.kill('SIGHUP');
  await vi.waitFor(async () => expect(await isTaken('cuatro@example.com')).toBe(true));

  const second = run(folder, ['serve']);
  expect(await second.ended).toBe(1);
  expect(second.output()).toBe('another gateway runs on the data folder data\n');

  gateway.process.kill('SIGTERM');
  expect(await gateway.ended).toBe(0);
  client.drop();
  expect(existsSync(join(folder, 'data', 'control.sock'))).toBe(false);
  const nobody = await reload();
  expect(nobody).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^no gateway runs on data; start it with serve\..* restart it: dataFolder /),
  });
});

it('starts again after it was killed', { timeout: 60_000 }, async () => {
  const folder = tempFolder();
  writeConfig(folder, ['soporte@example.com']);
  const first = run(folder, ['serve']);
  await first.says(/listens on/);
  first.process.kill('SIGKILL');
  await first.ended;
  expect(existsSync(join(folder, 'data', 'control.sock'))).toBe(true);
  const second = run(folder, ['serve']);
  await second.says(/listens on/);
});
