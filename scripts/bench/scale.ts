/**
 * A database as it is after years: so many tickets, three mails each with its record, raw bytes, message and place in the
 * full-text index. Rows are written straight into the tables in large transactions, without waiting for the disk: what is
 * measured later is the finished database.
 */
import { statSync } from 'node:fs';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { subjectHash } from '../../src/store/sqlite/subject-hash.ts';
import { TextIndexFile, textIndexFile } from '../../src/store/sqlite/text-index-file.ts';
import { CLIENTS, clientAddress, clientDomain } from './scenarios.ts';
import { databaseIn } from './taquilla.ts';

const MESSAGES_EACH = 3;
const CHUNK = 10_000;
const WORDS =
  'el servidor de correo no responde desde esta mañana la factura del dominio sigue sin llegar gracias un saludo'.split(
    ' ',
  );
const DAY = 24 * 60 * 60 * 1000;

export interface Filled {
  readonly tickets: number;
  readonly messages: number;
  /** Of the database and the file of the full-text index, for each ticket with all that belongs to it. */
  readonly bytesPerTicket: number;
}

export function fillTickets(folder: string, count: number, progress: (done: number) => void): Filled {
  const file = databaseIn(folder);
  const before = statSync(file).size;
  const { sqlite } = openDatabase(file);
  sqlite.pragma('synchronous = OFF');
  const first = Number(sqlite.prepare('select coalesce(max(id), 0) + 1 from tickets').pluck().get());
  const firstIntake = Number(sqlite.prepare('select coalesce(max(id), 0) + 1 from intake_records').pluck().get());
  const insertTicket = sqlite.prepare(
    `insert into tickets (id, public_id, account_id, service_id, opener, department, mailbox, subject, subject_hash, status, language, created_at, last_message_at, status_changed_at, closed_at, idle_since)
     values (?, ?, ?, ?, ?, 'soporte', 'soporte@hosting.example', ?, ?, ?, 'es', ?, ?, ?, ?, ?)`,
  );
  const insertIntake = sqlite.prepare(
    `insert into intake_records (id, reference, received_at, verdict, reason, mail_from, recipients, ip, sender, subject, message_id, fingerprint, size, department, ticket_id, explanation)
     values (?, ?, ?, ?, ?, ?, '["soporte@hosting.example"]', '192.0.2.10', ?, ?, ?, ?, 2000, 'soporte', ?, '{}')`,
  );
  const insertRaw = sqlite.prepare('insert into raw_mails (intake_id, bytes) values (?, ?)');
  const insertMessage = sqlite.prepare(
    `insert into messages (ticket_id, intake_id, author, visibility, author_address, verified, message_id, text, created_at) values (?, ?, 'client', 'public', ?, 1, ?, ?, ?)`,
  );
  const insertMail = sqlite.prepare(
    `insert into outbox (kind, ticket_id, intake_id, recipient, message_id, mail, state, attempts, next_attempt_at, created_at, finished_at)
     values ('receipt', ?, ?, ?, ?, '{}', 'sent', 1, ?, ?, ?)`,
  );
  const now = Date.now();

  const one = (index: number): void => {
    const id = first + index;
    const client = (index * 7_919) % CLIENTS;
    const sender = clientAddress(client);
    const subject = `Consulta vieja ${index} sobre ${clientDomain(client)}`;
    const at = now - DAY - (count - index) * 60_000;
    // One in fifty is still open, as in a department that keeps up with its work.
    const open = index % 50 === 0;
    const status = open ? 'open' : 'closed';
    insertTicket.run(
      id,
      `TQ-${10_000_000 + index}`,
      client + 1,
      client + 1,
      sender,
      subject,
      subjectHash(subject.toLowerCase()),
      status,
      at,
      at,
      at,
      open ? null : at,
      at,
    );
    for (let part = 0; part < MESSAGES_EACH; part += 1) {
      const intake = firstIntake + index * MESSAGES_EACH + part;
      const messageId = `<vieja.${index}.${part}@cliente.example>`;
      const verdict = part === 0 ? 'open-ticket' : 'append-message';
      insertIntake.run(
        intake,
        `V${intake.toString(36).toUpperCase().padStart(9, '0')}`,
        at,
        verdict,
        'x',
        sender,
        sender,
        subject,
        messageId,
        `${intake.toString(16).padStart(8, '0')}${'f'.repeat(56)}`,
        id,
      );
      const text = textOf(intake);
      insertRaw.run(intake, Buffer.from(`Subject: ${subject}\r\nMessage-ID: ${messageId}\r\n\r\n${text}`));
      insertMessage.run(id, intake, sender, messageId, text, at);
      if (part === 0) insertMail.run(id, intake, sender, `<tq.vieja.${index}@hosting.example>`, at, at, at);
    }
  };

  for (let from = 0; from < count; from += CHUNK) {
    sqlite.transaction(() => {
      for (let index = from; index < Math.min(from + CHUNK, count); index += 1) one(index);
    })();
    progress(Math.min(from + CHUNK, count));
  }
  sqlite.pragma('wal_checkpoint(TRUNCATE)');
  sqlite.close();
  const index = new TextIndexFile(file);
  while (index.catchUp().more) {
    // Twenty transactions each time.
  }
  index.close();
  const bytes = statSync(file).size - before + statSync(textIndexFile(file)).size;
  return { tickets: count, messages: count * MESSAGES_EACH, bytesPerTicket: bytes / count };
}

/** About a kilobyte of common words and one that nobody else has. */
function textOf(seed: number): string {
  let state = seed;
  let text = `caso-${seed}`;
  while (text.length < 1000) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += ` ${WORDS[state % WORDS.length]}${state % 7 === 0 ? '\n' : ''}`;
  }
  return text;
}
