/** Connects to the smarthost and logs in, without sending anything: for the doctor. */
import { secretsHidden } from './hidden-secrets.ts';
import { OpenConnection, SmtpFailure, type SmtpOptions } from './smtp-connection.ts';

/** At which step it failed; `said` is for the admin only. */
export type SmarthostCheck =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly step: 'name' | 'connection' | 'silence' | 'tls' | 'log-in' | 'dialogue';
      readonly said: string;
    };

const TIMEOUTS = { silence: 10_000, whole: 15_000 };

export async function verifySmarthost(options: SmtpOptions): Promise<SmarthostCheck> {
  try {
    const connection = await OpenConnection.open({ ...options, timeouts: TIMEOUTS });
    connection.quit();
    return { ok: true };
  } catch (error) {
    if (!(error instanceof SmtpFailure)) throw error;
    return {
      ok: false,
      step: stepOf(error.fields.code ?? '', error.message),
      said: secretsHidden(options.user, options.password)(error.message),
    };
  }
}

/** nodemailer's codes; what TLS says comes under ESOCKET or under OpenSSL's own names. */
function stepOf(code: string, said: string): Extract<SmarthostCheck, { ok: false }>['step'] {
  if (code === 'EDNS' || code === 'ENOTFOUND') return 'name';
  if (code === 'EAUTH' || code === 'ENOAUTH') return 'log-in';
  if (code === 'ETLS' || /certificate|ssl|tls/i.test(said)) return 'tls';
  if (code === 'ETIMEDOUT') return 'silence';
  return code === 'EPROTOCOL' || code === 'EENVELOPE' ? 'dialogue' : 'connection';
}
