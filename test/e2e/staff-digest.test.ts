/** The digest of held and refused mails: a whole gateway, a clock that a test moves, a real server that gets the mail. */
import { expect, it, onTestFinished } from 'vitest';
import { bufferSource, parseMail } from '../../src/mail/parse.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { type FakeClock, fakeClock } from '../support/clock.ts';
import { testGateway } from '../support/gateway.ts';
import { entropyOf, POLICY, sampleRecord, sampleRules } from '../support/sample-mail.ts';
import { startSink } from '../support/sink.ts';
import { submit } from '../support/smtp-client.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { staff } from '../tickets/samples.ts';

const HOUR = 60 * 60 * 1000;
const DESK = 'soporte@hosting.example';
const EVA = 'eva@hosting.example';

const strangers = (subject: string) =>
  Buffer.from(
    `From: Luis <luis@otra.example>\r\nTo: ${DESK}\r\nSubject: ${subject}\r\nMessage-ID: <${subject.length}@otra.example>\r\n\r\nHola\r\n`,
  );

it('comes once a day, says how to let a mail in, and survives a restart', { timeout: 60_000 }, async () => {
  const sink = await startSink();
  onTestFinished(() => sink.close());
  const folder = tempFolder();
  const staffed = { mailboxes: [DESK], staff: [{ name: 'Eva', address: EVA }] };
  const config = {
    departments: [{ key: 'soporte', names: { es: 'Soporte', en: 'Support' }, unregistered: 'hold', ...staffed }],
    outbound: { transport: { type: 'smtp', host: '127.0.0.1', port: sink.port } },
  };
  const start = (clock: FakeClock) => testGateway({ config }, folder, { clock, timeZone: 'UTC' });
  // The first start marks its day: what came before that day is not told.
  const clock = fakeClock(Date.UTC(2026, 10, 21, 9, 0));
  const gateway = await start(clock);
  const from = 'luis@otra.example';
  expect((await submit(gateway.port, { from, to: [DESK], bytes: strangers('Mi web') })).code).toBe(250);
  clock.advance(22 * HOUR);
  await gateway.stop();
  expect(sink.mails).toHaveLength(0);

  // Off at eight; on again at ten: not lost.
  const later = fakeClock(Date.UTC(2026, 10, 22, 10, 0));
  const again = await start(later);
  const [mail] = await sink.received(1);
  expect(mail?.to).toEqual([EVA]);
  const parsed = await parseMail(bufferSource(mail?.bytes ?? Buffer.alloc(0)), null);
  const [held] = await again.store.listMails({ verdict: 'hold', limit: 1 });
  expect(parsed.subject).toBe('1 correo retenido o rechazado · Soporte');
  for (const said of ['luis@otra.example', 'Mi web', held?.reference, 'taquilla mail accept']) {
    expect(parsed.text).toContain(said);
  }
  expect(mail?.bytes.toString('latin1')).toMatch(/^Auto-Submitted: auto-generated\r$/m);
  expect(parsed.text).not.toContain('Hola\n\nHola');
  later.advance(12 * HOUR);
  await again.stop();

  // Nothing new on the third day, and the same day again: no mail.
  const third = await start(fakeClock(Date.UTC(2026, 10, 23, 9, 0)));
  await third.stop();
  expect(sink.mails).toHaveLength(1);
});

it('queues the mails and marks the day in one transaction, once', async () => {
  const store = sqliteStore(openDatabase(`${tempFolder()}/taquilla.db`));
  onTestFinished(() => store.close());
  const policy = {
    ...POLICY,
    departments: POLICY.departments.map((one) => ({ ...one, staff: [staff('eva@example.com')] })),
  };
  const digest = (now: number, hour: number | null = 8) =>
    store.writeDigest(
      { policy, signing: sampleRules().signing, now, entropy: entropyOf(`${now}`) },
      { hour, timeZone: 'UTC' },
    );
  const at = (day: number, hour: number) => Date.UTC(2026, 10, day, hour);
  const refused = (now: number, name: string) =>
    store.recordMail(
      sampleRecord({ id: name, from: `${name}@otra.example`, receivedAt: now }, { reference: name }),
      sampleRules(now, policy),
    );
  expect(await digest(at(20, 9))).toEqual({ mails: 0 });
  expect((await refused(at(20, 10), 'A')).verdict).toBe('refuse');
  expect(await digest(at(20, 23))).toEqual({ mails: 0 });
  expect(await digest(at(21, 8))).toEqual({ mails: 1 });
  expect(await digest(at(21, 8))).toEqual({ mails: 0 });
  await refused(at(21, 9), 'B');
  // Put back, and on again.
  expect(await digest(at(20, 9))).toEqual({ mails: 0 });
  // Not wanted meanwhile: not made up for.
  expect(await digest(at(22, 9), null)).toEqual({ mails: 0 });
  await refused(at(22, 10), 'C');
  expect(await digest(at(25, 9))).toEqual({ mails: 1 });
  const [newest] = await store.listOutbox({ limit: 5 });
  const { mail } = (await store.findOutgoing(newest?.id ?? 0)) ?? {};
  expect(mail?.data).toMatchObject({ kind: 'staff-digest', refused: [{ reference: 'C' }], more: 0 });
});

it('tells what is held in a flood of refused mails', async () => {
  const file = `${tempFolder()}/taquilla.db`;
  const opened = openDatabase(file);
  const store = sqliteStore(opened);
  onTestFinished(() => store.close());
  const departments = POLICY.departments.map((one) => ({ ...one, staff: [staff('eva@example.com')] }));
  const policy = { ...POLICY, departments };
  const digest = (day: number) => {
    const now = Date.UTC(2026, 10, day, 9);
    const rules = { policy, signing: sampleRules().signing, now, entropy: entropyOf(`${day}`) };
    return store.writeDigest(rules, { hour: 8, timeZone: 'UTC' });
  };
  await digest(20);
  const columns = opened.sqlite
    .prepare<[], { name: string }>("select name from pragma_table_info('intake_records') where name <> 'id'")
    .all()
    .map(({ name }) => name);
  await store.recordMail(
    sampleRecord({ id: 'H', from: 'luis@otra.example' }, { reference: 'H' }),
    sampleRules(Date.UTC(2026, 10, 20, 10), policy),
  );
  opened.sqlite.exec("update intake_records set verdict = 'hold', reason = 'held-for-review'");
  const values = columns.map(
    (name) => ({ reference: "'R' || i", verdict: "'refuse'", reason: "'unregistered-sender'" })[name] ?? name,
  );
  opened.sqlite.exec(
    `insert into intake_records (${columns.join()}) with recursive n(i) as (select 1 union all select i + 1 from n where i < 10001) select ${values.join()} from n, intake_records`,
  );
  expect(await digest(21)).toEqual({ mails: 1 });
  const [mail] = await store.listOutbox({ limit: 1 });
  const { data } = (await store.findOutgoing(mail?.id ?? 0))?.mail ?? {};
  expect(data).toMatchObject({ kind: 'staff-digest', held: [{ reference: 'H' }], more: 10_000 - 49 });
});
