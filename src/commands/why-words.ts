/**
 * Every reason of a decision in plain words, and what an admin can do about it. A record over the union, so that a
 * forgotten one does not compile.
 */
import type { MailDetail } from '../store/store.ts';
import type { Reason } from '../tickets/decision.ts';

export interface Why {
  /** One or two sentences. */
  readonly said: string;
  /** Commands and hints, each a line. */
  readonly todo: readonly string[];
}

const who = (mail: MailDetail) => mail.sender ?? 'the sender';
const accept = ({ reference }: MailDetail) => `let this one mail in: taquilla mail accept ${reference}`;
const register = ({ reference }: MailDetail) =>
  `register the sender and run the mail again: taquilla mail accept ${reference} --register ACCOUNT`;
const replay = ({ reference }: MailDetail) => `run it again once that is mended: taquilla mail replay ${reference}`;
const raw = ({ reference }: MailDetail) => `look at it as it came: taquilla mail raw ${reference}`;
const ticket = (mail: MailDetail) => (mail.ticket === null ? [] : [`see it: taquilla tickets show ${mail.ticket}`]);

/** A staff mail that did nothing. */
const returned =
  (why: string) =>
  (mail: MailDetail): Why => ({
    said: `It is from ${who(mail)}, who is staff, and did nothing, because ${why}. It went back to its writer, with the commands that there are.`,
    todo: [raw(mail)],
  });

const WORDS: Record<Reason, (mail: MailDetail) => Why> = {
  'new-ticket': (mail) => ({
    said: `It opened ticket ${mail.ticket ?? ''}: ${who(mail)} may open tickets in ${mail.explanation.department ?? 'that department'}, and the mail names no ticket that is still open to it.`,
    todo: ticket(mail),
  }),
  reply: (mail) => ({
    said: `It joined ticket ${mail.ticket ?? ''}, which it names (${NAMED[mail.explanation.thread?.by ?? ''] ?? 'by its thread'}) and which ${who(mail)} may write to.`,
    todo: ticket(mail),
  }),
  'reply-after-closing': (mail) => ({
    said: `It names a ticket that was closed longer ago than reopenDays, so it opened ticket ${mail.ticket ?? ''}, linked to the old one.`,
    todo: ticket(mail),
  }),
  'auto-reply-noted': (mail) => ({
    said: `It is an automatic answer (a vacation notice or the like) to ticket ${mail.ticket ?? ''}: kept there, without a receipt and without a change of its status.`,
    todo: ticket(mail),
  }),
  'staff-note': (mail) => ({
    said: `It is from ${who(mail)}, who is staff, and joined ticket ${mail.ticket ?? ''}.`,
    todo: ticket(mail),
  }),
  'already-received': (mail) => ({
    said: `The very same mail had come before and is on ticket ${mail.ticket ?? mail.explanation.thread?.ticket ?? ''}. The sender was told 250, and nothing was changed.`,
    todo: [],
  }),
  bounce: () => ({
    said: 'It is a delivery report about a mail that is not one of ours, or that nothing is to be done about. Kept, and no ticket was opened.',
    todo: [],
  }),
  'bounce-noted': (mail) => ({
    said: `It reports that a mail of ours to ${mail.explanation.bounce?.recipient ?? 'somebody'} did not arrive${mail.explanation.bounce?.status ? ` (${mail.explanation.bounce.status})` : ''}. That stands on the mail and on its ticket now.`,
    todo: ['see what failed: taquilla outbox list'],
  }),
  'auto-reply-without-ticket': () => ({
    said: 'It is an automatic answer that belongs to no ticket. Such mail opens none. Kept.',
    todo: [],
  }),
  'held-for-review': (mail) => ({
    said: `It is held until a person has looked at it: ${heldBecause(mail)}`,
    todo: mail.sender === null ? [raw(mail)] : [accept(mail), register(mail)],
  }),
  'staff-answer': (mail) => ({
    said: `It is an answer of ${who(mail)}, who is staff, on ticket ${mail.ticket ?? ''}. It went to the client.`,
    todo: ticket(mail),
  }),
  'staff-command': (mail) => ({
    said: `It is from ${who(mail)}, who is staff, and its commands changed ticket ${mail.ticket ?? ''}.`,
    todo: ticket(mail),
  }),
  'staff-opened': (mail) => ({
    said: `${who(mail)}, who is staff, opened ticket ${mail.ticket ?? ''} with it in the name of a client.`,
    todo: ticket(mail),
  }),
  'staff-rate': (mail) => ({
    said: `${who(mail)}, who is staff, has written more than staffAnswersPerHour mails within an hour, or been given back more than receiptsPerHour: an automatic answer, most likely.`,
    todo: ['look for a vacation notice or a forwarding rule at that address', replay(mail)],
  }),
  'staff-unknown-command': returned('it begins with a command that does not exist'),
  'staff-command-refused': returned('one of its commands can’t be carried out'),
  'staff-uncertain-cut': returned('nobody could tell for certain what is new in it and what is quoted'),
  'staff-not-read': returned('it could not be read within limits.reading'),
  'staff-empty': returned('there is nothing above the line: no text, no files, no commands'),
  'staff-attached-mail': returned('a whole mail is attached, which could show internal notes to the client'),
  'staff-nobody-to-answer': returned('there is nobody left to send it to'),
  'staff-no-ticket': returned('it names no ticket of the departments that its writer works for'),
  'internal-error': (mail) => ({
    said: 'A fault of this program stopped it. It is kept as it came, the sender was told 250, and the log has the details.',
    todo: [replay(mail)],
  }),
  'mail-loop': (mail) => ({
    said: 'It goes round in circles: it is from one of our own mailboxes, or is one of our own mails, or has been through too many servers.',
    todo: ['look for a forwarding rule that leads back to one of your mailboxes', raw(mail)],
  }),
  'unclear-sender': (mail) => ({
    said: 'It does not say clearly who wrote it: there must be exactly one From header with exactly one address.',
    todo: [raw(mail)],
  }),
  'dmarc-policy': (mail) => ({
    said: `Neither SPF nor DKIM proves that it is from ${who(mail)}, and the policy (DMARC) of that domain asks to refuse such mail.`,
    todo: ['tell the sender to send through the server of its own domain', accept(mail)],
  }),
  'not-authenticated': (mail) => ({
    said: `Neither SPF nor DKIM proves that it is from ${who(mail)}, and "authentication": "strict" wants that proof.`,
    todo: ['tell the sender to send through the server of its own domain', accept(mail)],
  }),
  'staff-not-authenticated': (mail) => ({
    said: `It names ${who(mail)}, who is staff, and nothing proves that it is from there.`,
    todo: ['set SPF or DKIM for the domain of staff, or name the office in staffNetworks', replay(mail)],
  }),
  'dns-temporary-failure': () => ({
    said: 'DNS could not say whether the sender is who it says. It was told to come again (451), and its server will.',
    todo: ['if it goes on, look at the resolver of this machine'],
  }),
  'replies-only': (mail) => ({
    said: `${mail.explanation.department ?? 'The department'} takes replies only ("accepts": "replies"), and the mail names no ticket that ${who(mail)} may write to.`,
    todo: [accept(mail)],
  }),
  'blocked-sender': (mail) => ({
    said: `${who(mail)} is on the list of blocked senders. It was told the same as any stranger.`,
    todo: [`take it off: taquilla mail unblock ${who(mail)}`, accept(mail)],
  }),
  'risky-attachment': (mail) => ({
    said: 'It has an attached file of a type that "attachments.risky": "refuse" does not let in.',
    todo: [accept(mail)],
  }),
  'unregistered-sender': (mail) => ({
    said: `${who(mail)} is not registered on any account, and ${mail.explanation.department ?? 'the department'} takes mail of clients only.`,
    todo: [register(mail), accept(mail), `let nothing of it in again: taquilla mail block ${who(mail)}`],
  }),
  'account-state': (mail) => ({
    said: `${who(mail)} is registered, but on an account whose state does not let it write (see accountStates).`,
    todo: ['see the account: taquilla accounts show NUMBER', replay(mail)],
  }),
  'department-not-allowed': (mail) => ({
    said: `${who(mail)} is registered, but not for ${mail.explanation.department ?? 'this department'}.`,
    todo: ['change what it may write to: taquilla accounts contact add NUMBER ADDRESS --department KEY', replay(mail)],
  }),
  'too-large': () => ({
    said: 'It is larger than limits.mailBytes. Only its start was kept.',
    todo: ['ask the sender for a link to the files, or raise limits.mailBytes'],
  }),
  'bare-line-break': () => ({
    said: 'Its bytes hold a CR or LF that stands alone, which is how one mail is smuggled inside another. Only its start was kept.',
    todo: ['the sender’s program has to send lines that end in CR LF'],
  }),
};

const NAMED: Readonly<Partial<Record<string, string>>> = {
  subject: 'by the ID in its subject',
  'our-message-id': 'it answers a mail of ours',
  'known-message-id': 'it answers a mail that is on the ticket',
};

/** The step of the trace that led to it. */
function heldBecause(mail: MailDetail): string {
  return `${mail.explanation.because.at(-1) ?? 'see the trace below'}.`;
}

export function whyWords(mail: MailDetail): Why {
  // The row may come from a newer program.
  return isReason(mail.reason) ? WORDS[mail.reason](mail) : { said: `The reason is ${mail.reason}.`, todo: [] };
}

/** All reasons, for what has to name each. */
export const REASONS: readonly Reason[] = Object.keys(WORDS).filter(isReason);

function isReason(text: string): text is Reason {
  return Object.hasOwn(WORDS, text);
}
