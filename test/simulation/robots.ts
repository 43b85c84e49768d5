/**
 * What answers our mails without a person: behaviours seen in real systems and worse ones, made up by fast-check.
 * Each robot gets a mail and says which mails come back, and when.
 */
import fc from 'fast-check';
import type { WireMail } from './wire.ts';

export interface Robot {
  /** Answers to one mail. */
  readonly copies: number;
  readonly delayMs: number;
  readonly from: 'same' | 'rotating' | 'always-new' | 'taquillas-own' | 'taquillas-own-tagged';
  /** registered: contacts of an account; whole-domain: `*@domain` is one; stranger: nobody. */
  readonly known: 'registered' | 'whole-domain' | 'stranger';
  readonly subject: 'kept' | 'Re:' | 'without-ticket' | 'always-new';
  readonly messageId: 'always-new' | 'same' | 'taquillas-own' | 'none';
  readonly references: boolean;
  /** Says that it is a robot, as RFC 3834 asks. */
  readonly honest: boolean;
  readonly precedence: 'bulk' | 'none';
  readonly nullSender: boolean;
  readonly body: 'always-new' | 'same' | 'closes' | 'closes-and-writes';
  /** Sends a delivery report on each mail as well. */
  readonly bounces: 'no' | 'failed' | 'delayed';
  /** Writes to our department for everybody instead of the one it got its mail from. */
  readonly toSales: boolean;
  readonly proof: boolean;
  /** Addresses that it has. */
  readonly addresses: number;
  /** Mails that it writes unasked in each hour, spread evenly. */
  readonly unaskedPerHour: number;
}

export const anyRobot: fc.Arbitrary<Robot> = fc.record({
  copies: fc.integer({ min: 1, max: 3 }),
  delayMs: fc.constantFrom(1, 1_000, 60_000, 700_000, 1_800_000, 3_599_999, 3_600_000),
  from: fc.constantFrom('same', 'rotating', 'always-new', 'taquillas-own', 'taquillas-own-tagged'),
  known: fc.constantFrom('registered', 'registered', 'whole-domain', 'stranger'),
  subject: fc.constantFrom('kept', 'Re:', 'without-ticket', 'always-new', 'always-new'),
  messageId: fc.constantFrom('always-new', 'always-new', 'always-new', 'same', 'taquillas-own', 'none'),
  references: fc.constantFrom(true, false, false),
  honest: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  precedence: fc.constantFrom('none', 'none', 'none', 'bulk'),
  nullSender: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  body: fc.constantFrom('always-new', 'same', 'closes', 'closes-and-writes'),
  bounces: fc.constantFrom('no', 'no', 'failed', 'delayed'),
  toSales: fc.boolean(),
  proof: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  addresses: fc.integer({ min: 1, max: 3 }),
  unaskedPerHour: fc.constantFrom(0, 1, 1, 4, 12),
});

/** The addresses that an account lists for it. */
export function registeredAddresses({ known, addresses }: Robot, domain: string): string[] {
  if (known === 'stranger') return [];
  if (known === 'whole-domain') return [`*@${domain}`];
  return Array.from({ length: addresses }, (_, index) => `robot${index}@${domain}`);
}

function fromOf(robot: Robot, domain: string, mailbox: string, serial: number): string {
  switch (robot.from) {
    case 'same':
      return `robot0@${domain}`;
    case 'rotating':
      return `robot${serial % robot.addresses}@${domain}`;
    case 'always-new':
      return `caso${serial}@${domain}`;
    case 'taquillas-own':
      return mailbox;
    case 'taquillas-own-tagged':
      return mailbox.replace('@', `+${serial}@`);
    default:
      return robot.from satisfies never;
  }
}

/** One mail of the robot. `got`: the mail that it answers; `null` for one that it writes unasked; serial 0: its first. */
export function write(robot: Robot, domain: string, mailbox: string, got: WireMail | null, serial: number): WireMail {
  // The first mail is one that is taken.
  const first = got === null && serial === 0;
  const from = first ? `robot0@${domain}` : fromOf(robot, domain, mailbox, serial);
  const oldSubject = got?.fields.Subject ?? '';
  const subjects = {
    kept: oldSubject,
    'Re:': `Re: ${oldSubject}`,
    'without-ticket': oldSubject.replace(/\[.*?\]/, ''),
    'always-new': `Su caso ${serial}`,
  };
  const ids = {
    'always-new': `<${serial}@${domain}>`,
    same: `<0@${domain}>`,
    'taquillas-own': got?.fields['Message-ID'] ?? `<${serial}@${domain}>`,
    none: '',
  };
  const bodies = {
    'always-new': `Caso ${serial}`,
    same: 'Gracias por su mensaje.',
    closes: '#cerrar',
    'closes-and-writes': serial % 2 === 0 ? '#cerrar' : `Caso ${serial}`,
  };
  const threaded = robot.references && got !== null;
  return {
    mailFrom: robot.nullSender && !first ? '' : from,
    to: robot.toSales ? mailbox.replace(/^.*@/, 'ventas@') : mailbox,
    fields: {
      From: from,
      To: mailbox,
      Subject: got === null ? `Consulta ${serial}` : subjects[robot.subject],
      'Message-ID': first ? `<first@${domain}>` : ids[robot.messageId],
      'In-Reply-To': threaded ? (got.fields['Message-ID'] ?? '') : '',
      References: threaded ? `${got.fields.References} ${got.fields['Message-ID']}` : '',
      'Auto-Submitted': robot.honest && !first ? 'auto-replied' : '',
      Precedence: robot.precedence === 'bulk' && !first ? 'bulk' : '',
    },
    body: first ? 'Hola' : bodies[robot.body],
    proof: robot.proof || first,
  };
}

/** A report (RFC 3464) on a mail. */
export function report(got: WireMail, action: 'failed' | 'delayed', domain: string, serial: number): WireMail {
  return {
    mailFrom: '',
    to: got.fields.From ?? '',
    fields: {
      From: `MAILER-DAEMON@${domain}`,
      To: got.fields.From ?? '',
      Subject: 'Undelivered Mail Returned to Sender',
      'Message-ID': `<dsn${serial}@${domain}>`,
      'Content-Type': 'multipart/report; report-type=delivery-status; boundary=b',
    },
    body: [
      '--b\r\nContent-Type: message/delivery-status\r\n',
      `Reporting-MTA: dns; ${domain}\r\n\r\nFinal-Recipient: rfc822; ${got.to}\r\nAction: ${action}`,
      `Status: ${action === 'failed' ? '5.1.1' : '4.4.1'}\r\n`,
      '--b\r\nContent-Type: text/rfc822-headers\r\n',
      `Message-ID: ${got.fields['Message-ID']}\r\n\r\n--b--`,
    ].join('\r\n'),
    proof: false,
  };
}
