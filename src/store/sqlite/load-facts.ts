/**
 * Loads what `decide` must know about one mail, by exact keys and indexes only, with statements that are prepared
 * once. Runs inside the transaction that will write the decision.
 */
import { and, count, desc, eq, gt, inArray, max, ne, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { alias } from 'drizzle-orm/sqlite-core';
import { domainOf } from '../../mail/address.ts';
import { ENTROPY_BYTES } from '../../tickets/entropy.ts';
import { type Facts, type FirstFacts, lookupKeys } from '../../tickets/facts.ts';
import type { IncomingMail } from '../../tickets/incoming-mail.ts';
import { ANSWERS } from '../../tickets/lifecycle.ts';
import type { Ticket } from '../../tickets/model.ts';
import type { ReportedMail } from '../../tickets/note-bounce.ts';
import { isStaff, type Policy } from '../../tickets/policy.ts';
import { candidateIds } from '../../tickets/ticket-id.ts';
import { expectedTicket } from '../../tickets/which-ticket.ts';
import { takenIds } from './desk-facts.ts';
import { fingerprintStart } from './fingerprint-start.ts';
import { atMost, inList } from './prepared.ts';
import { accounts, blockedSenders, intakeRecords, messages, outbox, services, tickets } from './schema.ts';
import { subjectHash } from './subject-hash.ts';
import { answersLastHour, contactsUnder, loadCommanded, loadTicketFacts } from './ticket-facts.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
/** Accounts, services and tickets looked at for one mail: bounds the work however large an agency is. */
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

export type LoadFacts = (mail: IncomingMail, policy: Policy, now: number) => Facts;

export function prepareLoadFacts(db: BetterSQLite3Database): LoadFacts {
  const contactsByAddress = contactsUnder(db);

  // Under the ID of a ticket that was merged, or a number of another system.
  const named = alias(tickets, 'named');
  const aliasedTickets = (key: typeof named.publicId | typeof named.legacyId) =>
    db
      .select({ ...ticketColumns, alias: key })
      .from(named)
      .innerJoin(tickets, eq(tickets.id, sql`coalesce(${named.mergedIntoId}, ${named.id})`))
      .leftJoin(accounts, eq(accounts.id, tickets.accountId))
      .where(inList(key, 'keys'))
      .limit(atMost(MAX_TICKETS))
      .prepare();
  const ticketsByOldId = aliasedTickets(named.publicId);
  const ticketsByLegacyId = aliasedTickets(named.legacyId);

  const ticketsByMessageId = db
    .select({ ...ticketColumns, messageId: messages.messageId })
    .from(messages)
    .innerJoin(named, eq(named.id, messages.ticketId))
    .innerJoin(tickets, eq(tickets.id, sql`coalesce(${named.mergedIntoId}, ${named.id})`))
    .leftJoin(accounts, eq(accounts.id, tickets.accountId))
    .where(inList(messages.messageId, 'messageIds'))
    // Tickets of the sender first: others could fill the limit with mails under a Message-ID that is not theirs.
    .orderBy(
      sql`(${tickets.opener} = ${sql.placeholder('sender')} or ${inList(tickets.accountId, 'accounts')}) is not true`,
      desc(messages.id),
    )
    .limit(atMost(MAX_TICKETS))
    .prepare();

  const duplicateOf = db
    .select({ ...ticketColumns, reference: intakeRecords.reference })
    .from(messages)
    .innerJoin(intakeRecords, eq(intakeRecords.id, messages.intakeId))
    .innerJoin(tickets, eq(tickets.id, intakeRecords.ticketId))
    .leftJoin(accounts, eq(accounts.id, tickets.accountId))
    .where(
      and(
        eq(messages.messageId, sql.placeholder('messageId')),
        eq(messages.fingerprintStart, sql.placeholder('start')),
        eq(intakeRecords.fingerprint, sql.placeholder('fingerprint')),
        // A mail that is run again is no duplicate of itself.
        ne(intakeRecords.reference, sql.placeholder('reference')),
        inArray(intakeRecords.verdict, ['open-ticket', 'append-message']),
      ),
    )
    .orderBy(intakeRecords.id)
    .limit(atMost(1))
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
    .limit(atMost(MAX_SERVICES))
    .prepare();

  const sameSubject = db
    .select({
      accountId: tickets.accountId,
      department: tickets.department,
      publicId: tickets.publicId,
      subject: tickets.subject,
    })
    .from(tickets)
    .where(
      and(
        inList(tickets.accountId, 'accounts'),
        eq(tickets.subjectHash, sql.placeholder('subjectHash')),
        // The plus keeps SQLite from reading all open tickets by their status.
        sql`+${tickets.status} in ('open', 'pending')`,
      ),
    )
    .orderBy(desc(tickets.id))
    .limit(atMost(MAX_TICKETS))
    .prepare();

  const highest = db
    .select({ id: max(tickets.id) })
    .from(tickets)
    .prepare();
  const queuedFor = db
    .select({ kind: outbox.kind, createdAt: outbox.createdAt })
    .from(outbox)
    .where(
      and(
        // As the index has it. What `since` begins is today or yesterday.
        sql`${outbox.createdAt} / 86400000 in (${sql.placeholder('today')}, ${sql.placeholder('today')} - 1)`,
        eq(outbox.recipient, sql.placeholder('recipient')),
        gt(outbox.createdAt, sql.placeholder('since')),
      ),
    )
    .orderBy(desc(outbox.createdAt))
    .limit(atMost(MAX_QUEUED))
    .prepare();
  const queuedForDomain = db
    .select({ mails: count() })
    .from(outbox)
    .where(and(eq(outbox.strangerDomain, sql.placeholder('domain')), gt(outbox.createdAt, sql.placeholder('since'))))
    .prepare();
  const reportedMail = db
    .select({
      ...ticketColumns,
      ticketId: outbox.ticketId,
      outboxId: outbox.id,
      kind: outbox.kind,
      recipient: outbox.recipient,
      bounce: outbox.bounce,
      mail: outbox.mail,
    })
    .from(outbox)
    .leftJoin(tickets, eq(tickets.id, outbox.ticketId))
    .leftJoin(accounts, eq(accounts.id, tickets.accountId))
    .where(sql`${inList(outbox.messageId, 'messageIds')} or ${outbox.id} = ${sql.placeholder('returned')}`)
    // The return path is what the smarthost was told; what a report quotes may be anything.
    .orderBy(sql`${outbox.id} = ${sql.placeholder('returned')} desc`)
    .limit(atMost(1))
    .prepare();
  const blockedEntry = db
    .select({ address: blockedSenders.address })
    .from(blockedSenders)
    .where(inList(blockedSenders.address, 'addresses'))
    .limit(atMost(1))
    .prepare();

  const findReported = (messageIds: readonly string[], returned: number | null): ReportedMail | null => {
    if (messageIds.length === 0 && returned === null) return null;
    const row = reportedMail.get({ messageIds: JSON.stringify(messageIds), returned });
    if (row === undefined) return null;
    const { outboxId, kind, recipient, bounce, mail, ticketId, ...ticket } = row;
    return {
      outboxId,
      kind,
      recipient,
      bounce,
      mail,
      ticket: ticketId === null ? null : joinedTicket(ticketId, ticket),
    };
  };

  return (mail, policy, now) => {
    if (mail.entropy.length < ENTROPY_BYTES) throw new Error(`a mail needs ${ENTROPY_BYTES} bytes of entropy`);
    const keys = lookupKeys(mail, policy);
    const addresses = JSON.stringify(keys.contactAddresses);
    const found = keys.sender === null ? [] : contactsByAddress.all({ addresses });
    const queued =
      keys.sender === null
        ? []
        : queuedFor.all({ recipient: keys.sender, since: now - DAY, today: Math.trunc(now / DAY) });
    const accountIds = JSON.stringify([...new Set(found.map(({ accountId }) => accountId))]);
    const publicIds = [...keys.thread.subjectIds, ...keys.thread.signedIds];
    const byPublicId =
      publicIds.length === 0 ? [] : ticketsByOldId.all({ keys: JSON.stringify(publicIds) }).map(splitAlias);
    const { foreignIds } = keys.thread;
    const sameSubjectHash = subjectHash(keys.subjectKey);
    const ticketCount = highest.get()?.id ?? 0;
    const duplicate = duplicateOf.get({
      messageId: mail.messageId,
      start: fingerprintStart(keys.fingerprint),
      fingerprint: keys.fingerprint,
      reference: mail.reference,
    });
    const byMessageId =
      keys.thread.messageIds.length === 0
        ? []
        : ticketsByMessageId.all({
            messageIds: JSON.stringify(keys.thread.messageIds),
            sender: keys.sender,
            accounts: accountIds,
          });
    const first: FirstFacts = {
      contacts: found,
      copiedContacts:
        keys.sender === null || keys.copiedAddresses.length === 0
          ? []
          : contactsByAddress.all({ addresses: JSON.stringify(keys.copiedAddresses) }),
      ticketsById: byPublicId.filter(({ alias, ticket }) => ticket.publicId === alias).map(({ ticket }) => ticket),
      ticketsByAlias: [
        ...byPublicId.filter(({ alias, ticket }) => ticket.publicId !== alias),
        ...(foreignIds.length === 0 ? [] : ticketsByLegacyId.all({ keys: JSON.stringify(foreignIds) }).map(splitAlias)),
      ],
      ticketsByMessageId: byMessageId.map(({ messageId, ...ticket }) => ({ messageId: messageId ?? '', ticket })),
      duplicate: duplicate === undefined ? null : splitReference(duplicate),
      services:
        found.length === 0 ? [] : servicesOf.all({ accounts: accountIds, domains: JSON.stringify(keys.domains) }),
      sameSubject:
        found.length === 0 || sameSubjectHash === null
          ? []
          : sameSubject
              .all({ accounts: accountIds, subjectHash: sameSubjectHash })
              .flatMap(({ accountId, ...ticket }) => (accountId === null ? [] : [{ accountId, ...ticket }])),
      ticketCount,
      takenIds: takenIds(db, candidateIds(mail.entropy, policy.ticketPrefix, ticketCount)),
      receiptsLastHour: queued.filter(({ kind, createdAt }) => ANSWERS.has(kind) && createdAt > now - HOUR).length,
      domainLastHour:
        keys.sender === null || found.some(({ address }) => address === keys.sender)
          ? 0
          : (queuedForDomain.get({ domain: domainOf(keys.sender), since: now - HOUR })?.mails ?? 0),
      noticesLastDay: queued.filter(({ kind }) => kind === 'refusal-notice').length,
      blocked: keys.sender === null ? null : (blockedEntry.get({ addresses })?.address ?? null),
      reported: findReported(keys.reportedIds, keys.returned),
    };
    const expected = expectedTicket(mail, first, policy);
    return {
      onTicket: expected === null ? null : loadTicketFacts(db, expected.ticketId, mail, policy),
      commanded: keys.commanded === null ? null : loadCommanded(db, keys.commanded, policy),
      answersLastHour: keys.sender !== null && isStaff(keys.sender, policy) ? answersLastHour(db, keys.sender, now) : 0,
      ...first,
    };
  };
}

function splitAlias({ alias, ...ticket }: Ticket & { alias: string | null }): Facts['ticketsByAlias'][number] {
  return { alias: alias ?? '', ticket };
}

function splitReference({ reference, ...ticket }: Ticket & { reference: string }): Facts['duplicate'] {
  return { reference, ticket };
}

type Joined = { readonly [Key in keyof Omit<Ticket, 'ticketId'>]: Ticket[Key] | null };

/** A ticket that came by a left join: its row is there whenever its ID is, by the foreign key. */
function joinedTicket(ticketId: number, row: Joined): Ticket {
  const { publicId, opener, department, mailbox, subject, status, language } = row;
  if (
    publicId === null ||
    opener === null ||
    department === null ||
    mailbox === null ||
    subject === null ||
    status === null ||
    language === null
  )
    throw new Error(`ticket ${ticketId} of an outbox row is not there`);
  return { ...row, ticketId, publicId, opener, department, mailbox, subject, status, language };
}
