/**
 * What RCPT TO answers: is this address one of ours, and does its department take mail at all? Who may write is
 * not known yet at this point of the dialogue and is decided after DATA.
 */
import { domainOf, localPartOf, normalizeAddress } from '../mail/address.ts';
import { isBounceAddress } from '../mail/bounce-address.ts';
import type { Language } from './model.ts';
import { type Department, departmentOf, type Policy } from './policy.ts';

export type RecipientRefusal = 'bad-recipient-syntax' | 'relay-denied' | 'unknown-mailbox' | 'department-takes-no-mail';

export type RecipientAnswer =
  | { readonly accepted: true; readonly address: string; readonly department: Department; readonly language: Language }
  | {
      readonly accepted: false;
      readonly reason: RecipientRefusal;
      readonly department: Department | null;
      readonly language: Language;
    };

/** Local parts that every mail domain must take (RFC 5321 section 4.5.1, RFC 2142). */
const ALWAYS_TAKEN = new Set(['postmaster', 'abuse']);

/** `postmaster@` and `abuse@` of our domains (normal form). */
export function isAlwaysTaken(address: string, policy: Policy): boolean {
  return policy.domains.includes(domainOf(address)) && ALWAYS_TAKEN.has(localPartOf(address));
}

/** The bounce mailbox, bare or with the token of one mail. */
export function takesBounces(address: string, policy: Policy): boolean {
  return policy.bounceAddress !== null && isBounceAddress(address, policy.bounceAddress);
}

/** `nullSender`: for MAIL FROM:<>, with which reports come (RFC 5321 section 4.5.5). */
export function acceptRecipient(recipient: string, policy: Policy, nullSender = false): RecipientAnswer {
  const language = policy.departments[0]?.language ?? 'es';
  const refuse = (reason: RecipientRefusal, department: Department | null = null): RecipientAnswer => ({
    accepted: false,
    reason,
    department,
    language: department?.language ?? language,
  });

  // `<postmaster>` without a domain is ours too (RFC 5321 section 4.1.1.3).
  const bare = recipient.toLowerCase() === 'postmaster' ? `postmaster@${policy.domains[0] ?? ''}` : recipient;
  const exact = normalizeAddress(bare);
  if (exact === null) return refuse('bad-recipient-syntax');
  const postmaster = departmentOf(policy, policy.postmasterDepartment);
  // Nobody writes to it; whatever else comes there than reports and automatic replies is for an unknown mailbox.
  const isMailbox = policy.mailboxes.some(({ address }) => address === exact);
  if (nullSender && takesBounces(exact, policy) && !isMailbox && postmaster !== undefined)
    return { accepted: true, address: exact, department: postmaster, language: postmaster.language };
  if (!policy.domains.includes(domainOf(exact))) return refuse('relay-denied');

  // `soporte+algo@` reaches soporte@ unless it is a mailbox of its own.
  const candidates = [exact, normalizeAddress(bare, { stripTag: true })];
  const mailbox = candidates
    .map((candidate) => policy.mailboxes.find(({ address }) => address === candidate))
    .find((found) => found !== undefined);
  if (mailbox === undefined && !ALWAYS_TAKEN.has(localPartOf(exact))) return refuse('unknown-mailbox');

  const department = departmentOf(policy, mailbox?.department ?? policy.postmasterDepartment);
  if (department === undefined) return refuse('unknown-mailbox');
  if (department.accepts === 'none' && mailbox !== undefined) return refuse('department-takes-no-mail', department);
  return {
    accepted: true,
    address: mailbox?.address ?? exact,
    department,
    language: mailbox?.language ?? department.language,
  };
}
