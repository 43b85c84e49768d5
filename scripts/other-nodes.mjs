// The Nodes that the package is checked on besides the one that runs: the npm package of each platform brings the program
// and the headers that better-sqlite3 is compiled with, so that nothing but the npm registry is needed.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Exact, like all versions. The Dockerfile uses the first. */
export const OTHER_NODES = ['22.23.3', '24.21.0'];

/** Resolves with the folder that holds bin/node and include/node. */
export async function bringNode(version, folder) {
  const name = `node-${process.platform}-${process.arch}`;
  await run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, `${name}@${version}`]);
  return join(folder, 'node_modules', name);
}

/** Resolves with standard output; rejects with all that the command said. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let all = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      output += chunk;
      all += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      all += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}\n${all}`));
    });
  });
}
