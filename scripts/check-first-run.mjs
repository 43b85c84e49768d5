// The promise of the README on a fresh clone without node_modules: `npm start` comes up listening, and the one line
// that it prints makes a ticket. Clones HEAD into a temporary folder; uses the port of the example config.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'taquilla-first-run-'));
const clone = join(folder, 'clone');
const env = { ...process.env, TAQUILLA_CONFIG: '' };
const LIMIT_MS = 10 * 60 * 1000;
let gateway;

function fail(message, output = '') {
  console.error(`${message}\n${output}`);
  process.exitCode = 1;
}

try {
  execFileSync('git', ['clone', '--quiet', root, clone]);
  gateway = spawn('npm', ['start'], { cwd: clone, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const line = await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), LIMIT_MS);
    const read = (chunk) => {
      output += chunk;
      // The line to send a first mail stands alone, indented, below the sentence about it.
      const found = /Send a first mail[^\n]*\n\n {2}(\S[^\n]*)\n/.exec(output);
      if (found !== null) {
        clearTimeout(timer);
        resolve(found[1]);
      }
    };
    gateway.stdout.setEncoding('utf8').on('data', read);
    gateway.stderr.setEncoding('utf8').on('data', read);
    gateway.on('exit', () => resolve(null));
  });
  if (line === null) fail('npm start did not come up', output);
  else {
    const sent = spawnSync(line, { cwd: clone, env, shell: true, encoding: 'utf8' });
    const tickets = spawnSync('npx', ['taquilla', 'tickets', 'list', '--json'], { cwd: clone, env, encoding: 'utf8' });
    const receipts = spawnSync('npx', ['taquilla', 'outbox', 'list', '--json'], { cwd: clone, env, encoding: 'utf8' });
    const count = tickets.status === 0 ? JSON.parse(tickets.stdout).length : 0;
    const mails = receipts.status === 0 ? JSON.parse(receipts.stdout) : [];
    const receipt = mails.find(({ kind }) => kind === 'receipt');
    if (sent.status !== 0 || count !== 1)
      fail(`"${line}" made ${count} tickets`, `${output}\n${sent.stdout}${sent.stderr}${tickets.stderr}`);
    else if (receipt?.ticket === undefined) fail('there is no receipt', receipts.stderr);
    else
      console.log(`npm start listens, and "${line}" made ticket ${receipt.ticket} with a receipt (${receipt.state}).`);
  }
} finally {
  // The whole process group: npm passes signals on late.
  if (gateway?.pid !== undefined && gateway.exitCode === null) {
    try {
      process.kill(-gateway.pid, 'SIGTERM');
    } catch {
      // It has ended by itself.
    }
    await new Promise((resolve) => (gateway.exitCode === null ? gateway.once('exit', resolve) : resolve()));
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
