/**
 * What the gateway counts, in the text format of Prometheus. Counters are fed as things happen; what stands in the
 * database is read when somebody asks, so that the figures can't drift from it.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { IntakeResult } from '../intake/intake.ts';
import type { SendOutcome, StoreFigures } from '../store/store.ts';

export interface Metrics {
  /** One mail was answered, `seconds` after its envelope was complete. */
  mailTaken(result: IntakeResult, seconds: number): void;
  sendTried(outcome: SendOutcome): void;
  /** The page that Prometheus reads. */
  page(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** Read when the page is asked for. */
export interface Readings {
  readonly figures: StoreFigures;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly connections: number;
  readonly outboxPaused: boolean;
}

/** Seconds: from a mail that finds everything in memory to one that waits for DNS. */
const REPLY_BUCKETS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20];

export function createMetrics(read: () => Promise<Readings>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const mails = new Counter({
    name: 'taquilla_mails_total',
    help: 'Mails that were answered, by verdict and reason.',
    labelNames: ['verdict', 'reason'],
    registers,
  });
  const replies = new Histogram({
    name: 'taquilla_reply_seconds',
    help: 'From the start of DATA to the reply.',
    buckets: REPLY_BUCKETS,
    registers,
  });
  const sends = new Counter({
    name: 'taquilla_sends_total',
    help: 'Attempts to send, by what came of them: sent, failed for good, put off (4xx), transport (the smarthost is at fault).',
    labelNames: ['outcome'],
    registers,
  });
  const gauges = storeGauges(registers);
  return {
    mailTaken(result, seconds) {
      const { verdict, reason } = labelsOf(result);
      mails.inc({ verdict, reason });
      replies.observe(seconds);
    },
    sendTried: (outcome) => sends.inc({ outcome: outcomeLabel(outcome) }),
    async page() {
      setGauges(gauges, await read());
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

/** Bounded: verdicts and reasons are unions. A mail that could not be kept has no verdict. */
function labelsOf(result: IntakeResult): { readonly verdict: string; readonly reason: string } {
  switch (result.kind) {
    case 'decided':
      return { verdict: result.decision.verdict, reason: result.decision.reason };
    case 'not-taken':
      return { verdict: 'refuse', reason: result.reason };
    case 'kept':
      return { verdict: 'hold', reason: 'internal-error' };
    case 'over-rate':
      return { verdict: 'none', reason: 'over-rate' };
    case 'not-looked-up':
      return { verdict: 'none', reason: 'not-looked-up' };
    case 'unavailable':
      return { verdict: 'none', reason: `store-${result.why}` };
    default:
      return result satisfies never;
  }
}

function outcomeLabel(outcome: SendOutcome): string {
  if (outcome.state !== 'queued') return outcome.state;
  return outcome.counted ? 'put-off' : 'transport';
}

function storeGauges(registers: Registry[]) {
  const gauge = (name: string, help: string) => new Gauge({ name: `taquilla_${name}`, help, registers });
  return {
    outbox: new Gauge({
      name: 'taquilla_outbox_mails',
      help: 'Outgoing mails that wait, are on their way, or have failed for good.',
      labelNames: ['state'],
      registers,
    }),
    oldest: gauge('outbox_oldest_seconds', 'How long the oldest outgoing mail has waited; 0 where none does.'),
    paused: gauge('outbox_paused', '1 while the smarthost is at fault and nothing is sent.'),
    connections: gauge('smtp_connections', 'Open SMTP connections.'),
    database: gauge('database_bytes', 'Size of the database.'),
    blobBytes: gauge('blob_bytes', 'Size of all attachments and raw mails in files.'),
    blobFiles: gauge('blob_files', 'How many files those are.'),
  };
}

function setGauges(
  gauges: ReturnType<typeof storeGauges>,
  { figures, now, connections, outboxPaused }: Readings,
): void {
  const { outbox, oldestQueuedAt, databaseBytes, blobs } = figures;
  gauges.outbox.set({ state: 'queued' }, outbox.queued);
  gauges.outbox.set({ state: 'sending' }, outbox.sending);
  gauges.outbox.set({ state: 'failed' }, outbox.failed);
  gauges.oldest.set(oldestQueuedAt === null ? 0 : Math.max(0, now - oldestQueuedAt) / 1000);
  gauges.paused.set(outboxPaused ? 1 : 0);
  gauges.connections.set(connections);
  gauges.database.set(databaseBytes);
  gauges.blobBytes.set(blobs.bytes);
  gauges.blobFiles.set(blobs.files);
}
