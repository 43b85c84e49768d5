/**
 * `npm run bench:visible`: does the scanner for visible text need the same time for each byte however long and however
 * hostile the text is? Prints nanoseconds a character at 10 KB, 100 KB and 256 KB, and by which factor the longer texts are
 * slower than the shortest. Below 1 they are faster: the price of a call is spread over more.   --json   print JSON
 */
import { parseArgs } from 'node:util';
import { MAX_SCANNED, splitReply } from '../src/mail/visible-reply.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

const SIZES = [10 * 1024, 100 * 1024, MAX_SCANNED] as const;
const ROUNDS = 15;
/** Characters scanned for one time: as many for each size, so that the clock and the collector weigh the same. */
const PER_TIME = 2 * MAX_SCANNED;
const GOAL = 1.5;

const REPLY = [
  'Buenos días, la web sigue sin cargar desde ayer por la tarde y no sé qué más mirar.',
  'He probado con otro navegador, y el resultado es el mismo: página en blanco.',
  '',
  'Un saludo, Marta',
  '',
  'El lun, 3 ene 2022 a las 10:00, Soporte (<s@orballo.example>) escribió:',
  '',
  '> Hola, Marta:',
  '> ¿Puedes decirnos qué ves exactamente?',
  '',
  'Veo esto: error 500.',
  '',
].join('\n');

const TEXTS: readonly (readonly [string, string])[] = [
  ['an ordinary reply', REPLY],
  ['prose', 'Una línea cualquiera de un texto cualquiera, y otra más.\n'],
  ['newlines', '\n'],
  ['dashes', '-'],
  ["'>' signs", '>'],
  ['digits', '7'],
  ['blanks', ' '],
  ["lines of '>'", '>\n'],
  ['quoted and blank lines', '> a\n\n\nb\n'],
  ['lines that end like a quote header', 'El 3 de enero a las 10:00 dijo:\n'],
  ['lines that start like a header block', 'De: a@b.example\n'],
  ['signature delimiters', '--\nAna\n'],
  ['legal notices', 'Este mensaje es confidencial\n\n'],
];

function filled(unit: string, size: number): string {
  return unit.repeat(Math.ceil(size / unit.length)).slice(0, size);
}

/** Nanoseconds a character, for one stretch of scans. */
function time(text: string): number {
  const scans = Math.max(1, Math.round(PER_TIME / text.length));
  const started = performance.now();
  for (let scan = 0; scan < scans; scan += 1) splitReply(text);
  return ((performance.now() - started) * 1e6) / (scans * text.length);
}

const rows = TEXTS.map(([name, unit]) => ({
  name,
  texts: SIZES.map((size) => filled(unit, size)),
  best: SIZES.map(() => Number.POSITIVE_INFINITY),
}));
// One round that doesn't count: the scanner is compiled for every kind of text before the first time is taken.
for (const { texts } of rows) for (const text of texts) time(text);
// Every round times every text at every size, so a machine that is busy for some seconds spoils some rounds of all of
// them and not all rounds of one. The best time is the scanner's.
for (let round = 0; round < ROUNDS; round += 1) {
  for (const { texts, best } of rows) {
    for (const [index, text] of texts.entries()) best[index] = Math.min(best[index] ?? 0, time(text));
  }
}
const results = rows.map(({ name, best }) => {
  const [shortest = 1, ...longer] = best;
  return { name, nanoseconds: best, factor: Math.max(...longer) / shortest };
});
const worst = Math.max(...results.map(({ factor }) => factor));

if (values.json) console.log(JSON.stringify({ sizes: SIZES, results, worst, goal: GOAL }));
else {
  console.log(`nanoseconds a character, best of ${ROUNDS}:`);
  console.log(`${''.padEnd(38)}${SIZES.map((size) => `${size / 1024} KB`.padStart(9)).join('')}   factor`);
  for (const { name, nanoseconds, factor } of results) {
    console.log(
      `${name.padEnd(38)}${nanoseconds.map((one) => one.toFixed(2).padStart(9)).join('')}   ${factor.toFixed(2)}`,
    );
  }
  console.log(`largest factor ${worst.toFixed(2)} (at most ${GOAL} is the goal)`);
}
if (worst > GOAL) process.exitCode = 1;
