/**
 * What has to be known of the ticket that a mail belongs to, beyond what finds it: who is told of the mail, whom a
 * staff answer goes to, and what the mail's commands name. Looked up in the same transaction as everything else.
 */
import type { DeskRequest } from './desk-request.ts';
import type { DeskTicket } from './desk-ticket.ts';
import type { Contact } from './model.ts';
import type { StaffOrders } from './staff-commands.ts';
import type { ConversationMail } from './thread-headers.ts';

/** What a client wrote last, for those who have to know what it is about. */
export interface NewestMessage {
  readonly address: string;
  readonly name: string;
  readonly verified: boolean;
  /** Without quotes. */
  readonly text: string;
  /** Of the intake record; empty where there is none. */
  readonly reference: string;
}

/** An answer of staff that went to the client. */
export interface PublicAnswer {
  readonly address: string;
  readonly name: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Row of the mail that it was. */
  readonly intakeId: number;
  readonly text: string;
}

export interface TicketFacts {
  readonly ticket: DeskTicket;
  /** Clients' mails on it and ours about it, oldest first (bounded). */
  readonly conversation: readonly ConversationMail[];
  readonly newest: NewestMessage | null;
  /** All of the ticket's account (bounded). */
  readonly contacts: readonly Contact[];
  /** Addresses that clients copied in. They count only while they are contacts of the account. */
  readonly followers: readonly string[];
  /** Newest first (bounded). */
  readonly answers: readonly PublicAnswer[];
  /** Staff who have written on it. */
  readonly writers: readonly string[];
  /** Of this mail's attachments, the contents that stand on the ticket already. */
  readonly knownFiles: readonly string[];
}

/** What the commands of a staff mail name. */
export interface Commanded {
  /** For `#unir`. */
  readonly into: DeskTicket | null;
  /** For `#cuenta`. */
  readonly account: { readonly accountId: number; readonly number: string } | null;
  /** For `#cliente` and `#cuenta`: contacts of that account, or under that address. */
  readonly contacts: readonly Contact[];
}

export interface CommandKeys {
  readonly into: string | null;
  /** Account number. */
  readonly account: string | null;
  /** Address in normal form. */
  readonly address: string | null;
}

/** `null`: nothing to look up. */
export function commandKeys({ commands }: StaffOrders): CommandKeys | null {
  let into: string | null = null;
  let account: string | null = null;
  let address: string | null = null;
  for (const { command } of commands) {
    if (command.kind === 'merge') into = command.into;
    if (command.kind === 'account') account = command.account;
    if (command.kind === 'client' && command.client.includes('@')) address = command.client;
    if (command.kind === 'client' && !command.client.includes('@')) account = command.client;
  }
  return into === null && account === null && address === null ? null : { into, account, address };
}

/** One change at the desk that a mail causes, in the order in which they are made. */
export interface DeskStep {
  /** As it is before the step. `ticketId` 0: the ticket that the same mail opens. */
  readonly ticket: DeskTicket;
  readonly request: DeskRequest;
}
