/** The smarthost: connections that are kept open between mails, as many as mails are on their way. */
import { secretsHidden } from './hidden-secrets.ts';
import { classifyFailure, saysBadAddress } from './retry.ts';
import { OpenConnection, SmtpFailure, type SmtpOptions } from './smtp-connection.ts';
import { oneLine, type Sending, type Transport } from './transport.ts';

/** Some smarthosts take only so many over one connection. */
const MAX_MAILS = 100;
/** Well below the five minutes after which a server may hang up (RFC 5321 section 4.5.3.2.7). */
const MAX_IDLE_MS = 30_000;

interface Idle {
  readonly connection: OpenConnection;
  readonly timer: NodeJS.Timeout;
}

export function smtpTransport(options: SmtpOptions): Transport {
  let idle: Idle[] = [];
  let closed = false;
  const hide = secretsHidden(options.user, options.password);

  const take = (): OpenConnection | null => {
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      clearTimeout(last.timer);
      if (last.connection.usable) return last.connection;
    }
    return null;
  };

  const giveBack = (connection: OpenConnection) => {
    if (!connection.usable) return;
    if (closed || connection.mails >= MAX_MAILS) return connection.quit();
    const timer = setTimeout(() => {
      idle = idle.filter((one) => one.connection !== connection);
      connection.quit();
    }, MAX_IDLE_MS);
    timer.unref();
    idle.push({ connection, timer });
  };

  const over = async (connection: OpenConnection, { envelopeFrom, recipient, bytes }: Sending): Promise<string> => {
    try {
      return await connection.send(envelopeFrom, recipient, bytes);
    } finally {
      giveBack(connection);
    }
  };

  const send = async (mail: Sending): Promise<string> => {
    const kept = take();
    if (kept !== null) {
      try {
        return await over(kept, mail);
      } catch (error) {
        // The server may have hung up on a connection that it thinks has been open for long enough.
        const hungUp = error instanceof SmtpFailure && error.beforeMail && !kept.usable && isHangUp(error);
        if (!hungUp) throw error;
      }
    }
    return over(await OpenConnection.open(options), mail);
  };

  return {
    async send(mail) {
      try {
        return { ok: true, answer: hide(oneLine(await send(mail))) };
      } catch (error) {
        if (!(error instanceof SmtpFailure))
          return { ok: false, failure: 'transport', error: hide(oneLine(String(error))) };
        const { fields, message } = error;
        const failure = classifyFailure(fields);
        const badAddress = failure === 'permanent' && saysBadAddress(fields);
        return { ok: false, failure, error: hide(message), badAddress };
      }
    },
    close() {
      closed = true;
      for (const { connection, timer } of idle) {
        clearTimeout(timer);
        connection.quit();
      }
      idle = [];
    },
  };
}

function isHangUp({ fields: { code, responseCode } }: SmtpFailure): boolean {
  return responseCode === 421 || (responseCode === undefined && (code === 'ECONNECTION' || code === 'ESOCKET'));
}
