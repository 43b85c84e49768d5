/**
 * Plays one scene: Taquillas, robots and the relay between two Taquillas send each other mails over simulated hours,
 * and every mail that a Taquilla sends is counted. Time stands in the events; nothing waits.
 */
import fc from 'fast-check';
import type { Decision, OutgoingMail } from '../../src/tickets/decision.ts';
import type { IncomingMail } from '../../src/tickets/incoming-mail.ts';
import type { Contact } from '../../src/tickets/model.ts';
import type { Policy, Unregistered } from '../../src/tickets/policy.ts';
import { POLICY, sampleRules } from '../support/sample-mail.ts';
import { contact, staff } from '../tickets/samples.ts';
import type { Desk } from './memory-desk.ts';
import { anyRobot, type Robot, registeredAddresses, report, write } from './robots.ts';
import { onTheWire, readWire, type WireMail } from './wire.ts';

export const HOUR = 3_600_000;

export interface Scene {
  readonly hours: number;
  readonly receiptsPerHour: number;
  readonly receiptsPerDomainPerHour: number;
  readonly unregistered: Unregistered;
  readonly robots: readonly Robot[];
  /** Robots that answer in the name of staff: vacation responders, honest or not. */
  readonly staff: readonly Robot[];
  readonly staffAnswersPerHour: number;
  /** What a mail between two Taquillas goes through; `null`: there is only one of them. */
  readonly relay: Robot | null;
}

export const anyScene: fc.Arbitrary<Scene> = fc.record({
  hours: fc.integer({ min: 1, max: 5 }),
  receiptsPerHour: fc.integer({ min: 0, max: 6 }),
  receiptsPerDomainPerHour: fc.integer({ min: 0, max: 8 }),
  unregistered: fc.constantFrom('refuse', 'notify', 'hold'),
  robots: fc.array(anyRobot, { minLength: 0, maxLength: 3 }),
  staff: fc.array(anyRobot, { minLength: 0, maxLength: 2 }),
  staffAnswersPerHour: fc.integer({ min: 1, max: 6 }),
  relay: fc.option(anyRobot),
});

/** A Taquilla of the scene. */
export interface House {
  readonly domain: string;
  readonly policy: Policy;
  readonly contacts: readonly Contact[];
}

export interface SentMail {
  readonly at: number;
  readonly mail: OutgoingMail;
}

export interface Played {
  /** `heard`: mails that came to it from others than its staff. */
  readonly houses: readonly (House & { readonly sent: readonly SentMail[]; readonly heard: number })[];
  /** Every mail that anybody delivered. */
  readonly mails: number;
}

const domainOfRobot = (index: number) => `robot-${index}.example`;
/** Each house has people of its own. */
const domainOfStaff = (index: number, house: string) => `staff-${index}.${house}`;
const DOMAINS = ['taquilla-a.example', 'taquilla-b.example'];

export function housesOf(scene: Scene): House[] {
  const domains = scene.relay === null ? DOMAINS.slice(0, 1) : DOMAINS;
  return domains.map((domain) => ({
    domain,
    policy: {
      ...POLICY,
      authentication: 'monitor',
      receiptsPerHour: scene.receiptsPerHour,
      receiptsPerDomainPerHour: scene.receiptsPerDomainPerHour,
      staffAnswersPerHour: scene.staffAnswersPerHour,
      departments: POLICY.departments.map((one) => ({
        ...one,
        unregistered: scene.unregistered,
        staff: scene.staff.map((_, index) => staff(`robot0@${domainOfStaff(index, domain)}`)),
      })),
      mailboxes: POLICY.mailboxes.map((one) => ({ ...one, address: one.address.replace('example.com', domain) })),
      domains: [domain],
    },
    contacts: [
      ...scene.robots.flatMap((robot, index) => registeredAddresses(robot, domainOfRobot(index))),
      // Each company has the other one's desk among its clients.
      ...domains.filter((other) => other !== domain).map((other) => `soporte@${other}`),
    ].map((address, index) => contact({ contactId: index + 1, address, primary: true })),
  }));
}

/** Answers that staff of this Taquilla may send, or changes that they may make, in the whole scene. */
function staffBoundOf({ hours, staff: members, staffAnswersPerHour }: Scene): number {
  return members.length * staffAnswersPerHour * hours;
}

/**
 * Mails to clients that this Taquilla may send in the scene; README.md derives it. Exact addresses have a share of their
 * own, all others share that of their domain; each thing that staff do makes one more.
 */
export function boundOf(scene: Scene, house: House): number {
  const { hours, receiptsPerHour, receiptsPerDomainPerHour, robots } = scene;
  const exact = house.contacts.filter(({ address }) => !address.startsWith('*@')).length;
  const answers = exact * (receiptsPerHour * hours + Math.ceil(hours / 24));
  return answers + robots.length * receiptsPerDomainPerHour * hours + staffBoundOf(scene);
}

/** Mails to staff: of each mail that came from clients, of what colleagues do, of answers that did not arrive, and back. */
export function staffMailsBoundOf(scene: Scene, heard: number): number {
  const { hours, receiptsPerHour, staff: members } = scene;
  return members.length * (heard + receiptsPerHour * hours + staffBoundOf(scene)) + staffBoundOf(scene);
}

/** Is this mail to one of the house's own people? */
export function isToStaff({ domain }: House, { recipient }: OutgoingMail): boolean {
  return recipient.endsWith(`.${domain}`);
}

/** All mails: what nobody asked for, and for each mail of a Taquilla itself and what the one who gets it makes of it. */
export function totalBoundOf(scene: Scene, houses: readonly House[]): number {
  const answers = Math.max(0, ...[...scene.robots, scene.relay].map((robot) => robot?.copies ?? 0)) + 1;
  const sent = houses.reduce((sum, house) => sum + boundOf(scene, house), 0);
  const unasked = scene.robots.reduce((sum, { unaskedPerHour }) => sum + 1 + unaskedPerHour * scene.hours, 0);
  const fromClients = houses.length * (unasked + 1) + sent * answers;
  const byStaff = Math.max(0, ...scene.staff.map(({ copies }) => copies)) + 1;
  const toStaff = scene.staff.length === 0 ? 0 : houses.length * staffMailsBoundOf(scene, fromClients);
  return fromClients + sent + toStaff * (1 + byStaff);
}

interface Event {
  readonly at: number;
  readonly mail: WireMail;
}

/** More mails than the bound of any scene: it runs away. */
const RUNAWAY = 6_000;

export async function play(
  scene: Scene,
  makeDesk: (house: House) => Desk | Promise<Desk>,
  look: (mail: IncomingMail, decision: Decision) => void = () => undefined,
  stopAfter = RUNAWAY,
): Promise<Played> {
  const houses = await Promise.all(
    housesOf(scene).map(async (house) => ({ ...house, desk: await makeDesk(house), sent: [] as SentMail[], heard: 0 })),
  );
  const { signing } = sampleRules();
  let events: Event[] = [];
  let mails = 0;
  let serial = 0;
  const next = () => {
    serial += 1;
    return serial;
  };

  for (const { domain } of houses) {
    scene.robots.forEach((robot, index) => {
      const unasked = (number: number) => write(robot, domainOfRobot(index), `soporte@${domain}`, null, number);
      events.push({ at: index, mail: unasked(0) });
      for (let count = 1; count <= robot.unaskedPerHour * scene.hours; count += 1)
        events.push({ at: Math.floor((count * HOUR) / robot.unaskedPerHour) - 1, mail: unasked(next()) });
    });
    const other = houses.find((house) => house.domain !== domain);
    if (scene.relay !== null && other !== undefined) events.push({ at: 0, mail: forged(domain, other.domain, next()) });
  }

  /** A mail of ours has been delivered to whoever has that address. */
  const answers = (mail: WireMail): Event[] => {
    const home = houses.find(({ domain }) => mail.to.endsWith(`.${domain}`));
    if (home !== undefined) {
      const index = scene.staff.findIndex((_, position) =>
        mail.to.endsWith(`@${domainOfStaff(position, home.domain)}`),
      );
      const member = scene.staff[index];
      if (member === undefined) return [];
      const own = { ...member, from: 'same', toSales: false } as const;
      return Array.from({ length: member.copies }, () => ({
        at: member.delayMs,
        mail: write(own, domainOfStaff(index, home.domain), mail.fields.From ?? '', mail, next()),
      }));
    }
    const twin = houses.some(({ domain }) => mail.to.endsWith(`@${domain}`));
    const { relay } = scene;
    if (twin) {
      if (relay === null) return [];
      return Array.from({ length: relay.copies }, () => ({ at: relay.delayMs, mail: relayed(relay, mail, next()) }));
    }
    const index = scene.robots.findIndex((_, position) => mail.to.endsWith(`@${domainOfRobot(position)}`));
    const robot = scene.robots[index];
    if (robot === undefined) return [];
    const { copies, bounces, delayMs } = robot;
    const domain = domainOfRobot(index);
    const from = mail.fields.From ?? '';
    const written = Array.from({ length: copies }, () => write(robot, domain, from, mail, next()));
    const reports = bounces === 'no' ? [] : [report(mail, bounces, domain, next())];
    return [...reports, ...written].map((one) => ({ at: delayMs, mail: one }));
  };

  while (events.length > 0 && mails < stopAfter) {
    const now = Math.min(...events.map(({ at }) => at));
    if (now >= scene.hours * HOUR) break;
    const due = events.filter(({ at }) => at === now);
    events = events.filter(({ at }) => at !== now);
    for (const { mail } of due) {
      const house = houses.find(({ domain }) => mail.to.endsWith(`@${domain}`));
      mails += 1;
      if (house === undefined) continue;
      const read = readWire(mail, [signing.key], now, `${house.domain} ${next()}`);
      const decision = await house.desk.take(read, now);
      if (!read.sender.clear || !read.sender.address.endsWith(`.${house.domain}`)) house.heard += 1;
      look(read, decision);
      for (const one of decision.outgoing) {
        mails += 1;
        house.sent.push({ at: now, mail: one });
        events.push(...answers(onTheWire(one)).map(({ at, mail: answer }) => ({ at: now + at, mail: answer })));
      }
    }
  }
  return { houses, mails };
}

/** Somebody writes to the one in the name of the other. */
function forged(to: string, from: string, serial: number): WireMail {
  const address = `soporte@${from}`;
  return {
    mailFrom: address,
    to: `soporte@${to}`,
    fields: { From: address, To: `soporte@${to}`, Subject: 'Consulta', 'Message-ID': `<forged${serial}@evil.example>` },
    body: 'Hola',
    proof: true,
  };
}

/** A relay that breaks what should stop a loop: it keeps only the From. */
function relayed(relay: Robot, mail: WireMail, serial: number): WireMail {
  const from = mail.fields.From ?? '';
  const broken = write({ ...relay, from: 'same', toSales: false }, 'relay.example', mail.to, mail, serial);
  const suppress = relay.honest ? (mail.fields['X-Auto-Response-Suppress'] ?? '') : '';
  return {
    ...broken,
    mailFrom: relay.nullSender ? '' : from,
    fields: { ...broken.fields, From: from, 'X-Auto-Response-Suppress': suppress },
  };
}
