/**
 * One connection to the smarthost (RFC 5321), over nodemailer's SMTPConnection. nodemailer's own pool is not used: it
 * composes, streams and signs each mail anew, which takes twice the time of sending one, and it sends without the
 * log-in that was configured where the smarthost does not offer any.
 */
import { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SendError } from './retry.ts';
import { oneLine } from './transport.ts';

export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (port 465); otherwise STARTTLS where it is offered. */
  readonly secure: boolean;
  readonly requireTls: boolean;
  /** PEM certificates to trust besides the system's. */
  readonly ca: string | null;
  readonly user: string | null;
  readonly password: string | null;
  /** Name in EHLO. */
  readonly hostname: string;
  readonly timeouts: SmtpTimeouts;
}

/** Milliseconds. */
export interface SmtpTimeouts {
  /** Connection, greeting, and each silence afterwards. */
  readonly silence: number;
  /** Log-in, or one mail: against a smarthost that says a little all the time. */
  readonly whole: number;
}

/** The library's own default lets a silent smarthost hold a connection for ten minutes. */
export const SMTP_TIMEOUTS: SmtpTimeouts = { silence: 60_000, whole: 5 * 60_000 };

/** A dialogue that went wrong, in the terms of `classifyFailure`. */
export class SmtpFailure extends Error {
  readonly fields: SendError;
  /** Not a byte of the mail was sent. */
  readonly beforeMail: boolean;

  constructor(message: string, fields: SendError, beforeMail: boolean) {
    super(message);
    this.fields = fields;
    this.beforeMail = beforeMail;
  }
}

export class OpenConnection {
  private readonly library: SMTPConnection;
  private readonly options: SmtpOptions;
  private alive = true;
  private failStep: ((error: Error) => void) | null = null;
  /** How many mails went over it. */
  mails = 0;

  private constructor(library: SMTPConnection, options: SmtpOptions) {
    this.library = library;
    this.options = options;
    library.on('error', (error) => this.ended(error));
    library.on('end', () => {
      // An error, if there is one, comes at the same moment and says more.
      setImmediate(() => this.ended(Object.assign(new Error('connection closed'), { code: 'ECONNECTION' })));
    });
  }

  /** Connects, starts TLS and logs in; rejects with an `SmtpFailure`. */
  static async open(options: SmtpOptions): Promise<OpenConnection> {
    const { host, port, secure, requireTls, hostname, timeouts } = options;
    const library = new SMTPConnection({
      host,
      port,
      secure,
      requireTLS: requireTls,
      name: hostname,
      tls: { minVersion: 'TLSv1.2', ...(options.ca === null ? {} : { ca: [...rootCertificates, options.ca] }) },
      connectionTimeout: timeouts.silence,
      greetingTimeout: timeouts.silence,
      socketTimeout: timeouts.silence,
      dnsTimeout: timeouts.silence,
    });
    const connection = new OpenConnection(library, options);
    await connection.step<void>((done, fail) =>
      library.connect((error) => (error === undefined ? done() : fail(error))),
    );
    const { user, password } = options;
    if (user === null || password === null) return connection;
    if (!library.allowsAuth) {
      connection.close();
      const advice = library.secure ? '' : '; it may want TLS first (outbound.transport.secure or requireTls)';
      throw new SmtpFailure(
        `the smarthost offers no log-in, but a user is configured${advice}`,
        { code: 'ENOAUTH' },
        true,
      );
    }
    try {
      await connection.step<void>((done, fail) =>
        library.login({ credentials: { user, pass: password } }, (error) => (error === null ? done() : fail(error))),
      );
    } catch (error) {
      // Left open, it would keep a gateway that stops from ending.
      connection.close();
      throw error;
    }
    return connection;
  }

  /** Whether another mail may go over it. */
  get usable(): boolean {
    return this.alive;
  }

  /** Sends one mail; resolves with the answer to it. */
  async send(from: string, recipient: string, bytes: Buffer): Promise<string> {
    this.mails += 1;
    let begun = false;
    const body = new Readable({
      read() {
        begun = true;
        this.push(bytes);
        this.push(null);
      },
    });
    const envelope = { from, to: [recipient], size: bytes.length };
    try {
      return await this.step<string>((done, fail) =>
        this.library.send(envelope, body, (error, info) => (error === null ? done(info?.response ?? '') : fail(error))),
      );
    } catch (error) {
      if (!(error instanceof SmtpFailure)) throw error;
      await this.afterRefusal(error.fields);
      throw new SmtpFailure(error.message, error.fields, !begun);
    }
  }

  quit(): void {
    this.alive = false;
    this.library.quit();
  }

  close(): void {
    this.alive = false;
    this.library.close();
  }

  private ended(error: Error): void {
    this.alive = false;
    this.failStep?.(error);
  }

  /** A refused mail leaves a connection that is fine; after anything else nobody knows what the next reply answers. */
  private async afterRefusal({ code, responseCode }: SendError): Promise<void> {
    const refused = (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== undefined && responseCode !== 421;
    if (!refused || !this.alive) return this.close();
    try {
      await this.step<void>((done, fail) => this.library.reset((error) => (error === null ? done() : fail(error))));
    } catch {
      this.close();
    }
  }

  /** One step of the dialogue, within the time limit for the whole of it. */
  private step<T>(run: (done: (value: T) => void, fail: (error: Error) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const { whole } = this.options.timeouts;
      const fail = (error: Error) => {
        clearTimeout(limit);
        this.failStep = null;
        reject(asFailure(error, this.options));
      };
      const limit = setTimeout(() => {
        fail(Object.assign(new Error(`no end after ${whole / 1000} s`), { code: 'ETIMEDOUT' }));
        this.close();
      }, whole);
      this.failStep = fail;
      run((value) => {
        clearTimeout(limit);
        this.failStep = null;
        resolve(value);
      }, fail);
    });
  }
}

/** Node's and OpenSSL's codes for a certificate that does not prove whom we talk to. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;

function asFailure(error: Error, { host, port }: SmtpOptions): SmtpFailure {
  if (error instanceof SmtpFailure) return error;
  const fields: SendError = {
    code: textOf(error, 'code'),
    command: textOf(error, 'command'),
    responseCode: 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : undefined,
    response: textOf(error, 'response'),
  };
  const cause = `${textOf(error, 'originalCode') ?? ''} ${fields.code ?? ''}`;
  const said = fields.response ?? error.message;
  return new SmtpFailure(oneLine(wordsFor(fields, said, cause, `${host}:${port}`)), fields, true);
}

function wordsFor({ code, command, response }: SendError, said: string, cause: string, where: string): string {
  if (CERTIFICATE.test(cause))
    return `the certificate of ${where} is not valid for it: ${said}; correct it, or name its issuer in outbound.transport.ca`;
  if (code === 'EAUTH') return `${where} refused the log-in: ${said}`;
  if (command === 'MAIL FROM') return `${where} refused the sender: ${said}`;
  // A reply to RCPT or to the mail speaks for itself.
  return response !== undefined && command !== 'CONN' ? said : `${where}: ${said}`;
}

function textOf(error: Error, field: 'code' | 'command' | 'response' | 'originalCode'): string | undefined {
  const value: unknown = Object.getOwnPropertyDescriptor(error, field)?.value;
  return typeof value === 'string' ? value : undefined;
}
