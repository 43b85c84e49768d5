/** The certificate of the SMTP door: does it open with its key, is it for this host, how long is it still good? */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { counted } from '../../tickets/counted.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const DAY = 24 * 60 * 60 * 1000;
const WARN_DAYS = 14;

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

export function checkCertificate(files: CertificateFiles | null, hostname: string, now: number): Finding[] {
  if (files === null) {
    const todo = 'set smtp.tls to a certificate of this host (certbot makes one for nothing)';
    return [warning('certificate-missing', 'no certificate is configured: STARTTLS is not offered', todo)];
  }
  const cert = read(files.cert);
  const key = read(files.key);
  const unreadable = [...(cert === null ? [files.cert] : []), ...(key === null ? [files.key] : [])].map((file) =>
    problem('certificate-unreadable', `${file} cannot be read`, 'correct smtp.tls or let this user read the file'),
  );
  if (cert === null || key === null) return unreadable;
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(cert);
  } catch {
    return [
      problem('certificate-unreadable', `${files.cert} holds no certificate in PEM form`, 'correct smtp.tls.cert'),
    ];
  }
  return [
    ...keyFindings(certificate, key, files.key),
    ...dateFindings(certificate, now),
    ...nameFindings(certificate, hostname),
  ];
}

function keyFindings(certificate: X509Certificate, key: Buffer, file: string): Finding[] {
  try {
    if (certificate.checkPrivateKey(createPrivateKey(key))) return [];
    const todo = 'name the key that the certificate was made with in smtp.tls.key';
    return [problem('certificate-key', `${file} is not the key of the certificate`, todo)];
  } catch {
    return [problem('certificate-key', `${file} holds no private key in PEM form`, 'correct smtp.tls.key')];
  }
}

function dateFindings(certificate: X509Certificate, now: number): Finding[] {
  const until = Date.parse(certificate.validTo);
  const date = new Date(until).toISOString().slice(0, 10);
  const days = Math.floor((until - now) / DAY);
  if (Date.parse(certificate.validFrom) > now) {
    const todo = 'look at the clock of this machine, or wait';
    return [problem('certificate-not-yet', `the certificate is good only from ${certificate.validFrom} on`, todo)];
  }
  if (until <= now) {
    return [problem('certificate-expired', `the certificate ran out on ${date}`, 'renew it and reload the gateway')];
  }
  if (days < WARN_DAYS) {
    const todo = 'renew it; where certbot should have done that, look at its timer';
    return [warning('certificate-expires', `the certificate runs out in ${counted(days, 'day')}, on ${date}`, todo)];
  }
  return [ok('certificate', `the certificate is good until ${date}`)];
}

function nameFindings(certificate: X509Certificate, hostname: string): Finding[] {
  const findings: Finding[] = [];
  if (certificate.checkHost(hostname) === undefined) {
    const todo = `get one for ${hostname}, or set hostname to a name that the certificate has`;
    findings.push(warning('certificate-name', `the certificate is not for ${hostname}`, todo));
  }
  if (certificate.issuer === certificate.subject) {
    const todo = 'servers that check certificates will not trust it; get one from an authority';
    findings.push(warning('certificate-self-signed', 'the certificate is signed by itself', todo));
  }
  return findings;
}

function read(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
