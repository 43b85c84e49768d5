/**
 * The ways out: an SMTP smarthost, the local sendmail, or a folder of .eml files from which nothing leaves the
 * machine. Each takes finished bytes and an envelope with exactly one recipient.
 */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { secretsHidden } from './hidden-secrets.ts';
import { classifyFailure, type SendError, type SendFailure } from './retry.ts';

export interface Sending {
  /** Normal form; `''` is the null sender. */
  readonly envelopeFrom: string;
  readonly recipient: string;
  readonly bytes: Buffer;
  /** Names the file of the `file` transport. */
  readonly label: string;
}

export type SendResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly failure: SendFailure; readonly error: string };

export interface Transport {
  /** Never rejects. */
  send(mail: Sending): Promise<SendResult>;
  close(): void;
}

export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (port 465); otherwise STARTTLS where it is offered. */
  readonly secure: boolean;
  readonly requireTls: boolean;
  readonly user: string | null;
  readonly password: string | null;
  readonly maxConnections: number;
  /** Name in EHLO. */
  readonly hostname: string;
}

/** nodemailer's own default lets a silent smarthost hold a connection for ten minutes. */
const TIMEOUT_MS = 60_000;

export function smtpTransport(options: SmtpOptions): Transport {
  const { user, password } = options;
  const hide = secretsHidden(user, password);
  const pool = createTransport({
    pool: true,
    host: options.host,
    port: options.port,
    secure: options.secure,
    requireTLS: options.requireTls,
    name: options.hostname,
    maxConnections: options.maxConnections,
    ...(user === null || password === null ? {} : { auth: { user, pass: password } }),
    tls: { minVersion: 'TLSv1.2' },
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: ({ envelopeFrom, recipient, bytes }) =>
      attempt(() => pool.sendMail({ envelope: { from: envelopeFrom, to: [recipient] }, raw: bytes }), hide),
    close: () => pool.close(),
  };
}

export function sendmailTransport(path: string): Transport {
  const sendmail = createTransport({
    sendmail: true,
    path,
    newline: 'unix',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async ({ envelopeFrom, recipient, bytes }) => {
      // nodemailer refuses these too, but as if the command had failed: then one such address would stop all others.
      if (/^"?-/.test(recipient)) {
        return { ok: false, failure: 'permanent', error: 'sendmail would read this address as an option' };
      }
      return attempt(() => sendmail.sendMail({ envelope: { from: envelopeFrom, to: [recipient] }, raw: bytes }));
    },
    close: () => sendmail.close(),
  };
}

/** Writes each mail as one .eml file, under its final name only once it is whole. */
export function fileTransport(folder: string): Transport {
  return {
    send: ({ bytes, label }) =>
      attempt(async () => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        // The same mail sent twice (after a crash) is the same file.
        const name = `${label.replace(/[^A-Za-z0-9._@-]/g, '_').slice(0, 120)}-${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}.eml`;
        const temporary = join(folder, `.${name}.part`);
        const file = await open(temporary, 'w', 0o600);
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(temporary, join(folder, name));
      }),
    close: () => undefined,
  };
}

async function attempt(send: () => Promise<unknown>, hide = (text: string) => text): Promise<SendResult> {
  try {
    await send();
    return { ok: true };
  } catch (error) {
    return { ok: false, failure: classifyFailure(errorFields(error)), error: hide(messageOf(error)) };
  }
}

function errorFields(error: unknown): SendError {
  if (!(error instanceof Error)) return {};
  const fields: { -readonly [Name in keyof SendError]: SendError[Name] } = {};
  if ('code' in error && typeof error.code === 'string') fields.code = error.code;
  if ('responseCode' in error && typeof error.responseCode === 'number') fields.responseCode = error.responseCode;
  if ('command' in error && typeof error.command === 'string') fields.command = error.command;
  // nodemailer tells the exit code of sendmail only in words: "Sendmail exited with code 67".
  const exit = /^Sendmail exited with code (\d+)/.exec(error.message);
  if (exit !== null) fields.exitCode = Number(exit[1]);
  return fields;
}

/** For the admin: what the other side said, on one line. */
function messageOf(error: unknown): string {
  const text =
    error instanceof Error && 'response' in error && typeof error.response === 'string'
      ? error.response
      : String(error instanceof Error ? error.message : error);
  return text.replace(/\s+/g, ' ').slice(0, 500);
}
