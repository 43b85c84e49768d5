/**
 * Whether a mail really is from the domain it names, as the rules need it. How that is found out (SPF, DKIM,
 * DMARC) is in auth/; this is only its result.
 */

export interface Authenticity {
  /**
   * verified: an aligned pass, or nobody asked (`authentication: off`, a trusted network).
   * unverified: nothing proves it. temporary-failure: DNS could not say; the sender should try again.
   */
  readonly outcome: 'verified' | 'unverified' | 'temporary-failure';
  /** What the From domain's own DMARC policy wants done with a mail that fails; `null` when it does not fail. */
  readonly demanded: 'none' | 'quarantine' | 'reject' | null;
  /** The client's address is in a network from which staff are believed. */
  readonly fromStaffNetwork: boolean;
  /** For the record: results as words of RFC 8601, `null` where nothing was asked of the network. */
  readonly results: {
    readonly spf: string | null;
    readonly dkim: string | null;
    readonly dmarc: string | null;
    readonly aligned: boolean;
  } | null;
  readonly because: readonly string[];
}
