/**
 * No loop: whatever robots answer, the number of our mails stays below a bound that follows from the config. README.md
 * beside this file derives it. `npm run test:simulation` plays 10,000 scenes; SIMULATION_SEED plays the same ones again.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readHeaderLines } from '../../src/mail/header-lines.ts';
import { renderMail } from '../../src/outbox/render.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Decision } from '../../src/tickets/decision.ts';
import type { IncomingMail } from '../../src/tickets/incoming-mail.ts';
import { ANSWERS } from '../../src/tickets/lifecycle.ts';
import { NOW, sampleAccount, sampleContact, sampleRules } from '../support/sample-mail.ts';
import { type Desk, MemoryDesk } from './memory-desk.ts';
import {
  anyScene,
  boundOf,
  HOUR,
  type House,
  housesOf,
  isToStaff,
  type Played,
  play,
  type Scene,
  staffMailsBoundOf,
  totalBoundOf,
} from './play.ts';
import { onTheWire } from './wire.ts';

const RUNS = Number(process.env.SIMULATION_RUNS ?? 300);
const SEED = Number(process.env.SIMULATION_SEED ?? Date.now() % 2 ** 31);
const { signing } = sampleRules();

const memoryDesk = ({ policy, contacts }: House): Desk => new MemoryDesk(policy, signing, contacts);

/** What holds for every single mail. */
function checkDecision(mail: IncomingMail, { verdict, effect, outgoing }: Decision): void {
  const sender = mail.sender.clear ? mail.sender.address : '';
  const isStaff = (address: string) => address.startsWith('robot0@staff-');
  const toClients = outgoing.filter(({ recipient }) => !isStaff(recipient));
  expect(toClients.length).toBeLessThanOrEqual(1);
  if (!isStaff(sender)) for (const { recipient } of toClients) expect(recipient).toBe(sender);
  // Nobody is told of its own mail, but for what came of it.
  for (const { recipient, data } of outgoing)
    if (recipient === sender && isStaff(sender))
      expect(['staff-mail-returned', 'staff-answers-crossed']).toContain(data.kind);
  // A group that stands in front of a mailbox makes list mail of what staff write.
  if (mail.kind === 'human' || (mail.kind === 'list' && isStaff(sender))) return;
  expect(toClients).toEqual([]);
  if (mail.kind === 'auto-reply' || isStaff(sender)) expect(outgoing).toEqual([]);
  if (mail.kind === 'auto-reply' || mail.kind === 'bounce') {
    expect(verdict).not.toBe('open-ticket');
    if (effect.kind === 'append') expect(effect.status).toBeNull();
  }
}

function checkBounds(scene: Scene, { houses, mails }: Played): void {
  for (const house of houses) {
    const toStaff = house.sent.filter(({ mail }) => isToStaff(house, mail)).length;
    expect(house.sent.length - toStaff).toBeLessThanOrEqual(boundOf(scene, house));
    expect(toStaff).toBeLessThanOrEqual(staffMailsBoundOf(scene, house.heard));
    for (const recipient of new Set(house.sent.map(({ mail }) => mail.recipient))) {
      const times = house.sent.flatMap(({ at, mail }) =>
        mail.recipient === recipient && ANSWERS.has(mail.data.kind) ? [at] : [],
      );
      for (const end of times)
        expect(times.filter((at) => at > end - HOUR && at <= end).length).toBeLessThanOrEqual(scene.receiptsPerHour);
    }
  }
  expect(mails).toBeLessThanOrEqual(totalBoundOf(scene, houses));
}

it(
  `stays below its bound in ${RUNS} random scenes (seed ${SEED})`,
  async () => {
    let most = 0;
    let closest = 0;
    let lively = 0;
    await fc.assert(
      fc.asyncProperty(anyScene, async (scene) => {
        const played = await play(scene, memoryDesk, checkDecision);
        checkBounds(scene, played);
        most = Math.max(most, played.mails);
        if (played.houses.some(({ sent }) => sent.length > 3)) lively += 1;
        for (const house of played.houses)
          closest = Math.max(
            closest,
            house.sent.filter(({ mail }) => !isToStaff(house, mail)).length / Math.max(1, boundOf(scene, house)),
          );
      }),
      { numRuns: RUNS, seed: SEED },
    );
    process.stderr.write(
      `loops: ${RUNS} scenes, seed ${SEED}, at most ${most} mails in one, at most ${Math.round(closest * 100)} % of a bound, more than three answers in ${lively}\n`,
    );
    // A simulation in which nobody talks proves nothing.
    expect(lively).toBeGreaterThan(RUNS / 10);
  },
  30 * 60_000,
);

const parrot: Scene['robots'][number] = {
  copies: 2,
  delayMs: 60_000,
  from: 'same',
  known: 'registered',
  subject: 'always-new',
  messageId: 'always-new',
  references: false,
  honest: false,
  precedence: 'none',
  nullSender: false,
  body: 'always-new',
  bounces: 'no',
  toSales: false,
  proof: true,
  addresses: 1,
  unaskedPerHour: 0,
};
const scene: Scene = {
  hours: 3,
  receiptsPerHour: 5,
  receiptsPerDomainPerHour: 8,
  unregistered: 'refuse',
  robots: [],
  staff: [],
  staffAnswersPerHour: 4,
  relay: null,
};

it('reaches its bound against the worst robot, and no bound is larger than it must be', async () => {
  const talk = { ...scene, robots: [parrot] };
  const { houses } = await play(talk, memoryDesk, checkDecision);
  // Its answers come at once: five receipts, and nothing keeps it going.
  expect(houses.map(({ sent }) => sent.length)).toEqual([5]);
  // Slow enough never to meet the limit, it goes on for as long as it likes, at that rate.
  const patient = { ...scene, robots: [{ ...parrot, copies: 1, delayMs: HOUR / 5 }] };
  expect((await play(patient, memoryDesk)).houses.map(({ sent }) => sent.length)).toEqual([15]);
});

it.each<[string, Partial<Scene>]>([
  ['a registered robot', { robots: [parrot], receiptsPerHour: 1e9 }],
  [
    'two Taquillas with a relay between them that strips headers',
    { relay: { ...parrot, copies: 1, delayMs: 1 }, receiptsPerHour: 1e9 },
  ],
  [
    'a help desk that answers from a new address each time, in a registered domain',
    { robots: [{ ...parrot, from: 'always-new', known: 'whole-domain' }], receiptsPerDomainPerHour: 1e9 },
  ],
  [
    'a help desk that nobody knows and that answers from a new address each time',
    { robots: [{ ...parrot, from: 'always-new', known: 'stranger', toSales: true }], receiptsPerDomainPerHour: 1e9 },
  ],
  [
    'a robot that answers in the name of a client, and one in the name of staff',
    {
      robots: [{ ...parrot, subject: 'Re:' }],
      staff: [{ ...parrot, copies: 1, subject: 'Re:' }],
      staffAnswersPerHour: 1e9,
    },
  ],
])('would run away without the limit: %s', async (_, change) => {
  const unlimited = { ...scene, ...change };
  expect((await play(unlimited, memoryDesk, undefined, 1_000)).mails).toBeGreaterThanOrEqual(1_000);
  const limited = { ...unlimited, receiptsPerHour: 5, receiptsPerDomainPerHour: 8, staffAnswersPerHour: 4 };
  checkBounds(limited, await play(limited, memoryDesk, checkDecision));
});

it('two honest Taquillas stop after one receipt each', async () => {
  const relay = { ...parrot, copies: 1, honest: true, references: true, subject: 'kept' } as const;
  const { houses } = await play({ ...scene, relay }, memoryDesk, checkDecision);
  expect(houses.map(({ sent }) => sent.length)).toEqual([1, 1]);
});

async function storeDesk({ policy, contacts }: House): Promise<Desk> {
  const store = sqliteStore(openDatabase(':memory:'));
  const account = sampleAccount('C-1001', { contacts: contacts.map(({ address }) => sampleContact(address)) });
  await store.saveAccounts([account], 'merge', NOW);
  return {
    take: (mail, now) =>
      store.recordMail({ mail, raw: { inline: Buffer.from(mail.text) }, size: 1 }, { policy, signing, now }),
  };
}

it('the real store answers as the facts in memory do', async () => {
  const shown = ({ houses }: Played) =>
    houses.map(({ sent }) => sent.map(({ at, mail }) => `${at} ${mail.data.kind} to ${mail.recipient}`));
  await fc.assert(
    fc.asyncProperty(anyScene, async (one) => {
      expect(shown(await play(one, storeDesk))).toEqual(shown(await play(one, memoryDesk)));
    }),
    { numRuns: Math.min(RUNS / 10, 200), seed: SEED },
  );
}, 300_000);

it('an honest vacation responder of staff answers nobody', async () => {
  const away = { ...parrot, honest: true, copies: 1 };
  const { houses } = await play(
    { ...scene, robots: [{ ...parrot, copies: 1 }], staff: [away] },
    memoryDesk,
    checkDecision,
  );
  const kinds = new Set(houses.flatMap(({ sent }) => sent.map(({ mail }) => mail.data.kind)));
  expect(kinds).toEqual(new Set(['receipt', 'staff-new-ticket']));
});

it('knows the header fields that our mails really have', async () => {
  const talk = { ...scene, robots: [parrot], staff: [{ ...parrot, subject: 'Re:' as const }] };
  const [house] = (await play(talk, memoryDesk)).houses;
  for (const kind of ['receipt', 'staff-new-ticket', 'staff-answer']) {
    const mail = house?.sent.find((one) => one.mail.data.kind === kind)?.mail;
    if (mail === undefined) throw new Error(`no ${kind} was sent`);
    const { lines } = readHeaderLines(await renderMail(mail, NOW));
    const real = new Map(lines.map(({ name, raw }) => [name, raw.replace(/\s+/g, ' ').trim()]));
    for (const [name, value] of Object.entries(onTheWire(mail).fields))
      if (value !== '') expect(real.get(name.toLowerCase()), `${kind}: ${name}`).toContain(value);
    expect(real.has('auto-submitted')).toBe(kind !== 'staff-answer');
  }
  expect(housesOf(talk)).toHaveLength(1);
});
