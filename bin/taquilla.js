#!/bin/sh
':' //; case " $* " in *' serve '*) exec node --max-semi-space-size=8 --expose-gc "$0" "$@" ;; *) exec node "$0" "$@" ;; esac
// Runs the compiled program of an installed package, or the sources of a checkout. To a shell the line above is a program,
// to Node it is a string. (`env -S` would do it too, and is not everywhere.)
//
// The flags only save memory (docs/performance.md): the young generation of the first thread would grow to 16 MB twice, which
// is no quicker, and src/store/blobs/collect-streamed.ts needs the other.
import { existsSync } from 'node:fs';

// Mail servers start one of these for each mail: it loads nothing else.
const args = process.argv.slice(2);
const name = args[0] === 'deliver' && !args.includes('--help') && !args.includes('-h') ? 'deliver-main' : 'main';
const source = new URL(`../src/${name}.ts`, import.meta.url);
try {
  if (existsSync(source)) {
    const { register } = await import('tsx/esm/api');
    register();
    await import(source.href);
  } else {
    await import(new URL(`../dist/${name}.js`, import.meta.url).href);
  }
} catch (error) {
  if (name === 'main') throw error;
  // Any other code than EX_TEMPFAIL would send the mail back to its sender.
  console.error(error);
  process.exit(75);
}
