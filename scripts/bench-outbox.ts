/**
 * `npm run bench:outbox`: how fast the outbox drains, beside nodemailer's bare pool. Both send equally large mails to the
 * same local SMTP sink over as many connections, in turn in one run; medians and their ratio are printed. The pool gets mails that
 * are rendered already and writes nothing down; the outbox claims, renders, freezes, sends and finishes rows of a database
 * file with full durability.
 *   --mails N         mails in each round (default 10,000)    --rounds N   (default 5)
 *   --connections N   (default 4)                             --folder F   for the database (default: the temporary folder)
 *   --json            print JSON
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createTransport } from 'nodemailer';
import { pino } from 'pino';
import { systemClock } from '../src/clock.ts';
import { Destinations } from '../src/outbox/destinations.ts';
import { renderMail } from '../src/outbox/render.ts';
import { SMTP_TIMEOUTS } from '../src/outbox/smtp-connection.ts';
import { smtpTransport } from '../src/outbox/smtp-transport.ts';
import { createOutboxWorker } from '../src/outbox/worker.ts';
import { openDatabase } from '../src/store/sqlite/open-database.ts';
import { outbox } from '../src/store/sqlite/schema.ts';
import { sqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import type { OutgoingMail } from '../src/tickets/decision.ts';

const GOAL = 0.7;
const { values } = parseArgs({
  options: {
    mails: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '4' },
    folder: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(values.mails);
const rounds = Number(values.rounds);
const connections = Number(values.connections);

/** A receipt as it stands in the outbox. */
function receipt(round: number, n: number): OutgoingMail {
  const ticket = 100_000 + n;
  return {
    recipient: `persona${n}@empresa${n % 500}.example`,
    recipientName: `Persona ${n}`,
    from: 'soporte@example.com',
    fromName: 'Soporte · Hosting Ejemplo',
    language: n % 2 === 0 ? 'es' : 'en',
    messageId: `<tq.${ticket}.${round}x${n}.k1.0123456789abcdef01234567@mail.example.com>`,
    inReplyTo: `<consulta.${n}@empresa.example>`,
    references: [`<consulta.${n}@empresa.example>`, `<tq.${ticket}.root.k1.0123456789abcdef01234567@mail.example.com>`],
    data: {
      kind: 'receipt',
      ticketId: `TQ-${ticket}`,
      company: 'Hosting Ejemplo',
      department: 'Soporte',
      subject: `No puedo entrar en el correo ${n}`,
      name: `Persona ${n}`,
      hint: 'Indícanos la URL, el remitente y el destinatario.',
      helpUrl: 'https://ayuda.example.com',
      helpPhone: '',
      attachments: 0,
      otherTickets: [],
      account: '',
      unverified: false,
    },
  };
}

async function startSink(): Promise<{ port: number; mails: () => Promise<number>; stop: () => void }> {
  const child = fork(fileURLToPath(new URL('./smtp-sink.ts', import.meta.url)));
  const next = <T>() => new Promise<T>((resolve) => child.once('message', (message) => resolve(message as T)));
  const { port } = await next<{ port: number }>();
  return {
    port,
    mails: async () => {
      const answer = next<{ mails: number }>();
      child.send('count');
      return (await answer).mails;
    },
    stop: () => child.kill(),
  };
}

async function barePool(port: number, rendered: readonly Buffer[]): Promise<number> {
  const pool = createTransport({ pool: true, host: '127.0.0.1', port, maxConnections: connections, ignoreTLS: true });
  const started = performance.now();
  await Promise.all(
    rendered.map((raw, n) =>
      pool.sendMail({ envelope: { from: 'bounces@example.com', to: [`persona${n}@empresa.example`] }, raw }),
    ),
  );
  const seconds = (performance.now() - started) / 1000;
  pool.close();
  return rendered.length / seconds;
}

async function drain(port: number, file: string, mails: readonly OutgoingMail[]): Promise<number> {
  const database = openDatabase(file);
  const createdAt = Date.now();
  database.sqlite.transaction(() => {
    for (const mail of mails) {
      const { recipient, messageId } = mail;
      database.db
        .insert(outbox)
        .values({ kind: mail.data.kind, recipient, messageId, mail, nextAttemptAt: createdAt, createdAt })
        .run();
    }
  })();
  database.sqlite.pragma('wal_checkpoint(TRUNCATE)');
  const store = sqliteStore(database);
  let left = mails.length;
  let onDone: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (onDone = resolve));
  const watched: typeof store = {
    ...store,
    finishMails: async (finished, now) => {
      await store.finishMails(finished, now);
      for (const { outcome } of finished) if (outcome.state !== 'sent') throw new Error(JSON.stringify(outcome));
      left -= finished.length;
      if (left === 0) onDone();
    },
  };
  const transport = smtpTransport({
    host: '127.0.0.1',
    port,
    secure: false,
    requireTls: false,
    ca: null,
    user: null,
    password: null,
    hostname: 'mail.example.com',
    timeouts: SMTP_TIMEOUTS,
  });
  // One line for each mail, as in production, but to nowhere.
  const log = pino({ level: 'info', base: null }, pino.destination({ dest: '/dev/null', sync: true }));
  const worker = createOutboxWorker(
    { store: watched, transport, render: renderMail, clock: systemClock, random: Math.random, log },
    {
      concurrency: connections,
      giveUpMs: 48 * 60 * 60 * 1000,
      envelopeFrom: () => 'bounces@example.com',
      destinations: new Destinations(() => ({ concurrency: null, perMinute: null })),
    },
  );
  const started = performance.now();
  worker.start();
  await done;
  const seconds = (performance.now() - started) / 1000;
  await worker.stop();
  const states = database.sqlite.prepare('select state, count(*) as mails from outbox group by state').all();
  if (JSON.stringify(states) !== JSON.stringify([{ state: 'sent', mails: mails.length }]))
    throw new Error(`not all were sent: ${JSON.stringify(states)}`);
  await store.close();
  return mails.length / seconds;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

const folder = mkdtempSync(join(values.folder, 'taquilla-bench-'));
const sink = await startSink();
try {
  const pool: number[] = [];
  const ours: number[] = [];
  // The first round warms both up.
  for (let round = 0; round <= rounds; round += 1) {
    const mails = Array.from({ length: count }, (_, n) => receipt(round, n));
    const rendered = await Promise.all(mails.map((mail) => renderMail(mail, Date.now())));
    const bare = await barePool(sink.port, rendered);
    const drained = await drain(sink.port, join(folder, `${round}.db`), mails);
    if (round === 0) continue;
    pool.push(bare);
    ours.push(drained);
    if (!values.json)
      console.log(
        `  round ${round}: pool ${bare.toFixed(0)}, outbox ${drained.toFixed(0)} mails/s, ${(drained / bare).toFixed(2)}`,
      );
  }
  const expected = 2 * count * (rounds + 1);
  const arrived = await sink.mails();
  if (arrived !== expected) throw new Error(`the sink got ${arrived} mails, ${expected} were sent`);
  const ratio = median(ours) / median(pool);
  if (values.json)
    console.log(
      JSON.stringify({
        mails: count,
        rounds,
        connections,
        poolPerSecond: median(pool),
        outboxPerSecond: median(ours),
        ratio,
      }),
    );
  else {
    console.log(`${count.toLocaleString('en')} mails over ${connections} connections, medians of ${rounds} rounds:`);
    console.log(`  nodemailer's pool, rendered mails   ${median(pool).toFixed(0)} mails/s`);
    console.log(`  the outbox                          ${median(ours).toFixed(0)} mails/s`);
    console.log(`  ratio ${ratio.toFixed(2)} (at least ${GOAL} is the goal)`);
  }
  if (ratio < GOAL) process.exitCode = 1;
} finally {
  sink.stop();
  rmSync(folder, { recursive: true, force: true });
}
