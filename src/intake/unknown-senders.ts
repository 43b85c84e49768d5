/**
 * Before a mail is recorded: where only an unknown sender stands in its way, somebody is asked who that is, and the answer
 * is saved as account data. The decision itself is then made on the database as always.
 */
import type { AccountStore, AccountToSave, IntakeStore, Rules } from '../store/store.ts';
import type { IncomingMail } from '../tickets/incoming-mail.ts';
import { lookUpNeed } from '../tickets/needs-look-up.ts';

/** come-again: the sender has to be asked to. unsure: nobody could say, and the mail is to be kept for review. */
export type Identified = 'settled' | 'come-again' | 'unsure';

export interface UnknownSenders {
  identify(mail: IncomingMail, rules: Rules): Promise<Identified>;
}

export interface UnknownSendersParts {
  readonly store: Pick<IntakeStore, 'decideMail'> & Pick<AccountStore, 'saveAccounts'>;
  /** Never rejects; `null` where nobody is asked now. */
  readonly lookUp: () =>
    | ((
        sender: string,
      ) => Promise<{ kind: 'found'; account: AccountToSave } | { kind: 'unknown' } | { kind: 'failed' }>)
    | null;
  readonly onFailure: () => 'try-again' | 'hold';
}

export function createUnknownSenders({ store, lookUp, onFailure }: UnknownSendersParts): UnknownSenders {
  return {
    async identify(mail, rules) {
      const ask = lookUp();
      if (ask === null || !mail.sender.clear) return 'settled';
      const need = lookUpNeed(await store.decideMail(mail, rules));
      if (!need.asked) return 'settled';
      const answer = await ask(mail.sender.address);
      switch (answer.kind) {
        case 'found':
          await store.saveAccounts([answer.account], 'merge', rules.now);
          return 'settled';
        case 'unknown':
          return 'settled';
        case 'failed':
          if (!need.decides) return 'settled';
          return onFailure() === 'hold' ? 'unsure' : 'come-again';
        default:
          return answer satisfies never;
      }
    },
  };
}
