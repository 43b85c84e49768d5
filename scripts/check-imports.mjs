// The import rules of .dependency-cruiser.cjs, and that the tool has really looked: with a TypeScript that it does not
// know it passes after reading nothing.
import { spawnSync } from 'node:child_process';

const { status, stdout, stderr } = spawnSync('npx', ['depcruise', 'src', '--output-type', 'err'], { encoding: 'utf8' });
process.stdout.write(stdout);
process.stderr.write(stderr);
const modules = Number(/\((\d+) modules/.exec(stdout)?.[1] ?? 0);
if (status === 0 && modules < 100) {
  console.error(`Only ${modules} modules were read: the import rules were not checked.`);
  process.exit(1);
}
process.exit(status ?? 1);
