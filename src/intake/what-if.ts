/**
 * Stored mails judged by a policy that is not in force yet: what would have become of them. Writes nothing. Each is
 * judged with the accounts and tickets of today, at the moment at which it came; what it made itself does not count.
 */

import type { SigningKey } from '../mail/message-id.ts';
import type { BlobStore } from '../store/blobs/blob-store.ts';
import type { MailDetail, Store } from '../store/store.ts';
import type { Decision, Signing, Verdict } from '../tickets/decision.ts';
import type { Entropy } from '../tickets/entropy.ts';
import type { Policy } from '../tickets/policy.ts';
import type { Authenticate } from './authenticate.ts';
import type { ContentReader } from './content-reader.ts';
import { readMail } from './read-mail.ts';
import { sourceOf } from './replay.ts';

export interface WhatIfParts {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly policy: Policy;
  readonly keys: readonly SigningKey[];
  readonly signing: Signing;
  readonly authenticate: (mail: MailDetail) => Authenticate;
  readonly entropy: Entropy;
  readonly content: ContentReader['read'];
}

export interface Outcome {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly department: string | null;
  readonly account: string | null;
  /** The ticket that a reply joined. */
  readonly ticket: string | null;
}

export type WhatIf =
  | { readonly kind: 'same' | 'not-kept' }
  | { readonly kind: 'different'; readonly was: Outcome; readonly wouldBe: Outcome };

export async function whatIf(parts: WhatIfParts, mail: MailDetail): Promise<WhatIf> {
  // Refused for its bytes, or only its start was kept: the rules never saw it.
  if (mail.reason === 'too-large' || mail.reason === 'bare-line-break') return { kind: 'same' };
  const raw = await parts.store.findRawMail(mail.reference);
  if (raw === null) return { kind: 'not-kept' };
  const source = await sourceOf(raw, parts.blobs);
  const { mailFrom, recipients, ip, helo } = mail;
  const envelope = { mailFrom, recipients, ip, helo, utf8: false };
  const incoming = await readMail(source, {
    reference: mail.reference,
    receivedAt: mail.receivedAt,
    entropy: parts.entropy,
    envelope,
    keys: parts.keys,
    keeper: null,
    attachmentLimits: parts.policy.attachments.limits,
    bounceAddress: parts.policy.bounceAddress,
    content: parts.content,
    authenticate: (parsed) => parts.authenticate(mail)(parsed, envelope, source),
  });
  const rules = { policy: parts.policy, signing: parts.signing, now: mail.receivedAt };
  return difference(mail, await parts.store.decideMail(incoming, rules));
}

function difference(mail: MailDetail, decision: Decision): WhatIf {
  const was = recorded(mail);
  const wouldBe = {
    verdict: decision.verdict,
    reason: decision.reason,
    department: decision.department,
    account: decision.contact?.accountNumber ?? null,
    ticket: decision.verdict === 'append-message' ? decision.ticket : null,
  };
  const same =
    was.verdict === wouldBe.verdict &&
    was.ticket === wouldBe.ticket &&
    (was.verdict !== 'refuse' || was.reason === wouldBe.reason) &&
    (was.verdict !== 'open-ticket' || (was.department === wouldBe.department && was.account === wouldBe.account));
  return same ? { kind: 'same' } : { kind: 'different', was, wouldBe };
}

function recorded({ verdict, reason, ticket, explanation }: MailDetail): Outcome {
  const { department, account } = explanation;
  return { verdict, reason, department, account, ticket: verdict === 'append-message' ? ticket : null };
}
