/**
 * A decision while it is being made: the situation, the trace so far, and what the rules have found out. The rules
 * in decide.ts write into it and end it.
 */
import type { Decision, Effect, OutgoingMail, Reason, RefusalReason, Signing, Verdict } from './decision.ts';
import type { Facts } from './facts.ts';
import type { Candidate } from './find-thread.ts';
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

  constructor(situation: Situation) {
    this.situation = situation;
    this.recipients = orderRecipients(situation.mail, situation.policy);
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

  end(
    verdict: Verdict,
    reason: Reason,
    { effect = { kind: 'none' }, outgoing = [], thread, service = null, refusal }: Ending = {},
  ): Decision {
    return {
      verdict,
      reason,
      refusal: refusal ?? null,
      wouldRefuse: this.wouldRefuse,
      ticket: effect.kind === 'open' ? effect.ticket.publicId : (thread?.ticket.publicId ?? null),
      language: this.language,
      department: this.department?.key ?? null,
      contact: this.contact,
      service,
      thread: thread === undefined ? null : { ticket: thread.ticket, by: thread.by },
      effect,
      outgoing,
      because: this.because,
    };
  }
}
