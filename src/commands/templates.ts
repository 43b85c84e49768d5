/** `taquilla templates`: the mails that Taquilla sends, to look at before a client does. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Config } from '../config.ts';
import { renderMail, renderTexts, TEMPLATES } from '../outbox/render.ts';
import { isKind, KIND_NAMES, KINDS, type Sample, samplesOf } from '../outbox/samples/all.ts';
import { SAMPLE_HOUSES, type SampleHouse } from '../outbox/samples/sample.ts';
import { didYouMean } from '../outbox/templates/closest.ts';
import { LAYOUT } from '../outbox/templates/layout.ts';
import { LAYOUT_NAME } from '../outbox/templates/mail-templates.ts';
import { PARTS } from '../outbox/templates/template.ts';
import type { OutgoingKind } from '../tickets/decision.ts';
import { LANGUAGES, type Language } from '../tickets/model.ts';
import { writeFileOnce } from './attachment.ts';
import {
  CommandError,
  type GlobalOptions,
  type JsonOption,
  locateConfig,
  print,
  printJson,
  shownPath,
} from './command.ts';
import { flawlessTemplates, installedTemplates } from './mail-templates.ts';
import { table } from './table.ts';

export function listTemplates(options: JsonOption): void {
  const { config } = locateConfig(options);
  const { templates, problems } = installedTemplates(config);
  const rows = KIND_NAMES.flatMap((kind) =>
    LANGUAGES.map((language) => ({
      kind,
      language,
      to: KINDS[kind].to,
      purpose: KINDS[kind].purpose,
      parts: Object.fromEntries(
        PARTS.map((part) => [part, templates.overrides.get(`${kind}.${language}.${part}`)?.file ?? 'built-in']),
      ),
      variants: samplesOf(kind, language).map(({ variant }) => variant),
    })),
  );
  const layout = templates.overrides.get(LAYOUT_NAME)?.file ?? 'built-in';
  if (options.json === true) {
    printJson({ layout, templates: rows, problems });
    return;
  }
  print(
    table(rows, [
      { title: 'KIND', value: (row) => row.kind },
      { title: 'LANG', value: (row) => row.language },
      { title: 'FROM', value: ({ parts }) => whence(parts) },
      { title: 'TO', value: (row) => row.to },
      { title: 'WHAT FOR', value: (row) => row.purpose, flexible: true },
    ]),
  );
  print(`\nLayout of all: ${layout === 'built-in' ? layout : shownPath(layout)}.`);
  if (problems.length > 0) throw new CommandError(`Not used, because of mistakes:\n${problems.join('\n')}`, 1);
}

/** `file: subject, text`, or `built-in`. */
function whence(parts: Readonly<Record<string, string>>): string {
  const own = Object.entries(parts).filter(([, from]) => from !== 'built-in');
  return own.length === 0 ? 'built-in' : `file: ${own.map(([part]) => part).join(', ')}`;
}

interface RenderOptions extends GlobalOptions {
  readonly lang: Language;
  readonly html?: boolean;
  readonly text?: boolean;
  readonly variant?: string;
  readonly out?: string;
  readonly force?: boolean;
}

/** To standard output, or to a file: the whole mail unless one part was asked for. */
export async function renderTemplate(name: string, options: RenderOptions): Promise<void> {
  const { config } = locateConfig(options);
  const { mail } = sampleOf(kindOf(name), config, options);
  const templates = flawlessTemplates(config);
  const { out, html, text } = options;
  if (html === true && text === true) throw new CommandError('--html or --text: give one of them', 2);
  const texts = renderTexts(mail, templates);
  const part = html === true ? texts.html : text === true ? texts.text : null;
  if (out === undefined) return print((part ?? `Subject: ${texts.subject}\n\n${texts.text}`).trimEnd());
  const content = part ?? (await renderMail(mail, Date.now(), templates));
  if (out === '-') {
    process.stdout.write(content);
    return;
  }
  await write(out, content, options.force === true);
  print(shownPath(out));
}

/** The built-in templates as files, to begin one's own with. */
export async function exportTemplates(
  folder: string,
  options: GlobalOptions & { readonly force?: boolean },
): Promise<void> {
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    throw new CommandError(`${shownPath(folder)} cannot be made into a folder`, 1);
  }
  const files: [string, string][] = KIND_NAMES.flatMap((kind) =>
    LANGUAGES.flatMap((language) =>
      PARTS.map((part): [string, string] => [`${kind}.${language}.${part}`, TEMPLATES[kind][language][part]]),
    ),
  );
  files.push([LAYOUT_NAME, LAYOUT]);
  for (const [name, source] of files) {
    await write(join(folder, `${name}.liquid`), `${source.trimEnd()}\n`, options.force === true);
  }
  print(`${files.length} templates are in ${shownPath(folder)}.`);
  print('Keep those that you change, delete the rest, and name the folder in the configuration: "templatesFolder".');
}

function kindOf(name: string): OutgoingKind {
  if (isKind(name)) return name;
  throw new CommandError(
    `there is no mail "${name}"${didYouMean(name, KIND_NAMES) || `; there are ${KIND_NAMES.join(', ')}`}`,
    2,
  );
}

function sampleOf(kind: OutgoingKind, config: Config, { lang, variant }: RenderOptions): Sample {
  const samples = samplesOf(kind, lang, houseOf(config, lang));
  const [usual] = samples;
  const found = variant === undefined ? usual : samples.find((sample) => sample.variant === variant);
  if (found !== undefined) return found;
  const known = samples.map((sample) => sample.variant);
  throw new CommandError(
    `${kind} has no variant "${variant}"${didYouMean(variant ?? '', known) || `; it has ${known.join(', ')}`}`,
    2,
  );
}

/** The first department of this installation: its mails look as they will. */
function houseOf(config: Config, language: Language): SampleHouse {
  const [department] = config.policy.departments;
  if (department === undefined) return SAMPLE_HOUSES[language];
  return {
    company: config.policy.company,
    department: department.names[language],
    ticketPrefix: config.policy.ticketPrefix,
    hint: department.hint[language] ?? '',
    helpUrl: department.helpUrl ?? '',
    helpPhone: department.helpPhone ?? '',
  };
}

async function write(path: string, content: string | Buffer, force: boolean): Promise<void> {
  await writeFileOnce(path, force, (target) => pipeline([content], target));
}
