/**
 * DKIM signatures (RFC 6376) of one mail through mailauth, which sees the mail only in the bounded form of
 * signed-mail.ts and crlf.ts. Only "passed or not, and for which domain" comes back; what that is worth for the From
 * domain is verdict.ts.
 */

import { addAbortSignal, Readable } from 'node:stream';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { crlfChunks, LineTooLong } from './crlf.ts';
import { libraryResolver } from './library-resolver.ts';
import { plainDomain } from './plain-domain.ts';
import { MailUnreadable, type OpenMail, openMail, type RawMail } from './raw-mail.ts';
import type { MailResolver } from './resolver.ts';
import { readSignedHeader } from './signed-mail.ts';
import type { SignatureEvidence } from './verdict.ts';
import { withinTime } from './within-time.ts';

export interface DkimFindings {
  readonly signatures: readonly SignatureEvidence[];
  /** Texts of the library, for the log. */
  readonly detail: readonly string[];
}

/** What is read of mailauth's result; its types leave the hashes out. */
interface LibrarySignature {
  readonly signingDomain?: string;
  readonly status: { readonly result: string; readonly comment?: string };
  readonly bodyHash?: string;
  readonly bodyHashExpecting?: string;
}

/** Never rejects. */
export async function checkSignatures(
  raw: RawMail,
  maxSignatures: number,
  resolver: MailResolver,
): Promise<DkimFindings> {
  let mail: OpenMail | null = null;
  try {
    mail = await withinTime(openMail(raw, resolver.expired), resolver.expired);
    if (mail.headerTooLong) return refused('the header is too long to verify');
    const { bytes, domains, refused: ignored } = readSignedHeader(mail.header, maxSignatures);
    if (domains.length === 0) return { signatures: ignored, detail: [] };
    const verified = await verify(bytes, mail.body(), domains, resolver);
    return { signatures: [...verified.signatures, ...ignored], detail: verified.detail };
  } catch (error) {
    return failed([null], error, resolver);
  } finally {
    mail?.close();
  }
}

async function verify(
  header: Buffer,
  body: AsyncGenerator<Uint8Array>,
  domains: readonly string[],
  resolver: MailResolver,
): Promise<DkimFindings> {
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield header;
    yield* body;
  }
  try {
    const feed = addAbortSignal(resolver.expired, Readable.from(crlfChunks(whole(), resolver.expired)));
    const work = dkimVerify(feed, { resolver: libraryResolver(resolver.ask) });
    const { results } = await withinTime(work, resolver.expired);
    const signatures: SignatureEvidence[] = [];
    const detail: string[] = [];
    for (const result of results) {
      signatures.push(readResult(result, resolver.tooMany()));
      if (result.status.comment !== undefined) detail.push(`dkim: ${result.status.comment}`);
    }
    return { signatures, detail };
  } catch (error) {
    return failed(domains, error, resolver);
  }
}

function readResult(found: LibrarySignature, tooManyQueries: boolean): SignatureEvidence {
  const domain = plainDomain(found.signingDomain ?? '');
  switch (found.status.result) {
    case 'pass':
      return { domain, result: 'pass' };
    case 'fail':
      return { domain, result: 'fail', note: 'the signature is wrong' };
    case 'temperror':
      return tooManyQueries
        ? { domain, result: 'permerror', note: 'too many look-ups' }
        : { domain, result: 'temperror', note: 'its key could not be asked for' };
    case 'policy':
      return { domain, result: 'permerror', note: 'its key is too short' };
    default:
      // mailauth calls a changed body neutral; RFC 8601 section 2.7.1 calls it fail.
      return found.bodyHash !== found.bodyHashExpecting
        ? { domain, result: 'fail', note: 'the body was changed' }
        : { domain, result: 'neutral', note: 'no valid key, or expired' };
  }
}

function refused(note: string): DkimFindings {
  return { signatures: [{ domain: null, result: 'permerror', note }], detail: [] };
}

function failed(domains: readonly (string | null)[], error: unknown, resolver: MailResolver): DkimFindings {
  const detail = [`dkim: ${error instanceof Error ? error.message : String(error)}`];
  const evidence = (domain: string | null): SignatureEvidence => {
    if (error instanceof LineTooLong) return { domain, result: 'permerror', note: 'a line is too long to verify' };
    if (error instanceof MailUnreadable && !resolver.expired.aborted) {
      return { domain, result: 'temperror', note: 'the mail could not be read' };
    }
    if (resolver.expired.aborted) return { domain, result: 'temperror', note: 'not done in time' };
    return { domain, result: 'permerror', note: 'the check failed' };
  };
  return { signatures: domains.map(evidence), detail };
}
