/**
 * The HTTP door for whoever watches the gateway: `/healthz` (all problems), `/readyz` (can it take mail now?) and
 * `/metrics`. It has no secrets and no mails to show, and it is meant for the loopback or an inner network.
 */
import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Log } from '../log.ts';
import { type HealthFacts, healthProblems } from './health.ts';
import type { Metrics } from './metrics.ts';

export interface HttpDoor {
  /** Resolves with the port once it listens; rejects when it can't. */
  listen(): Promise<number>;
  close(): Promise<void>;
}

export interface HttpDoorOptions {
  readonly host: string;
  readonly port: number;
}

export function createHttpDoor(
  { host, port }: HttpDoorOptions,
  metrics: Metrics,
  facts: () => Promise<HealthFacts>,
  log: Log,
): HttpDoor {
  const app = new Hono();
  app.get('/healthz', async (context) => {
    const problems = healthProblems(await facts());
    return context.json({ ok: problems.length === 0, problems }, problems.length === 0 ? 200 : 503);
  });
  app.get('/readyz', async (context) => {
    const problems = healthProblems(await facts()).filter(({ blocks }) => blocks);
    return context.json({ ready: problems.length === 0, problems }, problems.length === 0 ? 200 : 503);
  });
  app.get('/metrics', async (context) => {
    const { contentType, body } = await metrics.page();
    return context.body(body, 200, { 'content-type': contentType });
  });
  app.notFound((context) => context.json({ error: 'there is /healthz, /readyz and /metrics' }, 404));
  app.onError((error, context) => {
    log.error({ error, path: context.req.path }, 'an HTTP request failed');
    return context.json({ error: 'a fault of this program; see its log' }, 500);
  });

  let server: Server | null = null;
  return {
    listen: () =>
      new Promise((resolve, reject) => {
        const started = serve({ fetch: app.fetch, hostname: host, port }, (address) => resolve(address.port));
        started.once('error', reject);
        // Without TLS options it is a plain HTTP/1.1 server.
        server = 'closeAllConnections' in started ? started : null;
      }),
    close: () =>
      new Promise((resolve) => {
        if (server === null) return resolve();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
