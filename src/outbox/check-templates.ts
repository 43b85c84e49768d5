/**
 * What is wrong in an installation's own templates, all at once: every one is parsed, its variables are looked at in
 * branches that no sample reaches too, and it is rendered with every sample of its kind. Together with ours each must
 * make a mail that answers find their way by: with the ticket's ID in the subject and the line above which to answer.
 */
import type { OutgoingKind } from '../tickets/decision.ts';
import { LANGUAGES, type Language } from '../tickets/model.ts';
import { markerOf, renderTexts, ticketOf, valuesOf } from './render.ts';
import { KIND_NAMES, type Sample, samplesOf } from './samples/all.ts';
import { didYouMean } from './templates/closest.ts';
import { type Format, fillIn, mistakeOf, SafeHtml, variablesOf } from './templates/engine.ts';
import { BUILT_IN, LAYOUT_NAME, type MailTemplates, type Override } from './templates/mail-templates.ts';
import { type MailTemplate, PARTS } from './templates/template.ts';
import type { TemplateFolder, TemplateProblem } from './templates/template-folder.ts';

/** The problems of the folder's files, by file and line. */
export function checkTemplates(folder: TemplateFolder): readonly TemplateProblem[] {
  const found = [...folder.problems];
  for (const kind of KIND_NAMES)
    for (const language of LANGUAGES)
      for (const part of PARTS) {
        const own = folder.overrides.get(`${kind}.${language}.${part}`);
        if (own !== undefined) found.push(...checkPart(own, kind, language, part));
      }
  const layout = folder.overrides.get(LAYOUT_NAME);
  if (layout !== undefined) found.push(...checkLayout(layout));
  return found.sort(
    (a, b) => compare(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}

/** Without the files that have a problem: ours stand in for them. */
export function withoutBroken(
  folder: TemplateFolder,
  problems: readonly TemplateProblem[],
): MailTemplates['overrides'] {
  const broken = new Set(problems.map(({ file }) => file));
  return new Map([...folder.overrides].filter(([, { file }]) => !broken.has(file)));
}

export function describeTemplateProblem({ file, line, column, message }: TemplateProblem): string {
  return `${file}${line === null ? '' : `:${line}:${column ?? 1}`}: ${message}`;
}

function checkPart(own: Override, kind: OutgoingKind, language: Language, part: keyof MailTemplate): TemplateProblem[] {
  const samples = samplesOf(kind, language);
  const format = part === 'html' ? 'html' : 'text';
  const values = samples.map((sample) => valuesOf(sample.mail, BUILT_IN));
  const mistakes = mistakesOf(own, format, values);
  if (mistakes.length > 0) return mistakes;
  const missing = samples.map((sample) => whatIsMissing(own, sample, part)).find((message) => message !== null);
  return missing === undefined || missing === null
    ? []
    : [{ file: own.file, line: null, column: null, message: missing }];
}

/** What the mail as a whole needs from this part. */
function whatIsMissing(
  own: Override,
  { kind, language, mail, variant }: Sample,
  part: keyof MailTemplate,
): string | null {
  const overrides = new Map([[`${kind}.${language}.${part}`, own]]);
  const written = fillIn(own.source, part === 'html' ? 'html' : 'text', valuesOf(mail, BUILT_IN), true);
  const marker = markerOf(mail);
  if (written.trim() === '') return `is empty (sample "${variant}")`;
  switch (part) {
    case 'subject':
      return ticketOf(mail.data) !== null && !written.includes(`[${ticketOf(mail.data)}]`)
        ? `the subject lacks the ticket's ID: it must have [{{ ticketId }}] in it (sample "${variant}")`
        : null;
    case 'text':
      return renderTexts(mail, { ...BUILT_IN, overrides }).text.startsWith(`${marker}\n`) || marker === ''
        ? null
        : `the line above which to answer is missing: {{ marker }} must be the first line, alone (sample "${variant}")`;
    case 'html':
      return null;
    default:
      return part satisfies never;
  }
}

const FRAME = { subject: 'SUBJECT', body: new SafeHtml('<p>BODY</p>'), marker: 'MARKER', language: 'es' };

function checkLayout(own: Override): TemplateProblem[] {
  const mistakes = mistakesOf(own, 'html', [FRAME, { ...FRAME, marker: '' }]);
  if (mistakes.length > 0) return mistakes;
  const written = fillIn(own.source, 'html', FRAME, true);
  const [marker, body] = [written.indexOf(FRAME.marker), written.indexOf(FRAME.body.html)];
  const lacks = (message: string) => [{ file: own.file, line: null, column: null, message }];
  if (body < 0) return lacks('the mail itself is missing: put {{ body }} where it belongs');
  if (marker >= 0 && marker < body) return [];
  return lacks('the line above which to answer is missing: put {{ marker }} above {{ body }}');
}

/** Of one file by itself, each place once. */
function mistakesOf({ source, file }: Override, format: Format, samples: readonly object[]): TemplateProblem[] {
  const known = [...new Set(samples.flatMap((values) => Object.keys(values)))].sort();
  const problems = new Map<string, TemplateProblem>();
  const add = (line: number, column: number, message: string) => {
    const place = `${line}:${column}`;
    if (!problems.has(place)) problems.set(place, { file, line, column, message });
  };
  /** Whether another attempt may tell more. */
  const attempt = (work: () => void): boolean => {
    try {
      work();
    } catch (error) {
      const mistake = mistakeOf(error);
      if (mistake === null) throw error;
      add(mistake.line, mistake.column, mistake.message);
      return !mistake.endless;
    }
    return true;
  };
  attempt(() => {
    for (const { name, line, column } of variablesOf(source, format)) {
      if (known.includes(name)) continue;
      add(
        line,
        column,
        `there is no variable "${name}"${didYouMean(name, known) || `; there are ${known.join(', ')}`}`,
      );
    }
  });
  // What is not known by now shows only with data: a part of a variable, a loop without end.
  if (problems.size === 0) samples.every((values) => attempt(() => void fillIn(source, format, values, true)));
  return [...problems.values()];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
