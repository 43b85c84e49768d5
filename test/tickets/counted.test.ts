import { expect, it } from 'vitest';
import { counted } from '../../src/tickets/counted.ts';

it('one of a thing is said in the singular', () => {
  expect([0, 1, 2].map((number) => counted(number, 'mail'))).toEqual(['0 mails', '1 mail', '2 mails']);
  expect([1, 2].map((number) => counted(number, 'mailbox', 'mailboxes'))).toEqual(['1 mailbox', '2 mailboxes']);
});
