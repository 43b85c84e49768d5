/** docs/reference says what the program does. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cliReference } from '../../scripts/reference/cli-reference.ts';
import { configReference } from '../../scripts/reference/config-reference.ts';
import { configJsonSchema } from '../../src/config/schema.ts';
import { buildProgram } from '../../src/program.ts';

it.each([
  ['config.md', () => configReference(configJsonSchema())],
  ['cli.md', () => cliReference(buildProgram())],
])('%s is current (npm run docs-reference)', (name, made) => {
  expect(readFileSync(`docs/reference/${name}`, 'utf8')).toBe(made());
});
