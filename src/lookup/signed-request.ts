/**
 * The signature of a request, as Standard Webhooks has it (https://www.standardwebhooks.com): any of its libraries can
 * verify it, and refuse one that is old.
 */
import { createHmac } from 'node:crypto';

export interface SignedHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/** `now` in epoch milliseconds. A secret that begins with `whsec_` is base64, any other is taken as it is. */
export function signedHeaders(secret: string, id: string, now: number, body: string): SignedHeaders {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
  const timestamp = String(Math.floor(now / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
