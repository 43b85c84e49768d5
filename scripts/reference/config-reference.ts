/** docs/reference/config.md, from the JSON Schema of the configuration: every setting with its type, default and meaning. */
import { z } from 'zod';

/** The part of JSON Schema that our settings come to. */
interface Node {
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly default?: unknown | undefined;
  readonly const?: unknown | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly properties?: Readonly<Record<string, Node>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: Node | undefined;
  readonly anyOf?: readonly Node[] | undefined;
  readonly additionalProperties?: Node | boolean | undefined;
}

const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    type: z.string().optional(),
    description: z.string().optional(),
    default: z.unknown().optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    properties: z.record(z.string(), node).optional(),
    required: z.array(z.string()).optional(),
    items: node.optional(),
    anyOf: z.array(node).optional(),
    additionalProperties: z.union([z.boolean(), node]).optional(),
  }),
);

/** JSON Schema says "one of" in two ways; for a reader they are one. */
function oneWay(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(oneWay);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key === 'oneOf' ? 'anyOf' : key, oneWay(inner)]),
  );
}

interface Row {
  readonly path: string;
  readonly type: string;
  readonly standard: string;
  readonly meaning: string;
}

const LARGEST = Number.MAX_SAFE_INTEGER;

export function configReference(jsonSchema: object): string {
  const { properties = {}, required = [] } = node.parse(oneWay(jsonSchema));
  const settings = Object.entries(properties);
  const isSection = ([, one]: [string, Node]) => rowsBelow('', one).length > 0;
  const plain = settings.filter((one) => !isSection(one)).map(([name, one]) => rowOf(name, one, required));
  const sections = settings.filter(isSection).map(([name, one]) => {
    const shown = one.items === undefined ? name : `${name}[]`;
    const must = required.includes(name) ? ' Required.' : '';
    return `## ${shown}\n\n${one.description ?? ''}${must}\n\n${table(rowsBelow(shown, one))}`;
  });
  return `# Configuration

Made by \`npm run docs-reference\` from the schema; do not edit. \`[]\` is an element of a list. Where there is no default a setting may be
left out, unless it is required. Files and folders are relative to the configuration file. \`taquilla check-config\` tells what is wrong with a file.

${table(plain)}
${sections.join('\n')}`;
}

function rowOf(path: string, one: Node, required: readonly string[] = []): Row {
  const name = path.split('.').at(-1) ?? path;
  return {
    path,
    type: typeOf(one),
    standard: required.includes(name) && one.default === undefined ? '*required*' : standardOf(one),
    meaning: one.description ?? '',
  };
}

/** The settings inside of one; of a choice between objects those of each. */
function rowsBelow(path: string, one: Node): Row[] {
  if (one.items !== undefined) return rowsBelow(path, one.items);
  if (one.anyOf !== undefined) {
    const kinds = one.anyOf.filter(({ properties }) => properties !== undefined);
    // A secret, a mailbox: an object is only one way to write a single value.
    if (kinds.length < one.anyOf.length) return [];
    return kinds.flatMap((kind) => rowsOfKind(path, kind));
  }
  if (typeof one.additionalProperties === 'object') return rowsBelow(`${path}.<name>`, one.additionalProperties);
  return rowsOf(path, one);
}

function rowsOf(path: string, { properties = {}, required = [] }: Node): Row[] {
  return Object.entries(properties).flatMap(([name, inner]) => {
    const below = `${path}.${name}`;
    const rows = rowsBelow(inner.items === undefined ? below : `${below}[]`, inner);
    return [rowOf(below, inner, required), ...rows];
  });
}

/** One of several kinds of object: the constant that tells it stands in the path of its other settings. */
function rowsOfKind(path: string, kind: Node): Row[] {
  const [name, told] = Object.entries(kind.properties ?? {}).find(([, one]) => one.const !== undefined) ?? [];
  if (name === undefined || told === undefined) return rowsOf(path, kind);
  const label = `${path} (${name}: ${JSON.stringify(told.const)})`;
  const rest = Object.fromEntries(Object.entries(kind.properties ?? {}).filter(([other]) => other !== name));
  const first = { path: label, type: 'object', standard: '', meaning: told.description ?? '' };
  return [first, ...rowsOf(path, { ...kind, properties: rest })];
}

function typeOf(one: Node): string {
  if (one.const !== undefined) return `\`${JSON.stringify(one.const)}\``;
  if (one.enum !== undefined) return one.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (one.anyOf !== undefined) return [...new Set(one.anyOf.map(typeOf))].join(' or ');
  if (one.items !== undefined) return `list of ${plural(typeOf(one.items))}`;
  switch (one.type) {
    case 'integer':
      return `whole number${range(one)}`;
    case 'string':
      return 'text';
    case 'boolean':
      return 'true or false';
    case 'object':
      return one.properties === undefined ? 'object by name' : objectOf(one.properties);
    default:
      return one.type ?? 'any';
  }
}

/** Small ones are shown whole: `{ "env": text }`. */
function objectOf(properties: NonNullable<Node['properties']>): string {
  const names = Object.keys(properties);
  if (names.length > 2) return 'object';
  return `\`{ ${names.map((name) => `"${name}": …`).join(', ')} }\``;
}

function plural(type: string): string {
  return type === 'text' ? 'texts' : type === 'object' ? 'objects' : type;
}

function range({ minimum, maximum }: Node): string {
  const below = maximum === undefined || maximum === LARGEST ? null : maximum;
  if (minimum === undefined) return below === null ? '' : ` up to ${below}`;
  return below === null ? ` from ${minimum}` : ` from ${minimum} to ${below}`;
}

function standardOf({ default: value }: Node): string {
  if (value === undefined) return '';
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
    return Array.isArray(value) ? 'none' : '';
  return `\`${JSON.stringify(value).replace(/","/g, '", "')}\``;
}

function table(rows: readonly Row[]): string {
  const cell = (text: string) => text.replace(/\|/g, '\\|').replace(/</g, '&lt;');
  const lines = rows.map(
    ({ path, type, standard, meaning }) => `| \`${path}\` | ${cell(type)} | ${cell(standard)} | ${cell(meaning)} |`,
  );
  return ['| setting | type | default | |', '|---|---|---|---|', ...lines, ''].join('\n');
}
