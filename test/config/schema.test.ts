/** The example config and the JSON Schema file that ships beside it are what src/config.ts says. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { configJsonSchema } from '../../src/config/schema.ts';
import { loadConfig } from '../../src/config.ts';

type Json = { readonly [key: string]: unknown };

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** Every setting of the schema with its path, whatever unions and lists it stands in. */
function* settings(schema: unknown, path = ''): Generator<{ readonly path: string; readonly setting: Json }> {
  if (!isObject(schema)) return;
  const { properties, items, anyOf, oneOf } = schema;
  if (isObject(properties)) {
    for (const [name, setting] of Object.entries(properties)) {
      if (!isObject(setting)) continue;
      const own = `${path}${path === '' ? '' : '.'}${name}`;
      yield { path: own, setting };
      yield* settings(setting, own);
    }
  }
  yield* settings(items, `${path}[]`);
  for (const branch of [anyOf, oneOf].flatMap((list) => (Array.isArray(list) ? list : [])))
    yield* settings(branch, path);
}

/** Whether a value has the type that the schema says: types, unions, constants, required and unknown properties. */
function fits(value: unknown, schema: unknown): boolean {
  if (!isObject(schema)) return true;
  const {
    type,
    properties,
    required,
    additionalProperties,
    items,
    anyOf,
    oneOf,
    enum: values,
    const: constant,
  } = schema;
  for (const branches of [anyOf, oneOf]) {
    if (Array.isArray(branches) && !branches.some((branch) => fits(value, branch))) return false;
  }
  if (constant !== undefined && constant !== value) return false;
  if (Array.isArray(values) && !values.includes(value)) return false;
  if (type === 'string' && typeof value !== 'string') return false;
  if (type === 'boolean' && typeof value !== 'boolean') return false;
  if (type === 'integer' && !Number.isInteger(value)) return false;
  if (type === 'array' && !(Array.isArray(value) && value.every((one) => fits(one, items)))) return false;
  if (type !== 'object') return true;
  if (!isObject(value)) return false;
  const known = isObject(properties) ? properties : {};
  if (Array.isArray(required) && required.some((name) => !(String(name) in value))) return false;
  if (additionalProperties === false && Object.keys(value).some((name) => !(name in known))) return false;
  return Object.entries(value).every(([name, one]) => fits(one, known[name]));
}

it('config.example.json is good', () => {
  const result = loadConfig('config.example.json', {});
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  expect(result.config.policy.mailboxes.map(({ address, department }) => `${address} ${department}`)).toEqual([
    'soporte@example.com soporte',
    'support@example.com soporte',
    'facturacion@example.com facturacion',
    'billing@example.com facturacion',
    'ventas@example.com ventas',
  ]);
  expect(result.config).toMatchObject({ authentication: 'off', ticketPrefix: 'TQ' });
  expect(result.config.dataFolder.endsWith('/data')).toBe(true);
  expect(result.config.policy.departments.find(({ key }) => key === 'ventas')?.accepts).toBe('anyone');
});

it('config.schema.json is up to date: npx tsx scripts/write-config-schema.ts writes it', () => {
  expect(readJson('config.schema.json')).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
});

it('config.example.json fits config.schema.json, and names it', () => {
  const example = readJson('config.example.json');
  const schema = readJson('config.schema.json');
  expect(fits(example, schema)).toBe(true);
  expect(example).toMatchObject({ $schema: './config.schema.json' });
  // The check itself sees what is wrong.
  expect(fits({ ...(isObject(example) ? example : {}), smtp: { port: '25' } }, schema)).toBe(false);
  expect(fits({ ...(isObject(example) ? example : {}), compnay: 'x' }, schema)).toBe(false);
});

it('every setting has a description', () => {
  const bare = [...settings(configJsonSchema())].filter(
    ({ setting }) => typeof setting.description !== 'string' || setting.description === '',
  );
  expect([...new Set(bare.map(({ path }) => path))]).toEqual([]);
});

it('every setting that may be left out has its default in the schema, or none', () => {
  const schema = configJsonSchema();
  expect(isObject(schema) ? schema.required : null).toEqual(['company', 'hostname', 'departments', 'outbound']);
});
