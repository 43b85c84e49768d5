/**
 * DKIM signatures (RFC 6376) on outgoing mails, through mailauth: the library that verifies incoming ones, and unlike
 * nodemailer's it knows Ed25519 (RFC 8463). The time of the signature is that of
 * the mail, so that a mail that is made anew for another attempt is the same bytes.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface DkimKey {
  readonly domain: string;
  readonly selector: string;
  /** PEM. */
  readonly privateKey: string;
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
}

/** The key file can't be used; the message is for the admin. */
export class DkimKeyUnusable extends Error {}

/** RFC 8301 section 3.2. */
const MIN_RSA_BITS = 1024;

export function readDkimKey(settings: {
  readonly domain: string;
  readonly selector: string;
  readonly keyFile: string;
}): DkimKey {
  const { domain, selector, keyFile } = settings;
  const privateKey = readText(keyFile);
  const key = parseKey(privateKey, keyFile);
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return { domain, selector, privateKey, algorithm: 'ed25519-sha256' };
    case 'rsa':
      if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS)
        throw unusable(
          keyFile,
          `has fewer than ${MIN_RSA_BITS} bits, and nobody believes its signatures; make one of 2048`,
        );
      return { domain, selector, privateKey, algorithm: 'rsa-sha256' };
    default:
      throw unusable(keyFile, `is a key of the type ${key.asymmetricKeyType ?? 'secret'}; DKIM takes RSA and Ed25519`);
  }
}

/** `date` in epoch milliseconds: the moment that the mail itself names. */
export function dkimSigner(key: DkimKey): (mail: Buffer, date: number) => Promise<Buffer> {
  const { domain, selector, privateKey, algorithm } = key;
  // Large, and most installations let their smarthost sign.
  const library = import('mailauth/lib/dkim/sign.js');
  return async (mail, date) => {
    const { dkimSign } = await library;
    const signature = { signingDomain: domain, selector, privateKey };
    const { signatures, errors } = await dkimSign(mail, {
      ...signature,
      canonicalization: 'relaxed/relaxed',
      algorithm,
      signTime: new Date(date),
      signatureData: [signature],
    });
    const [error] = errors;
    if (error !== undefined) throw new Error('the mail could not be signed', { cause: error });
    return Buffer.concat([Buffer.from(signatures), mail]);
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw unusable(file, 'cannot be read; correct outbound.dkim.keyFile or its permissions');
  }
}

function parseKey(pem: string, file: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw unusable(file, 'is not a private key in PEM format without a passphrase');
  }
}

function unusable(file: string, why: string): DkimKeyUnusable {
  return new DkimKeyUnusable(`${file}: ${why}`);
}
