/**
 * `npm run bench`: how fast mails are taken, against two others that do less: smtp-server with simpleParser that stores
 * nothing, and Postfix that stores the mail in its queue. Everything runs on this machine, on loopback; the sides take
 * turns, several rounds, each started anew. Trust the ratios of one run, not the figures of two.
 *
 * What is measured is how fast mails are taken: a 250 means that the ticket and its receipt are on the disk. The receipts
 * wait in the outbox meanwhile; `new-tickets-20` also shows what is left where they are sent at the same time.
 *
 * `npm run bench -- scale`: the same with a database of years against a new one.
 *   --quick            a short run of all scenarios (45 s)      --only NAMES   scenarios, with commas between
 *   --rounds N         rounds of each side (default 5)          --seconds S    length of a round (default 4)
 *   --sides NAMES      taquilla, bareParser, postfix            --json FILE    the ratios and the raw rounds
 *   --tickets N        for `npm run bench -- scale`: size of the full database (default 1,000,000)
 *   --profile FOLDER   CPU profiles of Taquilla, for the developer tools of a browser
 *   --folder PATH      where databases and queues are (default: the system's folder for temporary files)
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort, startNode } from './bench/children.ts';
import { type Load, startLoad } from './bench/load-process.ts';
import { postfixMissing, startPostfix } from './bench/postfix.ts';
import { cpuSeconds, watchMemory } from './bench/process-tree.ts';
import { median, type Round, ratios, table } from './bench/report.ts';
import { fillTickets } from './bench/scale.ts';
import { OPEN_TICKETS, SCENARIOS, type Scenario } from './bench/scenarios.ts';
import { build, copyTemplate, fillTemplate, knownTickets, startTaquilla } from './bench/taquilla.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    sides: { type: 'string', default: 'taquilla,bareParser,postfix' },
    tickets: { type: 'string', default: '1000000' },
    json: { type: 'string' },
    profile: { type: 'string' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
const seconds = Number(values.seconds ?? (values.quick ? 0.6 : 4));
const warmUpSeconds = values.quick ? 0.1 : 2;
/** A server runs for months: its first seconds measure the compiler of Node. After six of them a rate hardly rises. */
const FIRST_SECONDS = 6;
/** Small mails over many connections: one alone would need a minute for as many, and large files would leave the disk busy. */
const WARM_UP: Scenario = { name: 'warm-up', connections: 20, mix: { 'new-ticket': 60, reply: 40 } };
const wanted = values.only?.split(',') ?? SCENARIOS.map(({ name }) => name);
const scenarios = SCENARIOS.filter(({ name }) => wanted.includes(name));
if (scenarios.length < wanted.length)
  throw new Error(`--only: there are ${SCENARIOS.map(({ name }) => name).join(', ')}`);

interface Running {
  readonly port: number;
  readonly pid: number;
  readonly startMs: number;
  stop(): Promise<void>;
}

const folder = mkdtempSync(join(values.folder, 'taquilla-bench-'));
// The processes of Postfix run as another user and must get through to their queue.
chmodSync(folder, 0o755);
const template = join(folder, 'template');
const beside = (name: string) => fileURLToPath(new URL(`./bench/${name}`, import.meta.url));
const sinkPort = await freePort();
const nobody = await freePort();
const nodeArgs = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`];
const startTimes: number[] = [];

const startAnew = async (name: string, smarthostPort: number): Promise<Running> => {
  const home = join(folder, name);
  copyTemplate(template, home);
  const running = await startTaquilla(home, { smarthostPort, config: {}, nodeArgs });
  startTimes.push(running.startMs);
  return running;
};

const SIDES: Readonly<Record<string, () => Promise<Running>>> = {
  taquilla: () => startAnew('taquilla', nobody),
  taquillaSending: () => startAnew('sending', sinkPort),
  bareParser: async () => {
    const port = await freePort();
    return { port, ...(await startNode([beside('bare-parser.mjs'), String(port)], port)) };
  },
  postfix: () => {
    const home = join(folder, 'postfix');
    rmSync(home, { recursive: true, force: true });
    return startPostfix(home);
  },
  empty: () => startAnew('empty', nobody),
  full: () => startTaquilla(join(folder, 'full'), { smarthostPort: nobody, config: {}, nodeArgs }),
};

/** In a quick run each side is started once; its memory is then that of all scenarios so far. */
const started = new Map<string, Running>();

async function serverOf(side: string, load: Load, keep: boolean): Promise<Running> {
  const start = SIDES[side];
  if (start === undefined) throw new Error(`--sides: there are ${Object.keys(SIDES).join(', ')}`);
  const running = started.get(side);
  if (running !== undefined) return running;
  const server = await start();
  if (!keep) return server;
  started.set(side, server);
  // What runs for the first time is slow: a short round would measure the compiler of Node.
  for (const scenario of SCENARIOS.filter(({ name }) => name === 'new-tickets-20' || name === 'replies-20'))
    await load.run({ port: server.port, scenario, seconds: 1.2 });
  return server;
}

async function oneRound(side: string, load: Load, scenario: Scenario, keep: boolean): Promise<Round> {
  // Gigabytes that the side before left to be written would slow down the fsyncs of this one.
  if (!keep) spawnSync('sync');
  const server = await serverOf(side, load, keep);
  try {
    // Postfix is compiled already, and its queue would still be full of these mails when the round begins.
    if (!keep && side !== 'postfix') await load.run({ port: server.port, scenario: WARM_UP, seconds: FIRST_SECONDS });
    await load.run({ port: server.port, scenario, seconds: warmUpSeconds });
    const peak = watchMemory(server.pid);
    const before = cpuSeconds(server.pid);
    const result = await load.run({ port: server.port, scenario, seconds });
    const spent = cpuSeconds(server.pid) - before;
    return {
      mailsPerSecond: result.mails / result.seconds,
      megabytesPerSecond: result.bytes / 1e6 / result.seconds,
      medianMs: result.median,
      p95Ms: result.p95,
      peakMb: peak(),
      cpuMs: (spent * 1000) / result.mails,
      replies: result.replies,
    };
  } finally {
    if (!keep) await server.stop();
  }
}

/** Clients, and tickets to reply to, made by mail like any others. */
async function prepare(): Promise<string> {
  await fillTemplate(template);
  const gateway = await startTaquilla(template, { smarthostPort: sinkPort, config: {}, nodeArgs: [] });
  const load = await startLoad(null);
  const scenario: Scenario = { name: 'prepare', connections: 20, mix: { 'new-ticket': 100 } };
  let made = 0;
  while (made < (values.quick ? OPEN_TICKETS / 10 : OPEN_TICKETS))
    made += (await load.run({ port: gateway.port, scenario, seconds: 0.5 })).mails;
  load.stop();
  await gateway.stop();
  const file = join(folder, 'tickets.json');
  writeFileSync(file, JSON.stringify(knownTickets(template).slice(0, OPEN_TICKETS)));
  return file;
}

interface Result {
  readonly ratios: Record<string, number>;
  readonly rounds: Record<string, Round[]>;
}

async function compare(sides: readonly string[], load: Load, scenario: Scenario, keep: boolean): Promise<Result> {
  const all: Record<string, Round[]> = Object.fromEntries(sides.map((side) => [side, []]));
  for (let round = 0; round < rounds; round += 1) {
    // Who begins changes from round to round: what one leaves behind for the next (a warm disk) evens out.
    for (let turn = 0; turn < sides.length; turn += 1) {
      const side = sides[(turn + round) % sides.length] ?? '';
      all[side]?.push(await oneRound(side, load, scenario, keep));
    }
  }
  console.log(table(scenario.name, all));
  return { ratios: ratios(all), rounds: all };
}

async function compareWithOthers(load: Load): Promise<Record<string, Result>> {
  const missing = postfixMissing();
  if (missing !== null) console.log(`Postfix: ${missing}; it takes no part`);
  const sides = values.sides.split(',').filter((side) => side !== 'postfix' || missing === null);
  const found: Record<string, Result> = {};
  for (const scenario of scenarios) {
    const sending = scenario.name === 'new-tickets-20' && !values.quick && values.sides.includes('taquilla');
    found[scenario.name] = await compare(sending ? [...sides, 'taquillaSending'] : sides, load, scenario, values.quick);
  }
  if (startTimes.length > 0)
    console.log(`start to listening with a migrated database: ${median(startTimes).toFixed(0)} ms`);
  return found;
}

async function compareSizes(load: Load): Promise<Record<string, Result>> {
  const tickets = Number(values.tickets);
  copyTemplate(template, join(folder, 'full'));
  const began = performance.now();
  const filled = fillTickets(join(folder, 'full'), tickets, (done) => {
    const part = `${((done / tickets) * 100).toFixed(0)} %`;
    console.log(`${part} of ${tickets} tickets after ${((performance.now() - began) / 1000).toFixed(0)} s`);
  });
  console.log(
    `${filled.messages} messages; ${(filled.bytesPerTicket / 1024).toFixed(1)} KB of database for each ticket\n`,
  );
  const found: Record<string, Result> = {};
  for (const scenario of SCENARIOS.filter(({ name }) => (values.only ?? 'new-tickets-20,replies-20').includes(name)))
    found[`scale-${scenario.name}`] = await compare(['full', 'empty'], load, scenario, true);
  return found;
}

const began = performance.now();
build();
const sink = spawn(process.execPath, [beside('sink.mjs'), String(sinkPort)], { stdio: 'ignore' });
try {
  mkdirSync(template, { recursive: true });
  const load = await startLoad(await prepare());
  const found = positionals.includes('scale') ? await compareSizes(load) : await compareWithOthers(load);
  load.stop();
  console.log(`${((performance.now() - began) / 1000).toFixed(0)} s in all`);
  if (values.json !== undefined) {
    const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? '', node: process.version };
    const of = <T>(read: (one: Result) => T) =>
      Object.fromEntries(Object.entries(found).map(([name, one]) => [name, read(one)]));
    const report = {
      date: new Date().toISOString(),
      machine,
      options: values,
      startMs: median(startTimes),
      ratios: of((one) => one.ratios),
      rounds: of((one) => one.rounds),
    };
    writeFileSync(values.json, JSON.stringify(report, null, 2));
  }
} finally {
  for (const server of started.values()) await server.stop();
  sink.kill();
  rmSync(folder, { recursive: true, force: true });
}
