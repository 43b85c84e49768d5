/**
 * Makes drizzle/sqlite anew while no version has been released: the tables of src/store/sqlite/schema.ts, and behind
 * them the triggers, which drizzle can't describe. After a release, migrations are only added.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const folder = 'drizzle/sqlite';
const generate = (...options) =>
  execFileSync('npx', ['drizzle-kit', 'generate', ...options], { stdio: ['ignore', 'ignore', 'inherit'] });

rmSync(folder, { recursive: true, force: true });
generate('--name', 'first-schema');
generate('--custom', '--name', 'text-changes');
const custom = readdirSync(folder).find((name) => name.endsWith('_text-changes.sql'));
if (custom === undefined) throw new Error('drizzle-kit made no migration for the triggers');
copyFileSync('src/store/sqlite/text-changes.sql', join(folder, custom));
