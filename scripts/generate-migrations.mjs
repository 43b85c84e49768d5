/**
 * Makes drizzle/sqlite anew while no version has been released: the tables of src/store/sqlite/schema.ts, and behind
 * them the full-text index, which drizzle can't describe. After a release, migrations are only added.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const folder = 'drizzle/sqlite';
const generate = (...options) =>
  execFileSync('npx', ['drizzle-kit', 'generate', ...options], { stdio: ['ignore', 'ignore', 'inherit'] });

rmSync(folder, { recursive: true, force: true });
generate('--name', 'first-schema');
generate('--custom', '--name', 'full-text');
const custom = readdirSync(folder).find((name) => name.endsWith('_full-text.sql'));
if (custom === undefined) throw new Error('drizzle-kit made no migration for the full text');
copyFileSync('src/store/sqlite/full-text.sql', join(folder, custom));
