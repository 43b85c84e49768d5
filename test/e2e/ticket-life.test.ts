/** A ticket's whole life over sixty days, through real sockets, with restarts in between and a clock that a test moves. */
import { randomBytes } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { changeTicket } from '../../src/desk/desk.ts';
import { signingKey } from '../../src/intake/intake.ts';
import { loadSigningKeys } from '../../src/store/signing-keys.ts';
import type { TicketDetail } from '../../src/store/store.ts';
import type { DeskRequest, Settings } from '../../src/tickets/desk-request.ts';
import { fakeClock } from '../support/clock.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { submit } from '../support/smtp-client.ts';
import { tempFolder } from '../support/temp-folder.ts';

const HOUR = 60 * 60 * 1000;
const START = Date.UTC(2026, 10, 1, 9, 0);
const ANA = 'ana@laespiga.example';
const ACCOUNTS = [{ number: 'C-1001', name: 'La Espiga', language: 'es', contacts: [`Ana Robles <${ANA}>`] }];
const CONFIG = { autoCloseDays: 5, autoCloseWarningDays: 2, receiptsPerHour: 1000 };

/** How many of these there are: each has a timer while it waits. */
const CLOCKS = 4;

/** The gateway with the clock of the test, in a folder that outlives it. */
class Installation {
  readonly folder = tempFolder();
  readonly clock = fakeClock(START);
  private gateway: TestGateway | null = null;
  private mailsSent = 0;

  get running(): TestGateway {
    if (this.gateway === null) throw new Error('the gateway is not running');
    return this.gateway;
  }

  async start(): Promise<void> {
    this.gateway = await testGateway({ config: CONFIG, accounts: ACCOUNTS }, this.folder, { clock: this.clock });
    await this.settle();
  }

  async stop(): Promise<void> {
    await this.running.stop();
    this.gateway = null;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Until whatever goes by the clock (closing, digest, retention, sweeper, outbox) has done what is due and waits again. */
  private async settle(): Promise<void> {
    await vi.waitFor(() => expect(this.clock.timers().length).toBeGreaterThanOrEqual(CLOCKS), { interval: 1 });
    const waiting = async () => {
      const states = (await this.running.store.listOutbox({ limit: 10 })).map(({ state }) => state);
      return states.filter((state) => state === 'queued' || state === 'sending');
    };
    await vi.waitFor(async () => expect(await waiting()).toEqual([]), { interval: 1 });
  }

  async days(count: number): Promise<void> {
    for (let hours = 0; hours < count * 24; hours += 6) {
      this.clock.advance(6 * HOUR);
      // Once for what the clock does, once for the mails that it queued.
      await this.settle();
      this.clock.advance(15_000);
      await this.settle();
    }
  }

  async write(subject: string, text: string): Promise<void> {
    this.mailsSent += 1;
    const mail = [
      `From: Ana Robles <${ANA}>`,
      'To: soporte@hosting.example',
      `Subject: ${subject}`,
      `Message-ID: <life-${this.mailsSent}@laespiga.example>`,
      `Date: ${new Date(this.clock.now()).toUTCString()}`,
      '',
      text,
      '',
    ];
    const bytes = Buffer.from(mail.join('\r\n'));
    const reply = await submit(this.running.port, { from: ANA, to: ['soporte@hosting.example'], bytes });
    expect(reply.code).toBe(250);
  }

  async desk(ticket: string, wanted: { kind: 'close' } | ({ kind: 'set' } & Settings)): Promise<void> {
    const { config, store } = this.running;
    const keys = loadSigningKeys(config.dataFolder, randomBytes);
    const rules = () => ({ policy: config.policy, signing: { key: signingKey(keys), domain: config.hostname } });
    const request: DeskRequest = { ...wanted, ticket, by: 'eva', reason: 'prueba', silent: false };
    expect(await changeTicket({ store, rules, clock: this.clock, randomBytes }, request)).toMatchObject({
      kind: 'done',
    });
  }

  async ticket(id: string): Promise<TicketDetail> {
    const found = await this.running.store.findTicket(id);
    if (found === null) throw new Error(`no ticket ${id}`);
    return found;
  }

  async kinds(id: string): Promise<string[]> {
    return (await this.ticket(id)).mails.map(({ kind, state }) => (state === 'sent' ? kind : `${kind} (${state})`));
  }
}

it('runs through its whole life over sixty days, and is never warned or closed twice', {
  timeout: 60_000,
}, async () => {
  const desk = new Installation();
  await desk.start();
  await desk.write('La web no carga', 'Desde ayer no carga.');
  const [opened] = await desk.running.store.listTickets({ limit: 1 });
  const id = opened?.id ?? '';

  // Days 0 to 6: an open ticket waits for the department as long as it takes.
  await desk.days(6);
  expect(await desk.ticket(id)).toMatchObject({ status: 'open' });
  await desk.desk(id, { kind: 'close' });
  await desk.restart();
  await desk.days(10);

  // Day 16: within the days for reopening.
  await desk.write(`Re: [${id}] La web no carga`, 'Sigue igual.');
  expect(await desk.ticket(id)).toMatchObject({ status: 'open', messages: 2 });
  await desk.desk(id, { kind: 'set', status: 'pending' });
  expect(await desk.kinds(id)).toEqual(['receipt', 'ticket-closed']);

  // Day 19.x: warned; a reply cancels.
  await desk.days(3.5);
  expect(await desk.kinds(id)).toEqual(['receipt', 'ticket-closed', 'auto-close-warning']);
  await desk.restart();
  await desk.write(`Re: [${id}] La web no carga`, 'Perdón, sigo aquí.');
  expect(await desk.ticket(id)).toMatchObject({ status: 'open' });
  await desk.days(6);
  expect(await desk.ticket(id)).toMatchObject({ status: 'open' });

  // Day 25.5: resolved, warned after 3 days, closed after 5, with a restart on each side of both.
  await desk.desk(id, { kind: 'set', status: 'resolved' });
  for (let day = 0; day < 8; day += 1) {
    await desk.days(1);
    await desk.restart();
  }
  expect(await desk.ticket(id)).toMatchObject({ status: 'closed' });
  const whole = [
    'receipt',
    'ticket-closed',
    'auto-close-warning',
    'ticket-resolved',
    'auto-close-warning',
    'auto-close-notice',
  ];
  expect(await desk.kinds(id)).toEqual(whole);

  // Day 33.5 to 50: closed for more than fourteen days; a reply opens a new ticket that is linked.
  await desk.days(16.5);
  await desk.write(`Re: [${id}] La web no carga`, 'Ha vuelto a pasar.');
  const [next] = await desk.running.store.listTickets({ limit: 1 });
  expect(next?.id).not.toBe(id);
  expect(await desk.ticket(next?.id ?? '')).toMatchObject({ continues: id, status: 'open' });
  expect(await desk.ticket(id)).toMatchObject({ status: 'closed' });

  // Until day 60 nothing more happens to either.
  await desk.days(10);
  await desk.restart();
  expect(await desk.kinds(id)).toEqual(whole);
  expect(await desk.kinds(next?.id ?? '')).toEqual(['receipt']);
  expect(Math.round((desk.clock.now() - START) / (24 * HOUR))).toBeGreaterThanOrEqual(60);
  const notes = (await desk.ticket(id)).thread.filter(({ author }) => author === 'system').map(({ text }) => text);
  expect(notes).toEqual([
    'Status: open → closed. By eva: prueba.',
    `Reopened by a mail of ${ANA}.`,
    'Status: open → pending. By eva: prueba.',
    'Warned by the clock: closes in 2 days without a reply.',
    'Status: open → resolved. By eva: prueba.',
    'Warned by the clock: closes in 2 days without a reply.',
    'Closed by the clock: no message for 5 days.',
  ]);
});

it('warns before it closes, however long the gateway or its smarthost stood still', { timeout: 30_000 }, async () => {
  const desk = new Installation();
  await desk.start();
  await desk.write('Una consulta', 'Hola.');
  const [opened] = await desk.running.store.listTickets({ limit: 1 });
  const id = opened?.id ?? '';
  await desk.desk(id, { kind: 'set', status: 'pending' });

  await desk.stop();
  desk.clock.advance(30 * 24 * HOUR);
  await desk.start();
  await desk.days(0.25);
  expect(await desk.kinds(id)).toEqual(['receipt', 'auto-close-warning']);
  await desk.days(1.5);
  expect(await desk.ticket(id)).toMatchObject({ status: 'pending' });
  await desk.days(0.5);
  expect(await desk.ticket(id)).toMatchObject({ status: 'closed' });
  expect(await desk.kinds(id)).toEqual(['receipt', 'auto-close-warning', 'auto-close-notice']);
});
