/**
 * Loads what `decide` must know about one mail, by exact keys and indexes only, with statements that are prepared
 * once. Runs inside the transaction that will write the decision.
 */
import { and, desc, eq, gt, inArray, max, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { ENTROPY_BYTES } from '../../tickets/entropy.ts';
import { type Facts, lookupKeys } from '../../tickets/facts.ts';
import type { IncomingMail } from '../../tickets/incoming-mail.ts';
import type { Ticket } from '../../tickets/model.ts';
import type { Policy } from '../../tickets/policy.ts';
import { candidateIds } from '../../tickets/ticket-id.ts';
import { accounts, blockedSenders, contacts, intakeRecords, messages, outbox, services, tickets } from './schema.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
/** Accounts, services and tickets looked at for one mail: bounds the work however large an agency is. */
const MAX_CONTACTS = 200;
const MAX_SERVICES = 500;
const MAX_TICKETS = 50;
const MAX_QUEUED = 500;

const ticketColumns = {
  ticketId: tickets.id,
  publicId: tickets.publicId,
  accountId: tickets.accountId,
  accountNumber: accounts.number,
  opener: tickets.opener,
  department: tickets.department,
  mailbox: tickets.mailbox,
  subject: tickets.subject,
  status: tickets.status,
  language: tickets.language,
  closedAt: tickets.closedAt,
};

/** `column in (…)` over a JSON array, so that one prepared statement serves any number of keys. */
const inList = (column: unknown, name: string) =>
  sql`${column} in (select value from json_each(${sql.placeholder(name)}))`;

export type LoadFacts = (mail: IncomingMail, policy: Policy, now: number) => Facts;

export function prepareLoadFacts(db: BetterSQLite3Database): LoadFacts {
  const contactsByAddress = db
    .select({
      contactId: contacts.id,
      address: contacts.address,
      name: contacts.name,
      language: contacts.language,
      role: contacts.role,
      primary: contacts.isPrimary,
      departments: contacts.departments,
      accountId: accounts.id,
      accountNumber: accounts.number,
      accountName: accounts.name,
      accountLanguage: accounts.language,
      accountState: accounts.state,
    })
    .from(contacts)
    .innerJoin(accounts, eq(accounts.id, contacts.accountId))
    .where(inList(contacts.address, 'addresses'))
    .orderBy(contacts.id)
    .limit(MAX_CONTACTS)
    .prepare();

  const ticketsById = db
    .select(ticketColumns)
    .from(tickets)
    .leftJoin(accounts, eq(accounts.id, tickets.accountId))
    .where(inList(tickets.publicId, 'ids'))
    .limit(MAX_TICKETS)
    .prepare();

  const ticketsByMessageId = db
    .select({ ...ticketColumns, messageId: messages.messageId })
    .from(messages)
    .innerJoin(tickets, eq(tickets.id, messages.ticketId))
    .leftJoin(accounts, eq(accounts.id, tickets.accountId))
    .where(inList(messages.messageId, 'messageIds'))
    .orderBy(desc(messages.id))
    .limit(MAX_TICKETS)
    .prepare();

  const duplicateOf = db
    .select({ ...ticketColumns, reference: intakeRecords.reference })
    .from(intakeRecords)
    .innerJoin(tickets, eq(tickets.id, intakeRecords.ticketId))
    .leftJoin(accounts, eq(accounts.id, tickets.accountId))
    .where(
      and(
        eq(intakeRecords.fingerprint, sql.placeholder('fingerprint')),
        // Spelled as in the partial index, or SQLite will not use it.
        sql`${intakeRecords.verdict} in ('open-ticket', 'append-message')`,
      ),
    )
    .orderBy(intakeRecords.id)
    .limit(1)
    .prepare();

  const servicesOf = db
    .select({ serviceId: services.id, accountId: services.accountId, name: services.name })
    .from(services)
    .where(
      and(
        inList(services.accountId, 'accounts'),
        sql`(${inList(services.name, 'domains')} or instr(${services.name}, '.') = 0)`,
      ),
    )
    .limit(MAX_SERVICES)
    .prepare();

  const sameSubject = db
    .select({ accountId: tickets.accountId, publicId: tickets.publicId, subject: tickets.subject })
    .from(tickets)
    .where(
      and(
        inList(tickets.accountId, 'accounts'),
        eq(tickets.subjectKey, sql.placeholder('subjectKey')),
        inArray(tickets.status, ['open', 'pending']),
      ),
    )
    .orderBy(desc(tickets.id))
    .limit(MAX_TICKETS)
    .prepare();

  const highest = db
    .select({ id: max(tickets.id) })
    .from(tickets)
    .prepare();
  const taken = db
    .select({ publicId: tickets.publicId })
    .from(tickets)
    .where(inList(tickets.publicId, 'ids'))
    .prepare();
  const queuedFor = db
    .select({ kind: outbox.kind, createdAt: outbox.createdAt })
    .from(outbox)
    .where(and(eq(outbox.recipient, sql.placeholder('recipient')), gt(outbox.createdAt, sql.placeholder('since'))))
    .orderBy(desc(outbox.createdAt))
    .limit(MAX_QUEUED)
    .prepare();
  const blockedEntry = db
    .select({ address: blockedSenders.address })
    .from(blockedSenders)
    .where(inList(blockedSenders.address, 'addresses'))
    .limit(1)
    .prepare();

  return (mail, policy, now) => {
    if (mail.entropy.length < ENTROPY_BYTES) throw new Error(`a mail needs ${ENTROPY_BYTES} bytes of entropy`);
    const keys = lookupKeys(mail, policy);
    const addresses = JSON.stringify(keys.contactAddresses);
    const found = keys.sender === null ? [] : contactsByAddress.all({ addresses });
    const queued = keys.sender === null ? [] : queuedFor.all({ recipient: keys.sender, since: now - DAY });
    const accountIds = JSON.stringify([...new Set(found.map(({ accountId }) => accountId))]);
    const publicIds = [...keys.thread.subjectIds, ...keys.thread.signedIds];
    const ticketCount = highest.get()?.id ?? 0;
    const duplicate = duplicateOf.get({ fingerprint: keys.fingerprint });
    const byMessageId =
      keys.thread.messageIds.length === 0
        ? []
        : ticketsByMessageId.all({ messageIds: JSON.stringify(keys.thread.messageIds) });
    return {
      contacts: found,
      ticketsById: publicIds.length === 0 ? [] : ticketsById.all({ ids: JSON.stringify(publicIds) }),
      ticketsByMessageId: byMessageId.map(({ messageId, ...ticket }) => ({ messageId: messageId ?? '', ticket })),
      duplicate: duplicate === undefined ? null : splitReference(duplicate),
      services:
        found.length === 0 ? [] : servicesOf.all({ accounts: accountIds, domains: JSON.stringify(keys.domains) }),
      sameSubject:
        found.length === 0 || keys.subjectKey === ''
          ? []
          : sameSubject
              .all({ accounts: accountIds, subjectKey: keys.subjectKey })
              .flatMap(({ accountId, ...ticket }) => (accountId === null ? [] : [{ accountId, ...ticket }])),
      ticketCount,
      takenIds: taken
        .all({ ids: JSON.stringify(candidateIds(mail.entropy, policy.ticketPrefix, ticketCount)) })
        .map(({ publicId }) => publicId),
      receiptsLastHour: queued.filter(({ kind, createdAt }) => kind !== 'refusal-notice' && createdAt > now - HOUR)
        .length,
      noticesLastDay: queued.filter(({ kind }) => kind === 'refusal-notice').length,
      blocked: keys.sender === null ? null : (blockedEntry.get({ addresses })?.address ?? null),
    };
  };
}

function splitReference({ reference, ...ticket }: Ticket & { reference: string }): Facts['duplicate'] {
  return { reference, ticket };
}
