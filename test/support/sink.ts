/** A real SMTP server that takes every mail and keeps it: the receiving side of what the gateway sends. */
import { SMTPServer } from 'smtp-server';

export interface SunkMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly bytes: Buffer;
}

export interface Sink {
  readonly port: number;
  readonly mails: readonly SunkMail[];
  /** Resolves once at least so many mails have come. */
  received(count: number): Promise<readonly SunkMail[]>;
  close(): Promise<void>;
}

/** `answerAfter`: milliseconds between a whole mail and the reply to it. */
export async function startSink(answerAfter: () => number = () => 0): Promise<Sink> {
  const mails: SunkMail[] = [];
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          bytes: Buffer.concat(chunks),
        });
        const wait = answerAfter();
        if (wait === 0) callback();
        else setTimeout(callback, wait);
        for (const { resolve } of waiting.filter(({ count }) => mails.length >= count)) resolve();
        waiting = waiting.filter(({ count }) => mails.length < count);
      });
    },
  });
  server.on('error', () => undefined);
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : 0);
    });
  });
  return {
    port,
    mails,
    received: (count) =>
      mails.length >= count
        ? Promise.resolve(mails)
        : new Promise((resolve) => {
            waiting.push({ count, resolve: () => resolve(mails) });
          }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
