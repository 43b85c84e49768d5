/**
 * A decision while it is being made: the situation, the trace so far, and what the rules have found out. The rules
 * in decide.ts write into it and end it.
 */
import { displayNames } from '../mail/file-name.ts';
import { riskyFiles } from '../mail/risky-file.ts';
import type {
  Decision,
  Effect,
  OutgoingMail,
  Reason,
  RefusalReason,
  Signing,
  TurnedDown,
  Verdict,
} from './decision.ts';
import type { Facts } from './facts.ts';
import type { Candidate } from './find-thread.ts';
import { type Copied, copiedPeople, NOBODY } from './followers.ts';
import type { IncomingMail } from './incoming-mail.ts';
import type { Contact, Language } from './model.ts';
import type { Department, Policy } from './policy.ts';
import { orderRecipients, type Recipient } from './recipients.ts';

export interface Situation {
  readonly mail: IncomingMail;
  readonly facts: Facts;
  readonly policy: Policy;
  readonly signing: Signing;
  /** Epoch milliseconds. */
  readonly now: number;
  /** A person lets this mail in, whatever the rules say about its sender. */
  readonly admitted: boolean;
  /** The look-up of accounts failed: that the sender is unknown says nothing. */
  readonly unsure?: boolean;
}

/** What a rule adds to the verdict when it ends the decision. */
interface Ending {
  readonly effect?: Effect;
  readonly outgoing?: readonly OutgoingMail[];
  readonly thread?: Candidate;
  readonly service?: Decision['service'];
  readonly refusal?: RefusalReason;
}

export class Draft {
  readonly situation: Situation;
  /** In the order in which they are asked. */
  readonly recipients: readonly Recipient[];
  readonly because: string[] = [];
  contact: Contact | null = null;
  department: Department | null;
  language: Language;
  /** In shadow mode: the first reason for which the mail would have been refused. */
  wouldRefuse: RefusalReason | null = null;
  /** Mailboxes whose department does not take the mail. */
  turnedDown: readonly TurnedDown[] = [];
  /** Positions of the attachments that are of a risky type. */
  readonly risky: readonly number[];

  constructor(situation: Situation) {
    this.situation = situation;
    this.recipients = orderRecipients(situation.mail, situation.policy);
    this.risky = riskyFiles(situation.mail.attachments, situation.policy.attachments.riskyTypes);
    const [first] = this.recipients;
    this.department = first?.department ?? null;
    this.language = first?.language ?? situation.policy.departments[0]?.language ?? 'es';
  }

  /** The sender in normal form; `''` until the rule for unclear senders has passed. */
  get sender(): string {
    const { sender } = this.situation.mail;
    return sender.clear ? sender.address : '';
  }

  get verified(): boolean {
    return this.situation.mail.authenticity.outcome === 'verified';
  }

  /** Positions of the attachments that the ticket goes without. */
  get droppedFiles(): readonly number[] {
    return this.situation.policy.attachments.risky === 'drop' ? this.risky : [];
  }

  /** The risky attachments as they are shown. */
  riskyNames(): string {
    const names = displayNames(this.situation.mail.attachments);
    return this.risky.map((position) => names[position]).join(', ');
  }

  say(line: string): void {
    this.because.push(line);
  }

  /**
   * Refuses on sender grounds, unless a person lets the mail in or the installation only watches (`shadow`): then it
   * writes down what would have happened and goes on.
   */
  refuseSender(reason: RefusalReason): Decision | null {
    if (this.situation.admitted) {
      this.say(`admitted by the admin, who overrides: ${reason}`);
      return null;
    }
    if (!this.situation.policy.shadow) return this.refuse(reason);
    this.say(`shadow: would have been refused (${reason})`);
    this.wouldRefuse ??= reason;
    return null;
  }

  refuse(reason: RefusalReason): Decision {
    return this.end('refuse', reason, { refusal: reason });
  }

  /**
   * "The next mail that arrives there" can't be seen: a smarthost that takes a mail has delivered nothing, and a bounce
   * may come days later. What can be seen is that the contact writes again. Only with proof, and only a mail that was
   * taken: a forger must not make us believe in a dead address. A program may write in the name of one all the time.
   */
  private reachable(effect: Effect): number[] {
    if (effect.kind !== 'open' && effect.kind !== 'append') return [];
    const { mail, facts } = this.situation;
    if (!effect.message.verified || (mail.kind !== 'human' && mail.kind !== 'auto-reply')) return [];
    const marked = facts.contacts.filter(
      ({ address, undeliverableSince }) => undeliverableSince !== null && !address.startsWith('*@'),
    );
    for (const { address } of marked) this.say(`contact: ${address} writes again, mails to it are not taken for lost`);
    return marked.map(({ contactId }) => contactId);
  }

  /** Only a client's own, verified mail says who else is to know. */
  private copied(effect: Effect, thread: Candidate | undefined): Copied {
    if ((effect.kind !== 'open' && effect.kind !== 'append') || effect.message.author !== 'client') return NOBODY;
    const ticket = effect.kind === 'open' ? effect.ticket : thread?.ticket;
    const copied = ticket === undefined ? NOBODY : copiedPeople(this.situation, ticket.accountId, ticket.department);
    const count = copied.followers.length + copied.others.length;
    if (count === 0) return NOBODY;
    if (!effect.message.verified) {
      this.say(`copies: ${count} more addressed; an unverified mail adds nobody`);
      return NOBODY;
    }
    if (copied.followers.length > 0) this.say(`copies: ${copied.followers.join(', ')} follow the ticket`);
    if (copied.others.length > 0)
      this.say(`copies: ${copied.others.join(', ')} only noted, no contacts of the account`);
    return copied;
  }

  end(
    verdict: Verdict,
    reason: Reason,
    { effect = { kind: 'none' }, outgoing = [], thread, service = null, refusal }: Ending = {},
  ): Decision {
    const dropped = this.droppedFiles.length > 0;
    return {
      verdict,
      reason,
      refusal: refusal ?? null,
      turnedDown: this.turnedDown,
      wouldRefuse: this.wouldRefuse,
      ticket: effect.kind === 'open' ? effect.ticket.publicId : (thread?.ticket.publicId ?? null),
      language: this.language,
      department: this.department?.key ?? null,
      contact: this.contact,
      service,
      thread: thread === undefined ? null : { ticket: thread.ticket, by: thread.by },
      risky: { positions: this.risky, dropped },
      copied: this.copied(effect, thread),
      effect: dropped
        ? this.withNote(effect, `Left out for their type: ${this.riskyNames()}. The mail itself has them.`)
        : effect,
      // Two commands can cause the same mail.
      outgoing: outgoing.filter(
        ({ messageId }, index) => outgoing.findIndex((one) => one.messageId === messageId) === index,
      ),
      reachable: this.reachable(effect),
      because: this.because,
    };
  }

  private withNote(effect: Effect, note: string): Effect {
    return effect.kind === 'none' ? effect : { ...effect, notes: [...effect.notes, note] };
  }
}
