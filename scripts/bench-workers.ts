/**
 * `npm run bench:workers`: does it pay to read small mails in threads? Sends the same mix (new matters of 4 KB, and replies
 * of 20 KB with quoted text) to the compiled program with 0, 1 and 2 workers, in turns, and prints mails a second and the
 * processor time of one mail: of the main thread, which all connections share, and of all threads (Linux only).
 *   --mails N   mails of a round (default 1000)     --rounds N   rounds of each (default 3)
 */
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SmtpClient } from '../test/support/smtp-client.ts';
import { compile, startCompiled } from './compiled-gateway.ts';

const { values } = parseArgs({
  options: { mails: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '3' } },
});
const count = Number(values.mails);
const CONNECTIONS = 20;
const MANY = 1_000_000;

const NEW = 'Hola, la web de mi empresa no carga desde esta mañana y no sé por qué.\r\n'.repeat(55);
const REPLY = `Sigue igual.\r\n\r\nEl lun, 3 ene 2022 a las 10:00, Soporte escribió:\r\n\r\n${'> Una línea citada de un correo anterior, de las de siempre.\r\n'.repeat(320)}`;

function mail(number: number, round: string): Buffer {
  const body = number % 4 === 3 ? REPLY : NEW;
  return Buffer.from(
    `From: Ana <ana@empresa-${number}.example>\r\nTo: soporte@hosting.example\r\nSubject: Asunto ${number}\r\nMessage-ID: <${round}.${number}@empresa.example>\r\n\r\n${body}`,
  );
}

async function load(port: number, mails: number, round: string): Promise<void> {
  let next = 0;
  const work = async () => {
    const client = await SmtpClient.open(port);
    await client.command('EHLO empresa.example');
    for (let number = next++; number < mails; number = next++) {
      const bytes = mail(number, round);
      const reply = await client.send({ from: 'ana@empresa.example', to: ['soporte@hosting.example'], bytes });
      if (reply.code !== 250) throw new Error(`${reply.code} ${reply.text}`);
    }
    await client.quit();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
}

/** Milliseconds of processor time so far. */
function used(pid: number): { main: number; all: number } {
  const of = (thread: string) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]) / 1e6;
  const all = readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + of(thread), 0);
  return { main: of(String(pid)), all };
}

interface Round {
  readonly perSecond: number;
  readonly main: number;
  readonly all: number;
}

async function round(workers: number): Promise<Round> {
  const limits = { connectionsPerAddress: CONNECTIONS, unverifiedMailsPerAddressPerHour: MANY };
  const gateway = await startCompiled({ workers, limits: { ...limits, mailsPerSenderPerHour: MANY } });
  await load(gateway.port, Math.ceil(count / 2), 'warm-up');
  const before = used(gateway.pid);
  const started = performance.now();
  await load(gateway.port, count, 'round');
  const seconds = (performance.now() - started) / 1000;
  const after = used(gateway.pid);
  await gateway.stop();
  return {
    perSecond: count / seconds,
    main: (after.main - before.main) / count,
    all: (after.all - before.all) / count,
  };
}

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;

compile();
const results = new Map<number, Round[]>([0, 1, 2].map((workers) => [workers, []]));
for (let number = 0; number < Number(values.rounds); number += 1)
  for (const [workers, rounds] of results) rounds.push(await round(workers));
for (const [workers, rounds] of results) {
  const of = (key: keyof Round) => median(rounds.map((one) => one[key]));
  console.log(
    `workers ${workers}: ${of('perSecond').toFixed(0).padStart(5)} mails/s, processor time of a mail: main thread ${of('main').toFixed(2)} ms, all threads ${of('all').toFixed(2)} ms`,
  );
}
