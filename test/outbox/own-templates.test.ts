/** An installation's own templates: what they may do, which mistakes are told and where, and what no data can do. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkTemplates, describeTemplateProblem, withoutBroken } from '../../src/outbox/check-templates.ts';
import { mailRenderer, renderTexts, TEMPLATES } from '../../src/outbox/render.ts';
import { allSamples, KIND_NAMES, samplesOf } from '../../src/outbox/samples/all.ts';
import { LAYOUT } from '../../src/outbox/templates/layout.ts';
import { BUILT_IN, type MailTemplates } from '../../src/outbox/templates/mail-templates.ts';
import { PARTS } from '../../src/outbox/templates/template.ts';
import { readTemplateFolder } from '../../src/outbox/templates/template-folder.ts';
import type { OutgoingMail, ReceiptData } from '../../src/tickets/decision.ts';
import { LANGUAGES } from '../../src/tickets/model.ts';
import { tempFolder } from '../support/temp-folder.ts';

type Files = Readonly<Record<string, string | Buffer>>;

function read(files: Files) {
  const folder = tempFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const found = readTemplateFolder(folder);
  const problems = checkTemplates(found);
  const lines = problems.map((problem) => describeTemplateProblem(problem).replace(`${folder}/`, ''));
  return { found, problems, lines };
}

/** What these files make of the mail. */
function rendered(files: Files, mail: OutgoingMail, signatures: MailTemplates['signatures'] = []) {
  const { found, lines } = read(files);
  expect(lines).toEqual([]);
  return renderTexts(mail, { overrides: found.overrides, signatures });
}

function receipt(over: Partial<ReceiptData> = {}): OutgoingMail {
  const [sample] = samplesOf('receipt', 'es');
  if (sample === undefined) throw new Error('no sample');
  return { ...sample.mail, data: { ...sample.mail.data, ...over } as ReceiptData };
}

describe('the own template', () => {
  it('stands in for the part it is for, and for no other', () => {
    const files = { 'receipt.es.text.liquid': '{{ marker }}\r\n\r\n¡Recibido, {{ name }}!\r\n' };
    const { subject, text, html } = rendered(files, receipt());
    expect(text).toBe('--- Responde por encima de esta línea ---\n\n¡Recibido, Ana!\n');
    expect({ subject, html }).toEqual({ subject: renderTexts(receipt()).subject, html: renderTexts(receipt()).html });
  });

  it('may be the layout of all', () => {
    const files = { 'layout.html.liquid': '<i lang="{{ language }}">{{ marker }}</i><u>{{ subject }}</u>{{ body }}' };
    const { html } = rendered(files, receipt({ subject: '<x>' }));
    expect(html).toMatch(/^<i lang="es">---[^<]*---<\/i><u>\[TQ-482913\] &lt;x&gt;<\/u><p /);
  });

  it('is read with a byte order mark', () => {
    const text = Buffer.from('\ufeff{{ marker }}\n\nHola\n');
    expect(rendered({ 'receipt.es.text.liquid': text }, receipt()).text).toMatch(/^---.*---\n\nHola\n$/);
  });

  it('is escaped in HTML even where the same words are the text', () => {
    const same = '{{ marker }}\n{{ subject }}';
    const files = { 'receipt.es.text.liquid': same, 'receipt.es.html.liquid': same };
    const { text, html } = rendered(files, receipt({ subject: `<b>'"&` }));
    expect(text).toContain(`<b>'"&`);
    expect(html).toContain('&lt;b&gt;&#39;&quot;&amp;');
  });

  it('gives the subject no second line, whatever the data', () => {
    const files = { 'receipt.es.subject.liquid': '[{{ ticketId }}]\n{{ subject }}\n\n' };
    expect(rendered(files, receipt({ subject: 'a\r\nBcc: x@y.example\u2028b' })).subject).toBe(
      '[TQ-482913] a Bcc: x@y.example b',
    );
  });

  it('never loses the ticket: a subject that forgot it for this data gets it back', () => {
    const files = {
      'receipt.es.subject.liquid': '{% if attachments < 9 %}[{{ ticketId }}] {% endif %}Hola',
    };
    expect(rendered(files, receipt({ attachments: 9 })).subject).toBe('[TQ-482913] Hola');
  });

  it('runs nothing that a client wrote', () => {
    const evil = '{{ company }}{% for i in (1..9) %}x{% endfor %}{% raw %}';
    for (const files of [{}, { 'receipt.es.html.liquid': '{{ name | upcase | downcase }} {{ subject | lines }}' }]) {
      const { text, html, subject } = rendered(files, receipt({ name: evil, subject: evil }));
      for (const part of [text, html, subject]) expect(part.split('{% for i in (1..9) %}').length).toBeGreaterThan(1);
    }
  });
});

describe('the built-in templates, exported', () => {
  it('are good and make the same mails', () => {
    const files = Object.fromEntries(
      KIND_NAMES.flatMap((kind) =>
        LANGUAGES.flatMap((language) =>
          PARTS.map((part) => [`${kind}.${language}.${part}.liquid`, `${TEMPLATES[kind][language][part].trimEnd()}\n`]),
        ),
      ),
    );
    const { found, lines } = read({ ...files, 'layout.html.liquid': LAYOUT });
    expect(lines).toEqual([]);
    for (const { mail } of allSamples()) {
      const [ours, theirs] = [renderTexts(mail), renderTexts(mail, { overrides: found.overrides, signatures: [] })];
      expect({ ...theirs, html: theirs.html.replaceAll(/\n+/g, '\n') }).toEqual({
        ...ours,
        html: ours.html.replaceAll(/\n+/g, '\n'),
      });
    }
  });
});

const TEXT = 'receipt.es.text.liquid';
const MISTAKES: readonly (readonly [string, string | Buffer, string])[] = [
  [TEXT, '{{ marker }}\n\nHola, {{ nmae }}', `${TEXT}:3:10: there is no variable "nmae"; did you mean "name"?`],
  [
    TEXT,
    '{{ marker }}\n{% if unverified %}{{ accuont }}{% endif %}',
    `${TEXT}:2:23: there is no variable "accuont"; did you mean "account"?`,
  ],
  [TEXT, '{{ marker }}\n{{ name | shout }}', `${TEXT}:2:1: there is no filter "shout"`],
  [TEXT, '{{ marker }}\n{% if name %}\nHola', `${TEXT}:2:1: tag {% if name %} not closed`],
  [TEXT, '{{ marker }}\nHola, {{ name', `${TEXT}:2:7: output "{{ name" not closed`],
  [TEXT, '{{ marker }}\n\n  {% fi %}', `${TEXT}:3:3: there is no tag "fi" here`],
  [TEXT, '{{ marker }}\n{% include "/etc/passwd" %}', `${TEXT}:2:1: there is no tag "include" here`],
  [TEXT, '{{ marker }}\n{% render "x" %}', `${TEXT}:2:1: there is no tag "render" here`],
  [TEXT, '{{ marker }}\n{% layout "x" %}', `${TEXT}:2:1: there is no tag "layout" here`],
  [
    TEXT,
    '{{ marker }}\n{% for other in otherTickets %}{{ other.id }}{% endfor %}',
    `${TEXT}:2:35: there is no variable "other.id"`,
  ],
  [TEXT, '{{ marker }}\n{{ name.constructor }}', `${TEXT}:2:4: there is no variable "name.constructor"`],
  [
    TEXT,
    '{{ marker }}\n{% for i in (1..100000000) %}x{% endfor %}',
    `${TEXT}:2:1: makes too much; is there a loop over far too many things?`,
  ],
  [
    TEXT,
    'Hola\n{{ marker }}\n',
    `${TEXT}: the line above which to answer is missing: {{ marker }} must be the first line, alone (sample "usual")`,
  ],
  [
    TEXT,
    '{{ marker }} Hola',
    `${TEXT}: the line above which to answer is missing: {{ marker }} must be the first line, alone (sample "usual")`,
  ],
  [TEXT, ' \n', `${TEXT}: is empty (sample "usual")`],
  [TEXT, Buffer.from('{{ marker }}\nSeñor', 'latin1'), `${TEXT}: is not UTF-8 text; save it as UTF-8`],
  [
    'receipt.en.subject.liquid',
    'Hello {{ name }}',
    `receipt.en.subject.liquid: the subject lacks the ticket's ID: it must have [{{ ticketId }}] in it (sample "usual")`,
  ],
  [
    'layout.html.liquid',
    '{{ marker }}',
    'layout.html.liquid: the mail itself is missing: put {{ body }} where it belongs',
  ],
  [
    'layout.html.liquid',
    '{{ body }}{{ marker }}',
    'layout.html.liquid: the line above which to answer is missing: put {{ marker }} above {{ body }}',
  ],
  [
    'layout.html.liquid',
    '{{ marker }}{{ body }}{{ name }}',
    'layout.html.liquid:1:26: there is no variable "name"; there are body, language, marker, subject',
  ],
  [
    'reciept.es.text.liquid',
    'x',
    'reciept.es.text.liquid: is no name of a template; did you mean receipt.es.text.liquid?',
  ],
  [
    'receipt.fr.text.liquid',
    'x',
    'receipt.fr.text.liquid: is no name of a template; did you mean receipt.es.text.liquid?',
  ],
  [
    'etwas-ganz-anderes-und-langes.liquid',
    'x',
    'etwas-ganz-anderes-und-langes.liquid: is no name of a template; they are called KIND.LANGUAGE.PART.liquid (see "taquilla templates list"), such as receipt.es.text.liquid, or layout.html.liquid',
  ],
];

describe('a mistake', () => {
  it.each(MISTAKES)('in %s: %j', (name, content, line) => {
    const { lines, found, problems } = read({ [name]: content });
    expect(lines).toEqual([line]);
    expect(withoutBroken(found, problems).size).toBe(0);
  });

  it('is told together with all others, by file and line', () => {
    const { lines } = read({
      [TEXT]: '{{ marker }}\n{{ a1 }}\n{{ name }}{{ b2 }}',
      'receipt.en.subject.liquid': 'x',
      'notes.txt': 'no template',
      'ticket-closed.es.html.liquid': '{{ name | foo }}',
    });
    expect(lines.map((line) => line.replace(/: .*/, ''))).toEqual([
      'receipt.en.subject.liquid',
      `${TEXT}:2:4`,
      `${TEXT}:3:14`,
      'ticket-closed.es.html.liquid:1:1',
    ]);
  });

  it('takes only its own file out of use', () => {
    const { found, problems } = read({
      [TEXT]: '{{ nmae }}',
      'receipt.es.subject.liquid': '[{{ ticketId }}] Recibido',
    });
    expect([...withoutBroken(found, problems).keys()]).toEqual(['receipt.es.subject']);
  });

  it('is a folder that cannot be read, or a folder in the place of a file', () => {
    const nowhere = join(tempFolder(), 'nowhere');
    expect(checkTemplates(readTemplateFolder(nowhere)).map(describeTemplateProblem)).toEqual([
      `${nowhere}: the folder of templates cannot be read; correct templatesFolder or its permissions`,
    ]);
    const folder = tempFolder();
    mkdirSync(join(folder, TEXT));
    expect(checkTemplates(readTemplateFolder(folder)).map(({ message }) => message)).toEqual([
      'cannot be read; is it a file, and may this user read it?',
    ]);
  });

  it('of a loop that never ends is told within seconds', { timeout: 60_000 }, () => {
    const loop =
      '{% for i in (1..3000) %}{% for j in (1..3000) %}{% for k in (1..3000) %}{% endfor %}{% endfor %}{% endfor %}';
    const [line = ''] = read({ 'refusal-notice.es.html.liquid': loop }).lines;
    expect(line).toMatch(/^refusal-notice\.es\.html\.liquid:1:\d+: (?:takes too long|makes too much); is there a loop/);
  });

  it('that only a real mail brings out gets the client the built-in mail, and is told', async () => {
    const override = { source: '{{ marker }}\n{% if attachments == 77 %}{{ name.x }}{% endif %}', file: 'x' };
    const templates: MailTemplates = { ...BUILT_IN, overrides: new Map([['receipt.es.text', override]]) };
    const told: string[] = [];
    const render = mailRenderer(templates, (message) => told.push(message));
    const bytes = await render(receipt({ attachments: 77 }), 0);
    expect(bytes.toString()).toContain('77 archivos adjuntos');
    expect(told).toEqual([
      'a template of receipt.es, line 2, column 30: there is no variable "name.x"; the built-in one was used',
    ]);
    expect((await render(receipt(), 0)).toString()).not.toContain('Estado: Abierto');
    expect(told).toHaveLength(1);
  });
});

describe('the signature', () => {
  const [own] = [
    { department: 'Soporte', language: 'es', text: 'El equipo <de> Soporte\nhttps://x.example/?a=1&b=2' },
  ] as const;

  it('is name, company, help and telephone unless the department has its own', () => {
    expect(renderTexts(receipt()).text).toMatch(
      /\n\nSoporte · Hosting Ejemplo\nhttps:\/\/hosting\.example\/ayuda\n\+34 900 000 000\n$/,
    );
    const { text, html } = renderTexts(receipt(), { ...BUILT_IN, signatures: [own] });
    expect(text.endsWith(`\n\n${own.text}\n`)).toBe(true);
    expect(text).not.toContain('+34 900');
    expect(html).toContain('El equipo &lt;de&gt; Soporte<br>');
    expect(html).toContain('>https://x.example/?a=1&amp;b=2</a>');
  });

  it('is only that of the department and language', () => {
    for (const mail of [receipt({ department: 'Ventas' }), { ...receipt(), language: 'en' as const }])
      expect(renderTexts(mail, { ...BUILT_IN, signatures: [own] }).text).not.toContain('El equipo');
  });
});
