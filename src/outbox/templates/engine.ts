/**
 * Liquid as our mails use it: unknown variables and filters are mistakes, HTML is escaped unless a value is known to be
 * safe, and a template reads no file. Templates of an installation run under limits; a text is never run as a template.
 */
import { Liquid, LiquidError, type Template } from 'liquidjs';
import { escaped } from '../../mail/escaped.ts';
import { keepLines } from './plain-lines.ts';

export type Format = 'text' | 'html';

/** What one rendering of somebody's own template may use up. Stops a loop that never ends from stopping the gateway. */
const LIMITS = {
  /** Objects and characters that filters and ranges make. */
  memoryLimit: 20_000_000,
  /** Milliseconds; a mail takes less than one. */
  renderLimit: 3000,
};

/** Largest template, characters. */
const MAX_LENGTH = 200_000;

/** HTML that needs no escaping any more. */
export class SafeHtml {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

/** In attributes of either quote too. */
const safe = (text: string) => escaped(text).replaceAll("'", '&#39;');

const written = (value: unknown) => (value === null || value === undefined ? '' : String(value));

const OUTPUT: Readonly<Record<Format, (value: unknown) => string>> = {
  text: (value) => keepLines(written(value)),
  html: (value) => (value instanceof SafeHtml ? value.html : safe(written(value))),
};

function engine(format: Format): Liquid {
  const liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    outputEscape: OUTPUT[format],
    parseLimit: MAX_LENGTH,
    // Nothing to include: neither files nor names.
    templates: {},
  });
  for (const tag of ['include', 'render', 'layout', 'block']) delete liquid.tags[tag];
  liquid.registerFilter('lines', (value: unknown) =>
    format === 'html' ? new SafeHtml(linesOf(written(value))) : written(value),
  );
  return liquid;
}

/** Line breaks and indentation as such, and web addresses as links. */
function linesOf(text: string): string {
  // All but the last of several spaces, so that a long line can still be broken.
  const kept = (spaces: string) => `${'&nbsp;'.repeat(spaces.length - 1)} `;
  const word = (one: string) =>
    /^https?:\/\/\S+$/.test(one) ? `<a href="${safe(one)}" style="color:#0b64b5;">${safe(one)}</a>` : safe(one);
  return text
    .split(/\r?\n/)
    .map((line) => line.replaceAll('\t', '    ').split(' ').map(word).join(' ').replace(/ {2,}/g, kept))
    .join('<br>\n');
}

const ENGINES: Readonly<Record<Format, Liquid>> = { text: engine('text'), html: engine('html') };

/** By format: the same source is escaped in one and not in the other. */
const parsed: Readonly<Record<Format, Map<string, Template[]>>> = { text: new Map(), html: new Map() };

function parse(source: string, format: Format): Template[] {
  let template = parsed[format].get(source);
  if (template === undefined) {
    template = ENGINES[format].parse(source);
    parsed[format].set(source, template);
  }
  return template;
}

/** Throws a LiquidError for a mistake in the template. `limited` for templates that are not ours. */
export function fillIn(source: string, format: Format, data: object, limited: boolean): string {
  return String(ENGINES[format].renderSync(parse(source, format), data, limited ? LIMITS : {}));
}

/** A mistake in a template, and where; lines and columns count from 1. */
export interface Mistake {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** It was stopped by a limit. */
  readonly endless: boolean;
}

export interface NamedVariable {
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

/** Every variable that the template takes from its data, in branches that no data reaches too. Throws as `fillIn`. */
export function variablesOf(source: string, format: Format): readonly NamedVariable[] {
  const { globals } = ENGINES[format].analyzeSync(parse(source, format), { partials: false });
  return Object.entries(globals).flatMap(([name, places]) =>
    places.map(({ location }) => ({ name, line: location.row, column: location.col })),
  );
}

/** `null` for what is no mistake in a template. */
export function mistakeOf(error: unknown): Mistake | null {
  if (!LiquidError.is(error)) return null;
  const [line = 1, column = 1] = error.token.getPosition();
  const reason = error.originalError?.message ?? error.message.replace(/, (?:file|line):.*$/s, '');
  return { line, column, message: inWords(reason), endless: / limit exceeded$/.test(reason) };
}

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^undefined variable: (.*)$/s, 'there is no variable "$1"'],
  [/^undefined filter: (.*)$/s, 'there is no filter "$1"'],
  [/^tag "(.*)" not found$/s, 'there is no tag "$1" here'],
  [/^template render limit exceeded$/, 'takes too long; is there a loop that never ends?'],
  [/^memory alloc limit exceeded$/, 'makes too much; is there a loop over far too many things?'],
  [/^parse length limit exceeded$/, `is too long: ${MAX_LENGTH} characters at most`],
];

function inWords(reason: string): string {
  const known = WORDS.find(([pattern]) => pattern.test(reason));
  return known === undefined ? reason : reason.replace(known[0], known[1]);
}
