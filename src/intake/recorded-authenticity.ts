/**
 * What was found out about the sender of a stored mail, as the rules of today need it, without asking DNS again: keys
 * and records of then may be gone. Pure.
 */
import type { Authenticity } from '../tickets/authenticity.ts';
import type { AuthenticationMode } from '../tickets/policy.ts';

export interface RecordedProof {
  readonly results: Authenticity['results'];
  /** The From domain's own policy refused it then, or would have (shadow mode). */
  readonly refusedByPolicy: boolean;
  readonly fromStaffNetwork: boolean;
}

export function recordedAuthenticity(
  { results, refusedByPolicy, fromStaffNetwork }: RecordedProof,
  mode: AuthenticationMode,
): Authenticity {
  const known = { fromStaffNetwork, results } as const;
  if (mode === 'off') return { ...known, outcome: 'verified', demanded: null, because: ['off: nobody asks'] };
  if (results === null)
    return { ...known, outcome: 'verified', demanded: null, because: ['nobody asked when the mail came'] };
  if (results.aligned) return { ...known, outcome: 'verified', demanded: null, because: ['recorded: an aligned pass'] };
  // A mail that DNS could say nothing of was answered with 451 and is judged when it comes again.
  if (results.dmarc === 'temperror')
    return { ...known, outcome: 'temporary-failure', demanded: null, because: ['recorded: DNS could not say'] };
  return {
    ...known,
    outcome: 'unverified',
    demanded: refusedByPolicy ? 'reject' : 'none',
    because: ['recorded: no aligned pass'],
  };
}
