/**
 * The store on SQLite: one process writes, every method is one transaction, mails that are ready together share one.
 */
import { count, lte } from 'drizzle-orm';
import { decide } from '../../tickets/decide.ts';
import type { Decision } from '../../tickets/decision.ts';
import type { Explanation } from '../../tickets/explanation.ts';
import type { IncomingMail } from '../../tickets/incoming-mail.ts';
import type { MailToKeep, Rules, Store } from '../store.ts';
import { changeAccount } from './account-changes.ts';
import {
  addContact,
  closeOtherAccounts,
  findAccount,
  findAccounts,
  listAccounts,
  listOtherAccounts,
  pageAccounts,
  saveAccounts,
} from './account-rows.ts';
import { closeStale } from './auto-close-rows.ts';
import { namedBlobs } from './blob-rows.ts';
import { blockSender, listBlocked, unblockSender } from './blocked-rows.ts';
import { changeTicket } from './desk-changes.ts';
import {
  findMail,
  findOutgoing,
  findRawMail,
  findRecord,
  findTicket,
  lastMails,
  listMails,
  listOutbox,
  listTickets,
  pageMails,
} from './desk-rows.ts';
import { writeDigest } from './digest-rows.ts';
import { liveFigures, prepareFigures } from './figures.ts';
import { GroupCommit } from './group-commit.ts';
import { insertRow } from './insert-row.ts';
import { keepingMethods } from './keeping-methods.ts';
import { prepareLoadFacts } from './load-facts.ts';
import type { OpenDatabase } from './open-database.ts';
import { cancelMails, retryMails } from './outbox-changes.ts';
import { claimMails, findFrozen, finishMails, freezeMails, nextDueAt } from './outbox-rows.ts';
import { intakeRecords, messages, textChanges } from './schema.ts';
import { messagesBehind, searchTickets } from './search-rows.ts';
import { type Indexer, TextIndexClock } from './text-index-clock.ts';
import { readTextIndex, TextIndexFile } from './text-index-file.ts';
import { countUnfinished } from './unfinished-rows.ts';
import { rawColumns, rewriteDecision, writeDecision, writeRawMail } from './write-decision.ts';

const MAX_TICKETS_SHOWN = 100;

/** `indexer`: who keeps the full-text index; in this thread unless another is named. */
export function sqliteStore(opened: OpenDatabase, indexer: Indexer | null = indexerOf(opened)): Store {
  const { sqlite, db } = opened;
  const loadFacts = prepareLoadFacts(db);
  const groups = new GroupCommit(sqlite);
  const textIndex =
    indexer === null
      ? null
      : new TextIndexClock(indexer, (done) =>
          groups.run(() => {
            db.delete(textChanges).where(lte(textChanges.id, done)).run();
          }),
        );
  const commits = {
    run<T>(work: () => T): Promise<T> {
      textIndex?.soon();
      return groups.run(work);
    },
  };
  const figures = prepareFigures(sqlite, db);
  const decideNow = (mail: IncomingMail, { policy, signing, now, admitted = false, unsure = false }: Rules): Decision =>
    decide({ mail, facts: loadFacts(mail, policy, now), policy, signing, now, admitted, unsure });

  return {
    recordMail: (record, rules) =>
      commits.run(() => {
        const decision = decideNow(record.mail, rules);
        writeDecision(db, record, decision, rules.now);
        return decision;
      }),
    recordWithoutFiles: (record, rules) =>
      commits.run(() => {
        const decision = decideNow(record.mail, rules);
        if (decision.effect.kind === 'open' || decision.effect.kind === 'append') return null;
        writeDecision(db, record, decision, rules.now);
        return decision;
      }),
    decideMail: async (mail, rules) => decideNow(mail, rules),
    keepMail: (mail) =>
      commits.run(() => {
        writeRawMail(db, insertRow(db, intakeRecords, keptRow(mail)), mail.raw, mail.receivedAt);
      }),

    replayMail: (mail, rules) =>
      commits.run(() => {
        const record = findRecord(db, mail.reference);
        if (record === null) return { kind: 'unknown' };
        if (record.ticket !== null) return { kind: 'has-ticket', ticket: record.ticket };
        const decision = decideNow(mail, rules);
        rewriteDecision(db, record.intakeId, mail, decision, rules.now);
        return { kind: 'decided', decision };
      }),

    claimMails: (limit, now, leaseMs) => commits.run(() => claimMails(db, limit, now, leaseMs)),
    freezeMails: (mails) => commits.run(() => freezeMails(db, mails)),
    findFrozen: async (id) => findFrozen(db, id),
    finishMails: (finished, now) => commits.run(() => finishMails(db, finished, now)),
    nextDueAt: async () => nextDueAt(db),
    retryMails: (which, by, now) => commits.run(() => retryMails(db, which, by, now)),
    cancelMails: (ids, by, now) => commits.run(() => cancelMails(db, ids, by, now)),

    saveAccounts: (batch, mode, now) => commits.run(() => saveAccounts(db, batch, mode, now)),
    closeOtherAccounts: (numbers, now) => commits.run(() => closeOtherAccounts(db, numbers, now)),
    addContact: (number, contact, now) => commits.run(() => addContact(db, number, contact, now)),
    blockSender: (address, now) => commits.run(() => blockSender(db, address, now)),
    unblockSender: (address) => commits.run(() => unblockSender(db, address)),
    listBlocked: async () => listBlocked(db),
    listAccounts: async (page) => listAccounts(db, page),
    changeAccount: (change, now) => commits.run(() => changeAccount(db, change, now)),
    findAccounts: async (numbers) => findAccounts(db, numbers),
    pageAccounts: async (after, limit) => pageAccounts(db, after, limit),
    listOtherAccounts: async (numbers) => listOtherAccounts(db, numbers),
    findAccount: async (number) => {
      const account = findAccount(db, number, MAX_TICKETS_SHOWN);
      if (account === null) return null;
      const { ticketIds, ...rest } = account;
      return { ...rest, tickets: listTickets(db, { limit: MAX_TICKETS_SHOWN, rowIds: ticketIds }) };
    },

    changeTicket: (request, rules) => commits.run(() => changeTicket(db, request, rules)),
    closeStale: (rules, limit) => commits.run(() => closeStale(db, rules, limit)),
    writeDigest: (rules, time) => commits.run(() => writeDigest(db, rules, time)),
    searchTickets: async (terms, { limit }) => {
      await textIndex?.catchUp();
      const rowIds = readTextIndex(sqlite.name, (index) => searchTickets(index, terms, limit)) ?? [];
      return listTickets(db, { limit, rowIds });
    },
    messagesUnsearched: async () =>
      readTextIndex(sqlite.name, messagesBehind) ?? db.select({ all: count() }).from(messages).get()?.all ?? 0,
    catchUpSearch: async () => {
      await textIndex?.catchUp();
      return db.select({ id: textChanges.id }).from(textChanges).limit(1).get() === undefined;
    },
    listTickets: async (filter) => listTickets(db, filter),
    countUnfinished: async () => countUnfinished(db),
    findTicket: async (publicId) => findTicket(db, publicId),
    listMails: async (filter) => listMails(db, filter),
    findMail: async (reference) => findMail(db, reference),
    pageMails: async (page) => pageMails(db, page),
    lastMails: async (page) => lastMails(db, page),
    findRawMail: async (reference) => findRawMail(db, reference),
    listOutbox: async (filter) => listOutbox(db, filter),
    findOutgoing: async (id) => findOutgoing(db, id),
    namedBlobs: async (names) => namedBlobs(db, names),

    ...keepingMethods(opened, commits),

    figures: async (now) => figures(now),
    live: async (now) => liveFigures(db, now),

    close: async () => {
      await groups.idle();
      await textIndex?.close();
      await groups.idle();
      sqlite.close();
    },
  };
}

/** A database that can't be written to, or that lives in memory only, has none. */
function indexerOf({ sqlite }: OpenDatabase): Indexer | null {
  if (sqlite.readonly || sqlite.memory) return null;
  const file = new TextIndexFile(sqlite.name);
  return { catchUp: async () => file.catchUp(), close: async () => file.close() };
}

/** The record of a mail that the rules have not seen. */
function keptRow(mail: MailToKeep): typeof intakeRecords.$inferInsert {
  const { envelope, reason, sender, subject } = mail;
  const verdict = reason === 'internal-error' ? 'hold' : 'refuse';
  const explanation: Explanation = {
    verdict,
    reason,
    from: sender === null ? null : { address: sender, name: '' },
    recipients: envelope.recipients,
    department: null,
    account: null,
    contact: null,
    service: null,
    kind: 'human',
    bounce: null,
    thread: null,
    messageId: null,
    subject,
    attachments: [],
    auth: null,
    defects: ['not-parsed'],
    because: [WHY_KEPT[reason]],
  };
  return {
    reference: mail.reference,
    receivedAt: mail.receivedAt,
    verdict,
    reason,
    mailFrom: envelope.mailFrom,
    recipients: [...envelope.recipients],
    ip: envelope.ip,
    helo: envelope.helo,
    sender,
    subject,
    messageId: '',
    fingerprint: '',
    size: mail.size,
    ...rawColumns(mail.raw),
    explanation,
  };
}

const WHY_KEPT: Record<MailToKeep['reason'], string> = {
  'too-large': 'size: larger than smtp.maxMailBytes; only its start was kept',
  'bare-line-break': 'bytes: a CR or LF stands alone; only the start of the mail was kept',
  'internal-error': 'a fault of this program stopped the mail; it is kept as it came and can be run again',
};
