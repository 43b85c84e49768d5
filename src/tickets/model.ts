/**
 * The words of the desk as types: accounts and contacts, tickets and messages. Data only; the rules are in the
 * files beside this one.
 */

export type Language = 'es' | 'en';
export const LANGUAGES: readonly Language[] = ['es', 'en'];

/** An account's standing with the company. */
export type AccountState = 'active' | 'suspended' | 'closed';
export const ACCOUNT_STATES: readonly AccountState[] = ['active', 'suspended', 'closed'];

/** A label only; what limits a contact is its list of departments. */
export type ContactRole = 'holder' | 'technical' | 'billing';
export const CONTACT_ROLES: readonly ContactRole[] = ['holder', 'technical', 'billing'];

/** open: with the department · pending: waits for the client · resolved · closed. */
export type TicketStatus = 'open' | 'pending' | 'resolved' | 'closed';
export const TICKET_STATUSES: readonly TicketStatus[] = ['open', 'pending', 'resolved', 'closed'];

export type Priority = 'low' | 'normal' | 'high';
export const PRIORITIES: readonly Priority[] = ['low', 'normal', 'high'];

export type AuthorKind = 'client' | 'staff' | 'system';
export type Visibility = 'public' | 'note';

/** A registered address together with the account it stands on, as the rules need them. */
export interface Contact {
  readonly contactId: number;
  /** Normal form, or `*@domain` for a whole domain. */
  readonly address: string;
  readonly name: string;
  readonly language: Language | null;
  readonly role: ContactRole;
  readonly primary: boolean;
  /** Keys of the departments this contact may write to; `null`: all. */
  readonly departments: readonly string[] | null;
  /** Since when mails to this address come back for good, epoch milliseconds; `null`: they don't. */
  readonly undeliverableSince: number | null;
  readonly accountId: number;
  readonly accountNumber: string;
  readonly accountName: string;
  readonly accountLanguage: Language | null;
  readonly accountState: AccountState;
}

/** A ticket as the rules need it. Times are epoch milliseconds. */
export interface Ticket {
  readonly ticketId: number;
  /** `TQ-482913`. */
  readonly publicId: string;
  readonly accountId: number | null;
  readonly accountNumber: string | null;
  /** Normal form of the address that opened it. */
  readonly opener: string;
  readonly department: string;
  /** Our mailbox that was written to. */
  readonly mailbox: string;
  readonly subject: string;
  readonly status: TicketStatus;
  readonly language: Language;
  readonly closedAt: number | null;
}
