/**
 * The certificate of the SMTP door: read from its files at the start, and again when they change, so that renewals
 * (certbot) need nothing else. A pair that can't be used is refused, and the one before stays.
 */
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { EverySecond } from '../clock.ts';
import type { Log } from '../log.ts';

/** Paths of PEM files. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: 'TLSv1.2';
}

/** The files hold no certificate with its key. The message names them, never what is in them. */
export class CertificateUnusable extends Error {}

/** Throws what the file system throws, or `CertificateUnusable`. */
export function readCertificate({ cert, key }: CertificateFiles): Certificate {
  const pair: Certificate = { cert: readFileSync(cert), key: readFileSync(key), minVersion: 'TLSv1.2' };
  try {
    createSecureContext(pair);
  } catch {
    throw new CertificateUnusable(`${cert} and ${key} are not a certificate (PEM) and its private key`);
  }
  return pair;
}

/** Changes whenever one of the files does; `null` while one can't be looked at (a renewal is writing it). */
function certificateVersion({ cert, key }: CertificateFiles): string | null {
  try {
    return [cert, key]
      .map((file) => {
        const { mtimeMs, ino, size } = statSync(file);
        return `${ino} ${mtimeMs} ${size}`;
      })
      .join(' ');
  } catch {
    return null;
  }
}

export type TlsReload =
  | { readonly ok: true }
  /** In words for an admin. */
  | { readonly ok: false; readonly problem: string };

/** Seconds between two looks at the files. */
const LOOK_EVERY = 60;

export class CertificateRenewals {
  private readonly files: CertificateFiles;
  private readonly use: (certificate: Certificate) => void;
  private readonly seconds: EverySecond;
  private readonly log: Log;
  private version: string | null;
  private end: (() => void) | null = null;

  constructor(files: CertificateFiles, use: (certificate: Certificate) => void, seconds: EverySecond, log: Log) {
    this.files = files;
    this.use = use;
    this.seconds = seconds;
    this.log = log;
    this.version = certificateVersion(files);
  }

  start(): void {
    let passed = 0;
    this.end = this.seconds(() => {
      passed += 1;
      if (passed % LOOK_EVERY !== 0) return;
      const version = certificateVersion(this.files);
      if (version !== null && version !== this.version) this.reload();
    });
  }

  stop(): void {
    this.end?.();
  }

  reload(): TlsReload {
    // Taken first: what is written while it is read is read again at the next look.
    this.version = certificateVersion(this.files);
    try {
      this.use(readCertificate(this.files));
    } catch (error) {
      const problem = problemOf(error, this.files);
      this.log.error({ problem }, 'the new certificate is not used: the one before stays in force');
      return { ok: false, problem };
    }
    this.log.info({ certificate: this.files.cert }, 'a new certificate is in force');
    return { ok: true };
  }
}

function problemOf(error: unknown, { cert, key }: CertificateFiles): string {
  if (error instanceof CertificateUnusable) return error.message;
  const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
  return `${cert} or ${key} cannot be read${code}`;
}
