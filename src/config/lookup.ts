/** Settings of the look-up of unknown senders at the billing system. */
import { z } from 'zod';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** What answers decides who may write: nobody must be able to answer in its place. */
function isPrivate(text: string): boolean {
  try {
    const { protocol, hostname } = new URL(text);
    return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
  } catch {
    return false;
  }
}

export const lookupSettings = (secret: z.ZodType<string | { env: string } | { file: string }>) =>
  z
    .strictObject({
      url: z
        .string()
        .refine(isPrivate, 'must be an https address (http only on this machine)')
        .describe('Where to ask: an https address of the billing system (http only on this machine).'),
      secret: secret.describe('Signs the requests: the text itself, { "env": NAME } or { "file": PATH }.'),
      timeoutMs: z
        .int()
        .min(100)
        .max(30_000)
        .default(3000)
        .describe('Longest wait for an answer, milliseconds. The sender waits too.'),
      cacheMinutes: z
        .int()
        .min(0)
        .default(60)
        .describe('Minutes in which a client whose account may not write is not asked for again.'),
      negativeCacheMinutes: z
        .int()
        .min(0)
        .default(10)
        .describe('Minutes in which an address that the billing system does not know is not asked for again.'),
      onFailure: z
        .enum(['try-again', 'hold'])
        .default('try-again')
        .describe(
          'When there is no answer: the sender is asked to come again (451), or the mail is kept for review. Only where it would be refused.',
        ),
    })
    .optional()
    .describe('Asks the billing system who an unknown sender is, before it is refused as a stranger.');
