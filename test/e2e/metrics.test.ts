/** What those who watch the gateway read by HTTP agrees with what stands in the database. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createMetrics } from '../../src/http/metrics.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { startSink } from '../support/sink.ts';
import { SmtpClient, submit } from '../support/smtp-client.ts';

const ACCOUNTS = [{ number: 'C-1', name: 'Uno', contacts: ['ana@uno.example'] }];

const mail = (from: string, id: string, size = 0) =>
  Buffer.from(
    `From: ${from}\r\nSubject: ${id}\r\nMessage-ID: <${id}@x>\r\n\r\n${'palabra '.repeat(8)}\r\n`.repeat(1) +
      'más texto\r\n'.repeat(size),
  );

async function get(gateway: TestGateway, path: string): Promise<{ status: number; body: string }> {
  const response = await fetch(`http://127.0.0.1:${gateway.httpPort}${path}`);
  return { status: response.status, body: await response.text() };
}

/** `name{labels}` → value. */
function samplesOf(page: string): Map<string, number> {
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

it('after a load, each figure is the one of the database', async () => {
  const sink = await startSink();
  onTestFinished(() => sink.close());
  const gateway = await testGateway({
    accounts: ACCOUNTS,
    config: {
      http: { port: 0 },
      limits: { mailBytes: 200_000 },
      outbound: { transport: { type: 'smtp', host: '127.0.0.1', port: sink.port } },
    },
  });
  const to = ['soporte@hosting.example'];
  const send = (from: string, bytes: Buffer) => submit(gateway.port, { from, to, bytes });
  const load = [
    ...['a', 'b', 'c'].map((id) => ['ana@uno.example', mail('ana@uno.example', id)] as const),
    ['ana@uno.example', mail('ana@uno.example', 'large', 8_000)] as const,
    ['eva@otra.example', mail('eva@otra.example', 'd')] as const,
    ['ana@uno.example', mail('ana@uno.example', 'huge', 30_000)] as const,
  ];
  for (const [from, bytes] of load) await send(from, bytes);
  await send('ana@uno.example', mail('ana@uno.example', 'a'));
  await sink.received(4);
  await expect
    .poll(async () => (await gateway.store.listOutbox({ limit: 9 })).filter(({ state }) => state === 'sent').length)
    .toBe(4);
  const idle = await SmtpClient.open(gateway.port);
  onTestFinished(() => idle.drop());

  const { status, body } = await get(gateway, '/metrics');
  expect(status).toBe(200);
  const samples = samplesOf(body);
  const records = await gateway.store.listMails({ limit: 100 });
  const counted = new Map<string, number>();
  for (const { verdict, reason } of records) {
    const label = `taquilla_mails_total{verdict="${verdict}",reason="${reason}"}`;
    counted.set(label, (counted.get(label) ?? 0) + 1);
  }
  expect(records).toHaveLength(7);
  const shown = [...samples].filter(([name]) => name.startsWith('taquilla_mails_total'));
  expect(new Map(shown)).toEqual(counted);
  expect(samples.get('taquilla_reply_seconds_count')).toBe(7);

  const figures = await gateway.store.figures(Date.now() + 120_000);
  expect(samples.get('taquilla_sends_total{outcome="sent"}')).toBe(4);
  expect(samples.get('taquilla_outbox_mails{state="queued"}')).toBe(0);
  expect(samples.get('taquilla_outbox_mails{state="failed"}')).toBe(0);
  expect(samples.get('taquilla_outbox_paused')).toBe(0);
  expect(samples.get('taquilla_smtp_connections')).toBe(1);
  expect(samples.get('taquilla_database_bytes')).toBe(figures.databaseBytes);
  expect(samples.get('taquilla_blob_files')).toBe(figures.blobs.files);
  expect(samples.get('taquilla_blob_bytes')).toBe(figures.blobs.bytes);
  expect(figures.blobs.files).toBeGreaterThan(0);
  expect(statSync(join(gateway.config.dataFolder, 'taquilla.db')).size).toBeGreaterThan(0);
  expect(body).toContain('nodejs_eventloop_lag_p99_seconds');
});

it('says what is wrong and what to do, and whether mail can be taken', async () => {
  const gateway = await testGateway({
    accounts: ACCOUNTS,
    config: {
      http: { port: 0 },
      // Nobody listens there.
      outbound: { transport: { type: 'smtp', host: '127.0.0.1', port: 1 } },
    },
  });
  expect(await get(gateway, '/healthz')).toEqual({ status: 200, body: '{"ok":true,"problems":[]}' });
  expect(await get(gateway, '/readyz')).toEqual({ status: 200, body: '{"ready":true,"problems":[]}' });
  const bytes = mail('ana@uno.example', 'a');
  await submit(gateway.port, { from: 'ana@uno.example', to: ['soporte@hosting.example'], bytes });
  await expect.poll(() => gateway.outboxStatus().failuresInARow).toBe(1);
  const { status, body } = await get(gateway, '/healthz');
  expect(status).toBe(503);
  expect(JSON.parse(body)).toMatchObject({ ok: false, problems: [{ id: 'outbox-paused', blocks: false }] });
  expect((await get(gateway, '/readyz')).status).toBe(200);
  expect(samplesOf((await get(gateway, '/metrics')).body).get('taquilla_outbox_paused')).toBe(1);
  expect((await get(gateway, '/anything')).status).toBe(404);
});

it('a full disk is told where mail would be turned away', async () => {
  const gateway = await testGateway({
    accounts: ACCOUNTS,
    config: { http: { port: 0 }, limits: { freeBytes: Number.MAX_SAFE_INTEGER } },
  });
  const { status, body } = await get(gateway, '/readyz');
  expect(status).toBe(503);
  expect(JSON.parse(body)).toMatchObject({ ready: false, problems: [{ id: 'disk-full', blocks: true }] });
});

it('the dashboard asks only for figures that there are', async () => {
  const metrics = createMetrics(async () => ({
    figures: {
      outbox: { queued: 0, sending: 0, failed: 0 },
      oldestQueuedAt: null,
      databaseBytes: 0,
      blobs: { files: 0, bytes: 0 },
    },
    now: 0,
    connections: 0,
    outboxPaused: false,
  }));
  const { body } = await metrics.page();
  const known = new Set([...body.matchAll(/^# TYPE (\S+) (\S+)/gm)].map(([, name]) => name));
  const dashboard = readFileSync('docs/grafana/taquilla.json', 'utf8');
  const asked = [...dashboard.matchAll(/\b((?:taquilla|nodejs|process)_[a-z0-9_]+)/g)].map(([, name = '']) => name);
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((name) => !known.has(name.replace(/_(?:bucket|count|sum)$/, '')))).toEqual([]);
});
