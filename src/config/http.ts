/** Where those who watch the gateway may ask it. */
import { z } from 'zod';

export const http = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('Address to listen on; never one of the internet.'),
    port: z.int().min(0).max(65535).describe('Port to listen on; 0 takes a free one.'),
  })
  .optional()
  .describe('Health (/healthz, /readyz) and figures for Prometheus (/metrics) by HTTP. Without it nothing listens.');
