/** One change to the contacts or services of an account, as plain data, and what came of it. */
import type { ContactToSave } from './store.ts';

export type AccountChange =
  | { readonly kind: 'add-contact'; readonly number: string; readonly contact: ContactToSave }
  | { readonly kind: 'remove-contact'; readonly number: string; readonly address: string }
  | { readonly kind: 'move-contact'; readonly number: string; readonly address: string; readonly to: string }
  | { readonly kind: 'add-service'; readonly number: string; readonly name: string }
  | { readonly kind: 'remove-service'; readonly number: string; readonly name: string }
  | { readonly kind: 'move-service'; readonly number: string; readonly name: string; readonly to: string };

/**
 * unchanged: it is so already. no-account: the one that is named first, or the one to move to, is not there.
 * not-there: the account has no such contact or service. there-already: the account to move to has it.
 */
export type AccountChanged =
  | { readonly kind: 'changed' | 'unchanged' | 'not-there' | 'there-already' }
  | { readonly kind: 'no-account'; readonly number: string };
