import { hash } from 'node:crypto';
import { fingerprintStart } from './fingerprint-start.ts';

/**
 * 48 bits for the key of a subject, by which the tickets of an account about the same matter are found: an index of them has
 * a fraction of the size of one with the subjects. `null` for no subject.
 */
export function subjectHash(subjectKey: string): number | null {
  return subjectKey === '' ? null : fingerprintStart(hash('sha256', subjectKey, 'hex'));
}
