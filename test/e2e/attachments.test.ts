/** Attached files from the wire to the desk: stored, named, marked, left out or refused, written out, shown in a page. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DefaultTreeAdapterTypes, defaultTreeAdapter, parse } from 'parse5';
import { expect, it } from 'vitest';
import { tnef } from '../mail/tnef-sample.ts';
import { taquilla } from '../support/cli.ts';
import { testGateway } from '../support/gateway.ts';
import { submit } from '../support/smtp-client.ts';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

const part = (headers: string, base64: string) =>
  `--b\r\n${headers}\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64}\r\n`;
const attached = (name: string, content: string) =>
  part(
    `Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="${name}"`,
    Buffer.from(content).toString('base64'),
  );

function mail(parts: string): Buffer {
  return Buffer.from(
    `From: Ana <ana@laespiga.example>\r\nTo: soporte@hosting.example\r\nSubject: La factura\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p onclick="alert(1)">Hola <b>a todos</b><img src="cid:logo@x"><img src="https://seguimiento.example/p.gif"><script>alert(1)</script></p>\r\n${parts}--b--\r\n`,
  );
}

const ACCOUNTS = [{ number: 'C-1', name: 'La Espiga', contacts: ['ana@laespiga.example'] }];
const send = (port: number, bytes: Buffer) =>
  submit(port, { from: 'ana@laespiga.example', to: ['soporte@hosting.example'], bytes });

const GIFTS = mail(
  part('Content-Type: image/png\r\nContent-ID: <logo@x>\r\nContent-Disposition: inline; filename=logo.png', PNG) +
    attached('../../../tmp/factura.pdf', 'uno') +
    attached('factura.pdf', 'dos') +
    attached('factura.pdf.exe', 'tres') +
    part(
      'Content-Type: application/ms-tnef; name=winmail.dat',
      tnef([{ title: Buffer.from('nota.txt'), data: Buffer.from('Hola') }]).toString('base64'),
    ),
);

it('are numbered, written out under harmless names, and shown in a page that loads nothing', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS });
  expect((await send(gateway.port, GIFTS)).code).toBe(250);
  const [ticket] = await gateway.store.listTickets({ limit: 1 });
  const id = ticket?.id ?? '';
  const run = (...args: string[]) => taquilla(['tickets', ...args], { cwd: gateway.folder });

  const { stdout } = await run('show', id);
  expect(stdout).toContain('+ 1  logo.png  image/png  70 B  inline\n');
  expect(stdout).toContain('+ 2  factura.pdf  application/pdf  3 B\n');
  expect(stdout).toContain('+ 3  factura (2).pdf  application/pdf  3 B\n');
  expect(stdout).toContain('+ 4  factura.pdf.exe  application/octet-stream  4 B  RISKY TYPE\n');
  expect(stdout).toContain('+ 5  nota.txt  application/octet-stream  4 B\n');
  expect(stdout).not.toContain('winmail.dat');

  const folder = join(gateway.folder, 'out');
  mkdirSync(folder);
  expect(await run('attachment', id, '2', '--out', 'out')).toMatchObject({ code: 0, stderr: '' });
  expect(readdirSync(folder)).toEqual(['factura.pdf']);
  expect(readFileSync(join(folder, 'factura.pdf'), 'utf8')).toBe('uno');
  expect(await run('attachment', id, '5', '--out', '-')).toEqual({ code: 0, stdout: 'Hola', stderr: '' });

  writeFileSync(join(gateway.folder, 'mine.txt'), 'mine');
  const refused = await run('attachment', id, '3', '--out', 'mine.txt');
  expect(refused).toEqual({ code: 2, stdout: '', stderr: 'mine.txt is there already; --force writes over it\n' });
  expect(readFileSync(join(gateway.folder, 'mine.txt'), 'utf8')).toBe('mine');
  expect((await run('attachment', id, '3', '--out', 'mine.txt', '--force')).code).toBe(0);
  expect(readFileSync(join(gateway.folder, 'mine.txt'), 'utf8')).toBe('dos');
  expect((await run('attachment', id, '9', '--out', '-')).stderr).toBe(`${id} has the attached files 1 to 5\n`);

  expect(await run('show', id, '--html', '--out', 'page.html')).toEqual({ code: 0, stdout: 'page.html\n', stderr: '' });
  const again = { code: 2, stdout: '', stderr: 'page.html is there already; --force writes over it\n' };
  expect(await run('show', id, '--html', '--out', 'page.html')).toEqual(again);
  const page = readFileSync(join(gateway.folder, 'page.html'), 'utf8');
  const sources: string[] = [];
  const tags = new Set<string>();
  const walk = (node: DefaultTreeAdapterTypes.Node): void => {
    if (defaultTreeAdapter.isElementNode(node)) {
      tags.add(node.tagName);
      for (const { name, value } of node.attrs) {
        expect(name).not.toMatch(/^on/);
        if (name === 'src' || name === 'href') sources.push(value);
      }
    }
    if ('childNodes' in node) for (const child of node.childNodes) walk(child);
  };
  walk(parse(page));
  expect(sources).toEqual([`data:image/png;base64,${PNG}`]);
  expect(tags).not.toContain('script');
  expect(page).toContain("default-src 'none'");
  expect(page).toContain('Not loaded from elsewhere: 1');
  expect(page).toContain('Hola <b>a todos</b>');
});

it('of a risky type are left out where the installation says so, and the ticket tells', async () => {
  const gateway = await testGateway({ accounts: ACCOUNTS, config: { attachments: { risky: 'drop' } } });
  expect((await send(gateway.port, GIFTS)).code).toBe(250);
  const [ticket] = await gateway.store.listTickets({ limit: 1 });
  const detail = await gateway.store.findTicket(ticket?.id ?? '');
  const names = detail?.thread.flatMap(({ attachments }) => attachments.map(({ name }) => name));
  expect(names).toEqual(['logo.png', 'factura.pdf', 'factura (2).pdf', 'nota.txt']);
  expect(detail?.thread.map(({ text }) => text)).toContain(
    'Left out for their type: factura.pdf.exe. The mail itself has them.',
  );
});

it('of a risky type refuse the mail where the installation says so', async () => {
  const gateway = await testGateway({
    accounts: ACCOUNTS,
    config: { attachments: { risky: 'refuse', riskyTypes: ['.PDF'] } },
  });
  const reply = await send(gateway.port, GIFTS);
  expect(reply.code).toBe(550);
  expect(reply.text).toMatch(/^5\.7\.1 .*tipo que no se admite/);
  expect(await gateway.store.listTickets({ limit: 1 })).toEqual([]);
  const fine = await send(gateway.port, mail(attached('setup.exe', 'uno')));
  expect(fine.code).toBe(250);
  expect(existsSync(join(gateway.folder, 'data'))).toBe(true);
});

it('over a limit are left out, and the mail says so', async () => {
  const gateway = await testGateway({
    accounts: ACCOUNTS,
    config: { limits: { attachments: { count: 2, bytes: 1000 } } },
  });
  const reply = await send(
    gateway.port,
    mail(attached('a', 'x'.repeat(1001)) + attached('b', 'b') + attached('c', 'c') + attached('d', 'd')),
  );
  const found = await gateway.store.findMail(/accepted (\w+)/.exec(reply.text)?.[1] ?? '');
  expect(found?.explanation.attachments.map(({ filename }) => filename)).toEqual(['b', 'c']);
  expect(found?.explanation.defects).toEqual(expect.arrayContaining(['attachment-too-large', 'too-many-attachments']));
});
