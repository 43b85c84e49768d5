/**
 * Reads an installation's own templates: `<kind>.<language>.<part>.liquid` and `layout.html.liquid`, straight from one
 * folder. What is wrong with a file's name or bytes is told here; what is wrong in it, by check-templates.ts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGES } from '../../tickets/model.ts';
import { KIND_NAMES } from '../samples/all.ts';
import { closest } from './closest.ts';
import { LAYOUT_NAME, type Override } from './mail-templates.ts';
import { PARTS } from './template.ts';

export interface TemplateProblem {
  readonly file: string;
  /** From 1; `null` for the file as a whole. */
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
}

export interface TemplateFolder {
  readonly overrides: ReadonlyMap<string, Override>;
  readonly problems: readonly TemplateProblem[];
}

const ENDING = '.liquid';

const KNOWN: readonly string[] = [
  LAYOUT_NAME,
  ...KIND_NAMES.flatMap((kind) => LANGUAGES.flatMap((language) => PARTS.map((part) => `${kind}.${language}.${part}`))),
];

/** Files of other endings are somebody's notes. */
export function readTemplateFolder(folder: string): TemplateFolder {
  const overrides = new Map<string, Override>();
  const problems: TemplateProblem[] = [];
  const whole = (file: string, message: string) => problems.push({ file, line: null, column: null, message });
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch {
    whole(folder, 'the folder of templates cannot be read; correct templatesFolder or its permissions');
    return { overrides, problems };
  }
  for (const name of names) {
    if (!name.endsWith(ENDING)) continue;
    const file = join(folder, name);
    const key = name.slice(0, -ENDING.length);
    if (!KNOWN.includes(key)) {
      whole(file, wrongName(key));
      continue;
    }
    const source = textOf(file);
    if (source.ok) overrides.set(key, { source: source.text, file });
    else whole(file, source.problem);
  }
  return { overrides, problems };
}

function wrongName(key: string): string {
  const meant = closest(key, KNOWN);
  return meant === null
    ? `is no name of a template; they are called KIND.LANGUAGE.PART${ENDING} (see "taquilla templates list"), such as receipt.es.text${ENDING}, or ${LAYOUT_NAME}${ENDING}`
    : `is no name of a template; did you mean ${meant}${ENDING}?`;
}

type Text = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string };

function textOf(file: string): Text {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return { ok: false, problem: 'cannot be read; is it a file, and may this user read it?' };
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { ok: true, text: text.replaceAll('\r\n', '\n') };
  } catch {
    return { ok: false, problem: 'is not UTF-8 text; save it as UTF-8' };
  }
}
