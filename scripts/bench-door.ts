/**
 * `npm run bench:door [-- --idle 2000 --drip 500 --senders 10 --mails 30]`: what idle and very slow clients cost the
 * gateway, and what ordinary senders feel of them. Starts the real program in a temporary folder; exits with 1 where
 * a goal is missed.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gather, percentile, sendAsUsual } from '../test/support/crowd.ts';
import { nodeFlags } from './node-flags.ts';

const P99_GOAL_MS = 1000;
const MEMORY_GOAL_MB = 40;
const TO = 'soporte@hosting.example';

const { values } = parseArgs({
  options: {
    idle: { type: 'string', default: '2000' },
    drip: { type: 'string', default: '500' },
    senders: { type: 'string', default: '10' },
    mails: { type: 'string', default: '30' },
  },
});
const [idle, drip, count, mails] = [values.idle, values.drip, values.senders, values.mails].map(Number);
if (idle === undefined || drip === undefined || count === undefined || mails === undefined) process.exit(2);

const folder = mkdtempSync(join(tmpdir(), 'taquilla-bench-door-'));
writeFileSync(
  join(folder, 'config.json'),
  JSON.stringify({
    company: 'Banco de pruebas',
    hostname: 'mail.hosting.example',
    smtp: { port: 0 },
    authentication: 'off',
    departments: [{ key: 'soporte', names: { es: 'Soporte', en: 'Support' }, mailboxes: [TO], accepts: 'anyone' }],
    limits: { connections: idle + drip + 500, connectionsPerAddress: 100 },
    outbound: { transport: { type: 'file', folder: 'outbox' } },
    log: { level: 'error' },
  }),
);
const gateway = spawn(
  process.execPath,
  [...nodeFlags(), fileURLToPath(new URL('../bin/taquilla.js', import.meta.url)), '--config', 'config.json', 'serve'],
  { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
);

/** Megabytes of the gateway's process; `null` where the system has no /proc. */
function memory(): number | null {
  try {
    const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'));
    return found === null ? null : Number(found[1]) / 1024;
  } catch {
    return null;
  }
}

const shown = (megabytes: number | null) => (megabytes === null ? 'unknown' : `${megabytes.toFixed(1)} MB`);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

try {
  const port = await new Promise<number>((resolve, reject) => {
    let output = '';
    gateway.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const found = /listens on 127\.0\.0\.1:(\d+)/.exec(output);
      if (found !== null) resolve(Number(found[1]));
    });
    gateway.on('exit', () => reject(new Error('the gateway did not start')));
  });
  const senders = Array.from({ length: count }, (_, index) => `cliente${index}@empresa${index}.example`);
  // The first mails load and compile: what idle means is measured after them.
  await sendAsUsual(port, senders, TO, 5);
  const alone = await sendAsUsual(port, senders, TO, mails);
  await pause(2000);
  const before = memory();
  const quiet = await gather(port, { idle, drip: 0 }, TO);
  await pause(2000);
  const withIdle = memory();
  const slow = await gather(port, { idle: 0, drip }, TO);
  await pause(3000);
  const crowded = await sendAsUsual(port, senders, TO, mails);
  const after = memory();
  const perThousand = before === null || withIdle === null ? null : ((withIdle - before) * 1000) / idle;

  const line = (name: string, times: typeof alone) =>
    console.log(
      `${name}  p50 ${percentile(times, 0.5).toFixed(0)} ms   p99 ${percentile(times, 0.99).toFixed(0)} ms   (${times.sorted.length} mails, ${times.refused} refused)`,
    );
  console.log(`${idle} idle clients, ${drip} that send a byte a second, ${count} ordinary senders`);
  line('alone          ', alone);
  line('in the crowd   ', crowded);
  console.log(`clients sent away meanwhile: ${quiet.lost() + slow.lost()}`);
  console.log(
    `memory (RSS): ${shown(before)} before, ${shown(withIdle)} with the idle ones, ${shown(after)} at the end; ${shown(perThousand)} for 1,000 idle connections`,
  );
  quiet.leave();
  slow.leave();
  const missed = [
    ...(percentile(crowded, 0.99) < P99_GOAL_MS ? [] : [`p99 is not below ${P99_GOAL_MS} ms`]),
    ...(crowded.refused === 0 ? [] : ['mails of ordinary senders were refused']),
    ...(perThousand === null || perThousand < MEMORY_GOAL_MB
      ? []
      : [`1,000 idle connections cost over ${MEMORY_GOAL_MB} MB`]),
  ];
  for (const goal of missed) console.log(`MISSED: ${goal}`);
  if (missed.length > 0) process.exitCode = 1;
} finally {
  gateway.removeAllListeners('exit');
  gateway.kill('SIGTERM');
  await new Promise((resolve) => (gateway.exitCode === null ? gateway.once('exit', resolve) : resolve(null)));
  rmSync(folder, { recursive: true, force: true });
}
