/** Connects to the smarthost and logs in, without sending anything: for the doctor. */
import { createTransport } from 'nodemailer';
import type { SmtpOptions } from './transport.ts';

/** At which step it failed; `said` is for the admin only. */
export type SmarthostCheck =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly step: 'name' | 'connection' | 'silence' | 'tls' | 'log-in' | 'dialogue';
      readonly said: string;
    };

const TIMEOUT_MS = 10_000;

export async function verifySmarthost(options: SmtpOptions): Promise<SmarthostCheck> {
  const { user, password } = options;
  const transport = createTransport({
    host: options.host,
    port: options.port,
    secure: options.secure,
    requireTLS: options.requireTls,
    name: options.hostname,
    ...(user === null || password === null ? {} : { auth: { user, pass: password }, forceAuth: true }),
    tls: { minVersion: 'TLSv1.2' },
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.verify();
    return { ok: true };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const said = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, 200);
    return { ok: false, step: stepOf(code, said), said };
  } finally {
    transport.close();
  }
}

/** nodemailer's codes; what TLS says comes under ESOCKET or under OpenSSL's own names. */
function stepOf(code: string, said: string): Extract<SmarthostCheck, { ok: false }>['step'] {
  if (code === 'EDNS' || code === 'ENOTFOUND') return 'name';
  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2') return 'log-in';
  if (code === 'ETLS' || /certificate|self-signed|ssl|tls/i.test(said)) return 'tls';
  if (code === 'ETIMEDOUT') return 'silence';
  return code === 'EPROTOCOL' || code === 'EENVELOPE' ? 'dialogue' : 'connection';
}
