/**
 * `npm run bench:auth`: what it costs to find out who writes, beside everything else that a mail costs: processor time
 * a mail for SPF, DKIM and DMARC, with a zone in memory instead of DNS (the time that answers take on their way is the
 * network's, and other mails are served meanwhile). `npm run bench` itself runs with `authentication: off`.
 *   --json   print JSON
 */
import { parseArgs } from 'node:util';
import { authenticate } from '../src/auth/authenticate.ts';
import { ed25519Key, type Key, rsaKey, signed } from '../test/auth/signing.ts';
import { zoneLookup } from '../test/auth/zone.ts';
import { median } from './bench/report.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

const ROUNDS = 9;
const DOMAIN = 'empresa.example';
const LINE = 'Una línea de texto normal y corriente de un correo cualquiera.\r\n';
const HEAD = `From: Ana <ana@${DOMAIN}>\r\nTo: soporte@hosting.example\r\nSubject: Consulta\r\nMessage-ID: <1@${DOMAIN}>\r\n\r\n`;

const SIZES: readonly (readonly [string, number])[] = [
  ['4 KB', 4 * 1024],
  ['20 KB', 20 * 1024],
  ['1 MB', 1024 * 1024],
  ['7 MB', 7 * 1024 * 1024],
];
const KINDS: readonly (readonly [string, Key | null])[] = [
  ['SPF alone', null],
  ['SPF and a signature (RSA, 2048 bits)', rsaKey()],
  ['SPF and a signature (Ed25519)', ed25519Key()],
];

interface Cost {
  readonly what: string;
  readonly size: string;
  /** Milliseconds of processor time, median. */
  readonly ms: number;
}

async function measure(what: string, size: string, bytes: number, key: Key | null): Promise<Cost> {
  const mail = HEAD + LINE.repeat(Math.ceil(bytes / LINE.length));
  const raw = Buffer.from(key === null ? mail : await signed(mail, DOMAIN, key), 'latin1');
  const zone = {
    [`${DOMAIN} TXT`]: 'v=spf1 ip4:192.0.2.0/24 -all',
    [`_dmarc.${DOMAIN} TXT`]: 'v=DMARC1; p=reject',
    ...(key === null ? {} : { [`s1._domainkey.${DOMAIN} TXT`]: key.record }),
  };
  const times: number[] = [];
  const mails = Math.max(3, Math.round((4 * 1024 * 400) / bytes));
  for (let round = 0; round <= ROUNDS; round += 1) {
    const before = process.cpuUsage();
    for (let at = 0; at < mails; at += 1) {
      const input = { raw, ip: '192.0.2.1', helo: `mx.${DOMAIN}`, mailFrom: `ana@${DOMAIN}`, fromDomain: DOMAIN };
      const verdict = await authenticate({ ...input, hostname: 'mx.hosting.example' }, zoneLookup(zone).lookup);
      if (!verdict.aligned || (key !== null && verdict.dkim !== 'pass'))
        throw new Error(`${what}, ${size}: ${verdict.because.join('; ')}`);
    }
    const { user, system } = process.cpuUsage(before);
    // What runs for the first time is slow.
    if (round > 0) times.push((user + system) / 1000 / mails);
  }
  return { what, size, ms: median(times) };
}

const costs: Cost[] = [];
for (const [what, key] of KINDS) for (const [size, bytes] of SIZES) costs.push(await measure(what, size, bytes, key));
if (values.json) console.log(JSON.stringify(costs, null, 2));
else
  for (const { what, size, ms } of costs)
    console.log(`${what.padEnd(38)} ${size.padStart(5)}  ${ms.toFixed(2)} ms a mail`);
