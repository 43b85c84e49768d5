/** What the installed program asks of Node, for those who start it by another file. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export function nodeFlags(): string[] {
  const text = readFileSync(fileURLToPath(new URL('../bin/taquilla.js', import.meta.url)), 'utf8');
  const flags = /exec node ((?:--\S+ )+)"\$0"/.exec(text)?.[1]?.trim().split(' ');
  if (flags === undefined) throw new Error('bin/taquilla.js asks nothing of Node any more');
  return flags;
}
