/**
 * One wrapper for all handlers of smtp-server. What the library would do by itself and must not: send the text of an
 * unknown error to the client as a permanent refusal, end the process on a rejected promise, answer twice.
 */
import type { Log } from '../log.ts';
import { type Reply, replyFor } from './replies.ts';

/** An answer to the client; the only error that smtp-server ever gets to see. */
export class ReplyError extends Error {
  readonly responseCode: number;

  constructor({ code, text }: Reply) {
    super(text);
    this.responseCode = code;
  }
}

/** Runs a handler and calls back exactly once: with its result, with its reply, or with "try again" for anything else. */
export async function guarded<T>(
  callback: (error?: Error | null, result?: T) => void,
  log: Log,
  handler: () => Promise<T>,
): Promise<void> {
  let error: Error | null = null;
  let result: T | undefined;
  try {
    result = await handler();
  } catch (thrown) {
    if (thrown instanceof ReplyError) error = thrown;
    else {
      const gone =
        thrown instanceof Error &&
        'code' in thrown &&
        (thrown.code === 'ECONNECTION' || thrown.code === 'ERR_STREAM_PREMATURE_CLOSE');
      if (gone) log.info('the client went away in the middle of its mail');
      else log.error({ error: thrown }, 'an SMTP handler failed');
      error = new ReplyError(replyFor('try-again', { language: 'en', reference: null, help: null, utf8: false }));
    }
  }
  if (error === null) callback(null, result);
  else callback(error);
}
