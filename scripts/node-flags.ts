/** What the installed program asks of Node in its first line, for those who start it by another file. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export function nodeFlags(): string[] {
  const text = readFileSync(fileURLToPath(new URL('../bin/taquilla.js', import.meta.url)), 'utf8');
  const [first = ''] = text.split('\n', 1);
  return first.split(' ').filter((word) => word.startsWith('--'));
}
