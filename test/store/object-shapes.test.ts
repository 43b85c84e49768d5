/**
 * What is made anew for every mail has the same hidden class each time. V8 of Node 20 gives each object a class of its own
 * where a literal begins with a spread and then names a property that the spread did not bring: a microsecond and 5 KB for
 * one row, and all code that reads it is slower. Later versions don't: on them this holds by itself.
 */
import { setFlagsFromString } from 'node:v8';
import { expect, it, onTestFinished, vi } from 'vitest';
import { bufferSource, parseMail } from '../../src/mail/parse.ts';
import { splitReply } from '../../src/mail/visible-reply.ts';
import { valuesOf } from '../../src/outbox/render.ts';
import { samplesOf } from '../../src/outbox/samples/all.ts';
import { BUILT_IN } from '../../src/outbox/templates/mail-templates.ts';
import { prepareLoadFacts } from '../../src/store/sqlite/load-facts.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { decide } from '../../src/tickets/decide.ts';
import { ANA, NOW, sampleRecord, sampleRules } from '../support/sample-mail.ts';

const { rows } = vi.hoisted(() => ({ rows: new Map<string, object[]>() }));
vi.mock(import('../../src/store/sqlite/insert-row.ts'), async (original) => {
  const { insertRow } = await original();
  return {
    insertRow: (db, table, row) => {
      const kind = Object.keys(row).sort().join();
      rows.set(kind, [...(rows.get(kind) ?? []), row]);
      return insertRow(db, table, row);
    },
  };
});

setFlagsFromString('--allow-natives-syntax');
const haveSameMap = new Function('one', 'other', 'return %HaveSameMap(one, other)') as (
  a: object,
  b: object,
) => boolean;

/** Enough for V8 to have left its slow first ways. */
const TIMES = 60;

/** Of the last ones: how many classes they have. */
function classes(objects: readonly object[]): number {
  const last = objects.slice(-20);
  return 1 + last.slice(1).filter((one, index) => !haveSameMap(one, last[index] ?? one)).length;
}

it('of a mail that was read', async () => {
  const mails = [];
  const cuts = [];
  for (let count = 0; count < TIMES; count += 1) {
    const bytes = Buffer.from(
      `From: ana@empresa.com\r\nMessage-ID: <${count}@a>\r\nSubject: uno\r\n\r\nHola ${count}\r\n`,
    );
    const mail = await parseMail(bufferSource(bytes), null);
    mails.push(mail);
    cuts.push(splitReply(mail.text, { replyMarkers: [], marks: mail.quoteMarks }));
  }
  expect({ mails: classes(mails), cuts: classes(cuts) }).toEqual({ mails: 1, cuts: 1 });
});

it('of the files of a mail, and of what the template of a receipt is given', async () => {
  const [receipt] = samplesOf('receipt', 'es');
  if (receipt === undefined) throw new Error('there is no sample of a receipt');
  const files = [];
  const values = [];
  for (let count = 0; count < TIMES; count += 1) {
    const file = 'Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nSG9sYQ==\r\n';
    const bytes = Buffer.from(
      `From: ana@empresa.com\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n${file}--x--\r\n`,
    );
    files.push(...(await parseMail(bufferSource(bytes), null)).attachments);
    const data = { ...receipt.mail.data };
    values.push(valuesOf({ ...receipt.mail, data }, BUILT_IN));
  }
  expect([files.length, classes(files), classes(values)]).toEqual([TIMES, 1, 1]);
});

it('of the facts, the decision, and the rows of new tickets and replies', async () => {
  const opened = openDatabase(':memory:');
  const store = sqliteStore(opened, null);
  onTestFinished(() => store.close());
  await store.saveAccounts([ANA], 'merge', NOW);
  const load = prepareLoadFacts(opened.db);
  const rules = sampleRules();
  const made: Record<string, object[]> = { facts: [], decisions: [], ticketFacts: [], tickets: [] };
  const ticket = (await store.recordMail(sampleRecord({ id: 'first' }), rules)).ticket;
  rows.clear();
  for (let count = 0; count < TIMES; count += 1) {
    for (const record of [
      sampleRecord({ id: `new-${count}` }),
      sampleRecord({ id: `reply-${count}`, subject: `Re: ${ticket}` }, { inReplyTo: ['<first@empresa.com>'] }),
    ]) {
      const facts = load(record.mail, rules.policy, NOW);
      const decision = decide({ admitted: false, unsure: false, ...rules, mail: record.mail, facts });
      made.facts?.push(facts);
      made.decisions?.push(decision);
      if (facts.onTicket !== null) {
        made.ticketFacts?.push(facts.onTicket);
        made.tickets?.push(facts.onTicket.ticket);
      }
      await store.recordMail(record, rules);
    }
  }
  const found = Object.entries(made).map(([name, objects]) => [name, objects.length >= TIMES, classes(objects)]);
  expect(found).toEqual(Object.keys(made).map((name) => [name, true, 1]));
  const often = [...rows.values()].filter((objects) => objects.length >= TIMES);
  expect(often.length).toBeGreaterThan(3);
  expect(often.map(classes)).toEqual(often.map(() => 1));
});
