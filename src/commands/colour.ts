/** Colours, on a terminal only: never in a file, a pipe, or where NO_COLOR (no-color.org) or TERM=dumb says so. */
import { styleText } from 'node:util';

export type Tone = 'good' | 'warning' | 'bad' | 'soft' | 'strong';

const STYLES = { good: 'green', warning: 'yellow', bad: 'red', soft: 'dim', strong: 'bold' } as const;

export function coloured(tone: Tone | null, text: string, on = coloursOn()): string {
  return tone === null || !on ? text : styleText(STYLES[tone], text, { validateStream: false });
}

export function coloursOn(environment: NodeJS.ProcessEnv = process.env, terminal = process.stdout.isTTY): boolean {
  const refused = (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb';
  return terminal === true && !refused;
}
