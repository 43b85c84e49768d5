/** `taquilla templates`, and what a broken template of one's own does to check-config and the start. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { KIND_NAMES } from '../../src/outbox/samples/all.ts';
import { taquilla } from '../support/cli.ts';
import { tempFolder } from '../support/temp-folder.ts';

const SLOW = { timeout: 90_000 };

const BROKEN = 'mails/receipt.es.text.liquid:3:10: there is no variable "nmae"; did you mean "name"?\n';

function world({ broken = false } = {}): string {
  const folder = tempFolder();
  const config = {
    company: 'Hosting Propio',
    hostname: 'mail.example.com',
    authentication: 'off',
    smtp: { port: 0 },
    ticketPrefix: 'HP',
    departments: [
      {
        key: 'soporte',
        names: { es: 'Ayuda', en: 'Help' },
        mailboxes: ['soporte@example.com'],
        signature: { es: 'Un saludo,\nel equipo de Ayuda' },
      },
    ],
    templatesFolder: 'mails',
    outbound: { transport: { type: 'file', folder: './data/outbox' } },
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  mkdirSync(join(folder, 'mails'));
  writeFileSync(
    join(folder, 'mails/receipt.en.text.liquid'),
    '{{ marker }}\n\nGot it, {{ name }}!\n\n{{ signature }}\n',
  );
  if (broken) writeFileSync(join(folder, 'mails/receipt.es.text.liquid'), '{{ marker }}\n\nHola, {{ nmae }}\n');
  return folder;
}

it('lists every mail, and which templates are files', SLOW, async () => {
  const cwd = world();
  const [list, json] = await Promise.all([
    taquilla(['templates', 'list'], { cwd }),
    taquilla(['templates', 'list', '--json'], { cwd }),
  ]);
  expect(list).toMatchObject({ code: 0, stderr: '' });
  for (const kind of KIND_NAMES) expect(list.stdout).toContain(kind);
  expect(list.stdout).toMatch(/receipt +en +file: text +client/);
  const { layout, templates } = JSON.parse(json.stdout);
  expect(layout).toBe('built-in');
  expect(templates).toHaveLength(KIND_NAMES.length * 2);
  expect(templates[1]).toMatchObject({
    kind: 'receipt',
    language: 'en',
    parts: { subject: 'built-in', text: join(cwd, 'mails/receipt.en.text.liquid'), html: 'built-in' },
  });
});

it('renders a mail as this installation would send it', SLOW, async () => {
  const cwd = world();
  const render = (...args: string[]) => taquilla(['templates', 'render', ...args], { cwd });
  const [en, es, html, out] = await Promise.all([
    render('receipt', '--lang', 'en'),
    render('receipt', '--text', '--variant', 'everything'),
    render('ticket-closed', '--html'),
    render('receipt', '--out', 'mail.eml'),
  ]);
  expect(en.stdout).toMatch(
    /^Subject: \[HP-482913\] .*\n\n--- Reply above this line ---\n\nGot it, Ana!\n\nHelp · Hosting Propio\n$/,
  );
  expect(es.stdout).toContain('C-1001');
  expect(es.stdout.endsWith('\n\nUn saludo,\nel equipo de Ayuda\n')).toBe(true);
  expect(html.stdout).toMatch(/^<!doctype html>[\s\S]*Un saludo,<br>/);
  expect(out).toEqual({ code: 0, stdout: 'mail.eml\n', stderr: '' });
  expect(readFileSync(join(cwd, 'mail.eml'), 'latin1')).toContain('Content-Type: multipart/alternative');
  expect(await render('receipt', '--out', 'mail.eml')).toMatchObject({
    code: 2,
    stderr: 'mail.eml is there already; --force writes over it\n',
  });
});

it('says what was meant', SLOW, async () => {
  const cwd = world();
  const cases: [string[], string][] = [
    [['reciept'], 'there is no mail "reciept"; did you mean "receipt"?\n'],
    [['receipt', '--variant', 'evrything'], 'receipt has no variant "evrything"; did you mean "everything"?\n'],
    [['receipt', '--html', '--text'], '--html or --text: give one of them\n'],
    [['x'], `there is no mail "x"; there are ${KIND_NAMES.join(', ')}\n`],
  ];
  for (const [args, stderr] of cases)
    expect(await taquilla(['templates', 'render', ...args], { cwd })).toEqual({ code: 2, stdout: '', stderr });
});

it('exports the built-in templates into a folder that is good as it is', SLOW, async () => {
  const cwd = world();
  expect(await taquilla(['templates', 'export', 'new/ones'], { cwd })).toMatchObject({ code: 0, stderr: '' });
  expect(readdirSync(join(cwd, 'new/ones'))).toHaveLength(KIND_NAMES.length * 6 + 1);
  const config = readFileSync(join(cwd, 'config.json'), 'utf8').replace('"mails"', '"new/ones"');
  writeFileSync(join(cwd, 'config.json'), config);
  const check = await taquilla(['check-config'], { cwd });
  expect(check).toMatchObject({ code: 0, stderr: '' });
  expect(check.stdout).toContain(`${KIND_NAMES.length * 6 + 1} templates are yours, in new/ones`);
});

it('does not start with a broken template, nor call its config good', SLOW, async () => {
  const cwd = world({ broken: true });
  const [check, serve, list] = await Promise.all([
    taquilla(['check-config'], { cwd }),
    taquilla(['serve'], { cwd }),
    taquilla(['templates', 'list'], { cwd }),
  ]);
  expect(check).toEqual({ code: 2, stdout: '', stderr: BROKEN });
  expect(serve).toEqual({
    code: 2,
    stdout: '',
    stderr: `${BROKEN}(correct them, or start with --builtin-templates to use the built-in ones in their place)\n`,
  });
  expect(list).toMatchObject({ code: 1, stderr: `Not used, because of mistakes:\n${BROKEN}` });
});
