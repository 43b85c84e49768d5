/**
 * What the docs tell people to type works. Every block of `sh` is run in an installation like the one that the docs speak of
 * and must exit with 0, unless a comment before it says why it is not run, or .ci/run runs it. Code spans that name a
 * command must name one that there is.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import PQueue from 'p-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/program.ts';
import { type Fence, pagePaths, readPage } from './markdown.ts';
import { type DocsWorld, SLOW, startWorld } from './world.ts';

const PAGES = pagePaths().map(readPage);

/** Commands about the checkout itself, and which file runs them. */
const RUN_ELSEWHERE: Readonly<Record<string, readonly [file: string, proof: string]>> = {
  'npm start': ['scripts/check-first-run.mjs', "spawn('npm', ['start']"],
  'npm run first-mail': ['src/commands/announce.ts', 'npm run first-mail'],
  'npm test': ['.ci/run', '\nnpm test'],
  'npm run check': ['.ci/run', 'npm run --silent check'],
  'npm run demo': ['.ci/run', 'npm run --silent demo'],
};

/** Programs that a bare machine does not have. */
const OPTIONAL = ['swaks', 'curl'];
const present = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** The same block on several pages is run once. */
const seen = new Set<string>();

const runnable = PAGES.map(({ path, fences }) => ({
  path,
  blocks: fences.filter(({ language, notRun, text }) => {
    const program = text.split(' ', 1)[0] ?? '';
    const missing = OPTIONAL.includes(program) && !present(program);
    if (language !== 'sh' || notRun !== null || RUN_ELSEWHERE[text.trim()] !== undefined || missing) return false;
    const first = !seen.has(text);
    seen.add(text);
    return first;
  }),
  // A Spanish twin has the commands of the English page, which links.test.ts compares.
})).filter(({ path, blocks }) => blocks.length > 0 && !path.startsWith('docs/es/') && path !== 'README.es.md');

let world: DocsWorld;
let counted = 0;
const count = () => {
  counted += 1;
  return counted;
};

beforeAll(async () => {
  world = await startWorld();
  mkdirSync(join(world.folder, 'backups'));
}, 60_000);
afterAll(() => world.stop());

/** A ticket with a reply and two files; mails to its opener wait in the outbox. */
async function newTicket(): Promise<{ readonly id: string; readonly messages: readonly number[] }> {
  const from = `jose@${SLOW}`;
  const subject = `Consulta ${count()}`;
  const reply = await world.send({ from, subject, files: ['captura.txt', 'errores.log'] });
  const reference = reply.split(' ').at(-1) ?? '';
  const id = (await world.gateway.store.findMail(reference))?.ticket ?? `no ticket: ${reply}`;
  await world.send({ from, subject: `Re: [${id}] ${subject}` });
  await world.send({ from, subject: `Re: [${id}] ${subject}` });
  const ticket = await world.gateway.store.findTicket(id);
  return { id, messages: ticket?.thread.map((one) => one.id) ?? [] };
}

async function refusedMail(): Promise<string> {
  const reply = await world.send({ from: `nadie${count()}@desconocido.example`, subject: 'Una oferta' });
  return /ref (\w+)/.exec(reply)?.[1] ?? `not refused: ${reply}`;
}

/** A mail that waits, and is not on its way at this moment. */
async function waitingMail(): Promise<number> {
  const { id } = await newTicket();
  for (;;) {
    const ticket = await world.gateway.store.findTicket(id);
    const waiting = ticket?.mails.find(({ state, attempts }) => state === 'queued' && attempts > 0);
    if (waiting !== undefined) return waiting.id;
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** The commands with what there really is in the place of the docs' examples. */
async function ready(script: string): Promise<string> {
  let text = script
    .replaceAll('/var/backups/taquilla', join(world.folder, 'backups'))
    .replaceAll('/etc/taquilla/config.json', world.config)
    .replace(/\b2525\b/g, String(world.port));
  if (text.includes('TQ-482913')) {
    const { id, messages } = await newTicket();
    text = text.replaceAll('TQ-482913', id).replaceAll('12,14', messages.slice(1, 3).join(','));
  }
  if (text.includes('TQ-123456')) text = text.replaceAll('TQ-123456', (await newTicket()).id);
  if (text.includes('7KQ2M9XF4T')) text = text.replaceAll('7KQ2M9XF4T', await refusedMail());
  if (/\boutbox \w+ \d+\b/.test(text)) {
    const waiting = await waitingMail();
    text = text.replace(/\b(outbox \w+) \d+\b/g, `$1 ${waiting}`);
  }
  return text;
}

async function failureOf(path: string, { text, line }: Fence, cwd: string): Promise<string[]> {
  const script = await ready(text);
  const outside = script
    .replaceAll(world.folder, 'WORLD')
    .match(/(?<=^|[\s"'=<>])(?:\/\w\S*|sudo|systemctl|apt-get)/m)?.[0];
  if (outside !== undefined)
    return [`${path}:${line} names ${outside}, which a test must not touch: say why it is not run`];
  const { code, output } = await world.run(script, cwd);
  return code === 0 ? [] : [`${path}:${line} exited with ${code}\n$ ${script}\n${output}`];
}

describe('blocks of commands', () => {
  // Each command is a process of its own.
  const queue = new PQueue({ concurrency: 3 });

  it.concurrent.each(runnable)(
    'of $path do what they say',
    async ({ path, blocks }) => {
      const failures = await queue.add(async () => {
        const cwd = world.workFolder(path.replaceAll(/[/.]/g, '-'));
        const found: string[] = [];
        for (const block of blocks) found.push(...(await failureOf(path, block, cwd)));
        return found;
      });
      expect(failures).toEqual([]);
    },
    300_000,
  );

  it.each(Object.entries(RUN_ELSEWHERE))('"%s" is run by a script', (_, [file, proof]) => {
    expect(readFileSync(file, 'utf8')).toContain(proof);
  });
});

/** What is wrong with a command as written in prose; placeholders stand for anything. */
function unknownIn(program: Command, words: readonly string[]): string | null {
  let command = program;
  for (const typed of words) {
    // `list|show`: one of them stands for all.
    const word = typed.split('|', 1)[0] ?? '';
    if (word === 'help') return null;
    if (word.startsWith('-')) {
      const flag = word.split('=', 1)[0];
      const options = [...program.options, ...command.options];
      const known = options.some(({ long, short }) => long === flag || short === flag);
      if (!known && !['--help', '-h', '--version', '-V'].includes(flag ?? '')) return `no option ${flag}`;
      continue;
    }
    const next = command.commands.find((one) => one.name() === word);
    if (next !== undefined) command = next;
    else if (command.commands.length > 0 && /^[a-z]/.test(word)) return `no command ${word}`;
  }
  return null;
}

/** `taquilla tickets close ID`, and without its first word where that is clear. */
function commandOf(span: string, program: Command): readonly string[] | null {
  const words = span.replace(/\s[<>|&].*$/, '').split(/\s+/);
  const named = words[0] === 'npx' && words[1] === 'taquilla' ? 2 : words[0] === 'taquilla' ? 1 : 0;
  if (named > 0) return words.slice(named);
  const group = program.commands.find((one) => one.name() === words[0]);
  const inGroup = group?.commands.some((one) => one.name() === words[1]) === true;
  return inGroup ? words : null;
}

describe('commands in prose', () => {
  const program = buildProgram();
  const scripts: { scripts: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'));

  it.each(PAGES.map((page) => [page.path, page] as const))('in %s exist', (path, { spans }) => {
    const wrong = spans.flatMap(({ text, line }) => {
      const script = /^npm run (?:--silent )?([\w:-]+)/.exec(text)?.[1];
      if (script !== undefined && scripts.scripts[script] === undefined)
        return [`${path}:${line}: no script ${script}`];
      const words = commandOf(text, program);
      const problem = words === null ? null : unknownIn(program, words);
      return problem === null ? [] : [`${path}:${line}: \`${text}\`: ${problem}`];
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ['taquilla ticket list', 'no command ticket'],
    ['npx taquilla tickets list --colour', 'no option --colour'],
    ['tickets close ID --reasons x', 'no option --reasons'],
    ['taquilla mail why REF', null],
    ['taquilla accounts contact add C-1001 ana@empresa.com --role billing', null],
  ])('%s: %s', (span, problem) => {
    expect(unknownIn(program, commandOf(span, program) ?? [])).toBe(problem);
  });
});
