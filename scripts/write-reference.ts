/** `npm run docs-reference`: writes docs/reference from the schema of the configuration and from the tree of commands. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configJsonSchema } from '../src/config/schema.ts';
import { buildProgram } from '../src/program.ts';
import { cliReference } from './reference/cli-reference.ts';
import { configReference } from './reference/config-reference.ts';

const folder = new URL('../docs/reference/', import.meta.url);
mkdirSync(folder, { recursive: true });
const write = (name: string, text: string) => writeFileSync(fileURLToPath(new URL(name, folder)), text);
write('config.md', configReference(configJsonSchema()));
write('cli.md', cliReference(buildProgram()));
