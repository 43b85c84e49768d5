// Runs before `npm start`, `npm test` and `npm run demo`, with nothing but Node: installs what package-lock.json names
// where it is missing or older than the lock file, and rebuilds the native module where it was built for another Node.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lock = `${root}/package-lock.json`;
// npm writes this file last, so that an install that was interrupted does not count.
const installed = `${root}/node_modules/.package-lock.json`;

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  console.error('Installing dependencies (npm ci); SQLite is compiled, which takes a minute or two …');
  npm('ci', '--no-audit', '--no-fund');
}

// Another process, because a native module that fails to load can't be loaded again in this one.
const probe = "new (require('better-sqlite3'))(':memory:').close()";
if (spawnSync(process.execPath, ['-e', probe], { cwd: root, stdio: 'ignore' }).status !== 0) {
  console.error('Rebuilding better-sqlite3 for this version of Node …');
  npm('rebuild', 'better-sqlite3');
}

function npm(...args) {
  const { status } = spawnSync('npm', args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(
      `npm ${args.join(' ')} failed. A C++ tool chain and Python are needed to compile SQLite (Debian: apt-get install g++ make python3).`,
    );
    process.exit(1);
  }
}
