/** What the bench sends: each scenario is so many connections, kept open, and a mix of mails. */

export type MailShape = 'new-ticket' | 'reply' | 'attachment' | 'stranger';

export interface Scenario {
  readonly name: string;
  readonly connections: number;
  /** Shares of the shapes, in hundredths. */
  readonly mix: Readonly<Partial<Record<MailShape, number>>>;
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'new-tickets-1', connections: 1, mix: { 'new-ticket': 100 } },
  { name: 'new-tickets-20', connections: 20, mix: { 'new-ticket': 100 } },
  { name: 'new-tickets-100', connections: 100, mix: { 'new-ticket': 100 } },
  { name: 'replies-20', connections: 20, mix: { reply: 100 } },
  { name: 'attachments-8', connections: 8, mix: { attachment: 100 } },
  { name: 'mix-20', connections: 20, mix: { 'new-ticket': 70, reply: 25, attachment: 5 } },
  { name: 'refused-20', connections: 20, mix: { stranger: 100 } },
];

/** Registered clients, each an account with one contact and one service. */
export const CLIENTS = 20_000;
/** Tickets that are there before a round, to reply to. */
export const OPEN_TICKETS = 2_000;
export const MAILBOX = 'soporte@hosting.example';

export const clientAddress = (number: number): string => `cliente@empresa-${number}.example`;
export const clientDomain = (number: number): string => `empresa-${number}.example`;

/** What a reply names: as a client's mail program knows it from the receipt. */
export interface KnownTicket {
  readonly publicId: string;
  readonly subject: string;
  readonly recipient: string;
  readonly messageId: string;
}
