/**
 * The return path of each mail of ours: the bounce mailbox with a signed token, `bounces+57-k1-3f9a…@example.com`. A
 * report that comes back to it is about that mail, even where it quotes nothing of it. The token says no more than
 * that: whoever has got the mail knows it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { domainOf, localPartOf } from './address.ts';
import type { SigningKey } from './message-id.ts';

const SIGNATURE_LENGTH = 16;
const TOKEN = /^([1-9][0-9]{0,14})-([a-z0-9]{1,20})-([0-9a-f]{16})$/;
/** RFC 5321 section 4.5.3.1.1. */
const MAX_LOCAL_PART = 64;

/** `base` in normal form. The base itself where a token does not fit: reports are then known by Message-ID only. */
export function signBounceAddress(base: string, outboxId: number, key: SigningKey): string {
  const local = `${localPartOf(base)}+${outboxId}-${key.id}-${signature(outboxId, key)}`;
  return local.length > MAX_LOCAL_PART || local.startsWith('"') ? base : `${local}@${domainOf(base)}`;
}

/** The base, or the base with anything behind a `+`. Both in normal form. */
export function isBounceAddress(address: string, base: string): boolean {
  return (
    address === base ||
    (domainOf(address) === domainOf(base) && localPartOf(address).startsWith(`${localPartOf(base)}+`))
  );
}

/** Which mail of ours comes back to this address; `null` for the bare base, a forged token, or one of a revoked key. */
export function verifyBounceAddress(address: string, base: string, keys: readonly SigningKey[]): number | null {
  if (address === base || !isBounceAddress(address, base)) return null;
  const [, id = '', keyId = '', given = ''] =
    TOKEN.exec(localPartOf(address).slice(localPartOf(base).length + 1)) ?? [];
  const key = keys.find((candidate) => candidate.id === keyId && !candidate.revoked);
  if (key === undefined) return null;
  return timingSafeEqual(Buffer.from(signature(Number(id), key)), Buffer.from(given)) ? Number(id) : null;
}

/** Lower-case hex: some systems change the case of what stands left of the @. */
function signature(outboxId: number, key: SigningKey): string {
  return createHmac('sha256', key.secret)
    .update(`bounce-address\n${outboxId}`)
    .digest('hex')
    .slice(0, SIGNATURE_LENGTH);
}
