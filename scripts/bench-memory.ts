/**
 * `npm run bench:memory`: the memory of the whole process (worker threads included) while many large mails arrive at
 * once. Starts the compiled program in a process of its own and reads its resident memory from /proc (Linux only).
 *   --mails N    mails at once (default 20)       --megabytes N   size of each (default 25)
 *   --workers N  as in the config (default 0)  --json          print JSON
 */
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { parseArgs } from 'node:util';
import { compile, startCompiled } from './compiled-gateway.ts';

const { values } = parseArgs({
  options: {
    mails: { type: 'string', default: '20' },
    megabytes: { type: 'string', default: '25' },
    workers: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});
const mails = Number(values.mails);
const bytes = Number(values.megabytes) * 1024 * 1024;
const GOAL_MB = 300;

function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024;
}

const LINE = `${'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3'.slice(0, 76)}\r\n`;
const BLOCK = Buffer.from(LINE.repeat(1000));

/** Each has another first line in its file, so that none is a repeat. Written as fast as the server reads. */
function send(port: number, number: number): Promise<string> {
  const head = `From: Cliente <cliente${number}@empresa.example>\r\nTo: soporte@hosting.example\r\nSubject: Fotos ${number}\r\nMessage-ID: <${number}@empresa.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nAdjunto las fotos.\r\n--b\r\nContent-Type: image/jpeg; name=foto.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(`foto ${String(number).padStart(4, '0')}`).toString('base64')}\r\n`;
  const dialogue = [
    'EHLO empresa.example\r\n',
    `MAIL FROM:<cliente${number}@empresa.example>\r\n`,
    'RCPT TO:<soporte@hosting.example>\r\n',
    'DATA\r\n',
  ];
  const socket = createConnection({ port, host: '127.0.0.1' });
  return new Promise((resolve, reject) => {
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('close', () => resolve('the connection was closed'));
    socket.on('data', (text: string) => {
      const last = text.trimEnd().split('\r\n').at(-1) ?? '';
      if (last.startsWith('354')) {
        void write(socket, head, bytes);
        return;
      }
      const next = dialogue.shift();
      if (next !== undefined && last.startsWith('2')) socket.write(next);
      else {
        resolve(last);
        socket.destroy();
      }
    });
  });
}

async function write(socket: NodeJS.WritableStream, head: string, size: number): Promise<void> {
  socket.write(head);
  for (let sent = head.length; sent + BLOCK.length < size; sent += BLOCK.length) {
    if (!socket.write(BLOCK)) await new Promise((resolve) => socket.once('drain', resolve));
  }
  socket.write('--b--\r\n.\r\n');
}

compile();
const workers = values.workers === 'auto' ? 'auto' : Number(values.workers);
const gateway = await startCompiled({ workers, limits: { connectionsPerAddress: mails + 1 } });
const idle = residentMb(gateway.pid);
let peak = idle;
const timer = setInterval(() => {
  peak = Math.max(peak, residentMb(gateway.pid));
}, 10);
const started = performance.now();
const replies = await Promise.all(Array.from({ length: mails }, (_, number) => send(gateway.port, number)));
const seconds = (performance.now() - started) / 1000;
clearInterval(timer);
await gateway.stop();

const taken = replies.filter((reply) => reply.startsWith('250')).length;
const megabytesPerSecond = (taken * bytes) / 1024 / 1024 / seconds;
if (values.json)
  console.log(JSON.stringify({ mails, bytes, taken, idle, peak, seconds, megabytesPerSecond, goal: GOAL_MB }));
else {
  console.log(`${mails} mails of ${values.megabytes} MB at once, workers: ${values.workers}`);
  console.log(`  taken     ${taken}, in ${seconds.toFixed(1)} s (${megabytesPerSecond.toFixed(1)} MB/s)`);
  console.log(`  resident  ${idle.toFixed(0)} MB idle, ${peak.toFixed(0)} MB at most (below ${GOAL_MB} is the goal)`);
}
if (taken < mails || peak >= GOAL_MB) {
  for (const reply of new Set(replies)) if (!reply.startsWith('250')) console.error(reply);
  process.exitCode = 1;
}
