/**
 * The short reference of an intake record, such as `0MQ2M9XF4T`: ten characters that survive being read out, 50 bits.
 *
 * The time comes first, so that new ones stand at the end of their index, where the pages are that the mails just before
 * have changed; random ones would change a page of their own for each mail. A reference is no secret and gives no right.
 */

/** Crockford's base 32: no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 10;

/** Of the last two characters: two programs that write at the same millisecond would hardly take the same. */
const PER_MILLISECOND = 1024;

/**
 * The number of a new reference: behind the `last` one also where a clock stands still or goes back. `time` in epoch
 * milliseconds, two random bytes.
 */
export function referenceNumber(last: number, time: number, random: Uint8Array): number {
  const [high = 0, low = 0] = random;
  return Math.max(time * PER_MILLISECOND + ((high * 256 + low) % PER_MILLISECOND), last + 1);
}

/** The lowest 50 bits of a whole number from 0 to 2^53: of the time 40, which begin anew in 2039. */
export function writeReference(number: number): string {
  let reference = '';
  for (let rest = number; reference.length < LENGTH; rest = Math.floor(rest / ALPHABET.length))
    reference = ALPHABET.charAt(rest % ALPHABET.length) + reference;
  return reference;
}

/**
 * What a person typed or pasted as a reference, in the form that is stored. Forgiven are case, spaces, look-alike letters, and
 * the `(ref …)` around it in a bounce. A reference may begin with these three letters itself, so its length decides.
 */
export function normalizeReference(typed: string): string {
  const letters = typed.toUpperCase().replace(/[^0-9A-Z]/g, '');
  const named = letters.startsWith('REF') && letters.length === LENGTH + 3;
  return (named ? letters.slice(3) : letters).replace(/[IL]/g, '1').replace(/O/g, '0');
}
