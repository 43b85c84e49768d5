/**
 * What one mail may cost while it is authenticated: name, unit, default, and the attack each limit stops.
 * Plain data, so that the config can show and override it.
 */
export interface AuthLimits {
  /** Milliseconds for one DNS query. A name server that never answers must not hold a mail. */
  readonly queryMs: number;
  /** DNS queries for one mail. SPF records of `mx` and `a` terms can ask for hundreds: they are somebody else's load. */
  readonly queries: number;
  /** Milliseconds for all checks of one mail. Thirty slow answers must not keep a connection for a minute. */
  readonly totalMs: number;
  /** DKIM signatures. A mail with more is not checked for DKIM at all: 2,000 signatures are 2,000 queries. */
  readonly signatures: number;
}

export const AUTH_LIMITS: AuthLimits = { queryMs: 2_000, queries: 30, totalMs: 20_000, signatures: 10 };
