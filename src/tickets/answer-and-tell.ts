/**
 * The mails that a public answer of staff causes: to the client and the followers, to colleagues who work on the ticket,
 * and back to its writer where a colleague has answered in the meantime. Both answers stay; each writer learns of the other.
 */
import type { OutgoingMail } from './decision.ts';
import type { DeskTicket } from './desk-ticket.ts';
import type { Draft } from './draft.ts';
import { againstReturning } from './may-answer.ts';
import { type Answer, type AnswerRecipient, writeAnswer } from './staff-answer.ts';
import { colleaguesOf, nameOfStaff, writeStaffNotice } from './staff-notices.ts';
import type { PublicAnswer, TicketFacts } from './ticket-facts.ts';

const MINUTE = 60 * 1000;
/** Where nobody can say what an answer had seen, a colleague's that is so young was hardly in it. */
const CROSSING_MS = 15 * MINUTE;

/** `after`: the ticket as it is now. */
export function answerAndTell(
  draft: Draft,
  answer: Answer,
  recipients: readonly AnswerRecipient[],
  after: DeskTicket,
  facts: TicketFacts,
): OutgoingMail[] {
  const { mail, now, policy, signing } = draft.situation;
  const rules = { policy, signing, now, entropy: mail.entropy };
  const { conversation } = facts;
  const { by } = answer;
  const mails = recipients.map((to) => writeAnswer(answer, to, after, conversation, rules));
  draft.say(`answer: to ${recipients.map(({ address }) => address).join(', ')} from ${after.mailbox}`);

  const base = {
    account: after.accountNumber ?? '',
    unverified: false,
    minutes: 0,
    files: [],
    leftOut: [],
  };
  for (const member of colleaguesOf(policy, after, facts.writers, [by.address])) {
    draft.say(`told: ${member.address}, that ${by.address} has answered`);
    mails.push(
      writeStaffNotice(
        member,
        after,
        {
          ...base,
          kind: 'staff-colleague-answered',
          author: by.name,
          address: by.address,
          by: by.name,
          text: answer.text,
          reference: mail.reference,
        },
        conversation,
        rules,
      ),
    );
  }

  const crossing = crossingAnswer(draft, facts);
  if (crossing === null) return mails;
  const why = againstReturning(draft);
  if (why !== null) {
    draft.say(`crossed: ${crossing.address} has answered too; not told, ${why}`);
    return mails;
  }
  draft.say(`crossed: ${crossing.address} has answered too; ${by.address} is told`);
  const name = nameOfStaff(policy, crossing.address);
  mails.push(
    writeStaffNotice(
      by,
      after,
      {
        ...base,
        kind: 'staff-answers-crossed',
        author: name,
        address: crossing.address,
        by: name,
        minutes: Math.max(0, Math.round((now - crossing.at) / MINUTE)),
        text: crossing.text,
        reference: '',
      },
      conversation,
      rules,
    ),
  );
  return mails;
}

/** A colleague's answer that this mail can't have seen: it came after the newest of our mails that this one answers. */
function crossingAnswer(draft: Draft, { answers, conversation }: TicketFacts): PublicAnswer | null {
  const { mail, now } = draft.situation;
  const named = new Set([...mail.inReplyTo, ...mail.references]);
  const seen = Math.max(
    0,
    ...conversation.flatMap(({ recipient, messageId, intakeId }) =>
      recipient === draft.sender && named.has(messageId) ? [intakeId] : [],
    ),
  );
  const others = answers.filter(({ address }) => address !== draft.sender);
  const crossing = others.find(({ intakeId, at }) => (seen > 0 ? intakeId > seen : at > now - CROSSING_MS));
  return crossing ?? null;
}
