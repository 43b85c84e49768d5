/**
 * Tests that need a part of the machine which not every machine has (strace, root). Where it is missing they say so in
 * one line and are skipped; CI_REQUIRES_PARTS=1 makes that a failure, so that the line can't go unread for ever.
 */

/** True when the test can run. `why` completes "skipped: …". */
export function hasPart(available: boolean, why: string): boolean {
  if (available) return true;
  if (process.env.CI_REQUIRES_PARTS === '1') throw new Error(`CI_REQUIRES_PARTS=1, but ${why}`);
  process.stderr.write(`skipped: ${why}\n`);
  return false;
}
