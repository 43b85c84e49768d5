/** Mails with real DKIM signatures, made with a key pair that lives as long as the test file. */
import { generateKeyPairSync } from 'node:crypto';
import { dkimSign } from 'mailauth';

export interface Key {
  /** TXT record for `<selector>._domainkey.<domain>`. */
  readonly record: string;
  readonly privateKey: string;
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
}

export function rsaKey(): Key {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { record: `v=DKIM1; k=rsa; p=${key}`, privateKey, algorithm: 'rsa-sha256' };
}

export function ed25519Key(): Key {
  const pair = generateKeyPairSync('ed25519');
  // RFC 8463: the record holds the bare 32 octets.
  const key = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
  const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { record: `v=DKIM1; k=ed25519; p=${key}`, privateKey, algorithm: 'ed25519-sha256' };
}

export interface SignOptions {
  readonly canonicalization?: string;
  /** `l=`: so many octets of the body are signed. */
  readonly maxBodyLength?: number;
  readonly expires?: Date;
  /** `s1` unless given. */
  readonly selector?: string;
}

/** The mail with a signature of `domain` on top. */
export async function signed(mail: string, domain: string, key: Key, options: SignOptions = {}): Promise<string> {
  const signature = {
    signingDomain: domain,
    selector: options.selector ?? 's1',
    privateKey: key.privateKey,
    ...(options.maxBodyLength === undefined ? {} : { maxBodyLength: options.maxBodyLength }),
  };
  const { signatures, errors } = await dkimSign(Buffer.from(mail, 'latin1'), {
    ...signature,
    canonicalization: options.canonicalization ?? 'relaxed/relaxed',
    algorithm: key.algorithm,
    signTime: new Date('2026-01-15T10:00:00Z'),
    ...(options.expires === undefined ? {} : { expires: options.expires }),
    signatureData: [signature],
  });
  if (errors.length > 0) throw new Error(`the test could not sign: ${errors[0]?.message}`);
  return signatures + mail;
}

export function mailFrom(address: string, body = 'Hola, la web no carga.\r\n'): string {
  return [
    `From: Ana <${address}>`,
    'To: soporte@example.com',
    'Subject: La web no carga',
    'Date: Thu, 15 Jan 2026 10:00:00 +0000',
    'Message-ID: <1@empresa.com>',
    '',
    body,
  ].join('\r\n');
}
