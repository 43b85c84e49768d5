import { deriveNumbers, type Entropy } from '../../src/tickets/entropy.ts';
import { writeReference } from '../../src/tickets/intake-reference.ts';

/** A reference that is the same for the same entropy, for mails that no intake took. */
export function referenceOf(entropy: Entropy): string {
  return writeReference(deriveNumbers(entropy, 'reference', 1)[0] ?? 0);
}
