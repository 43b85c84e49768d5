import { describe, expect, it } from 'vitest';
import {
  chooseAccount,
  contactKeys,
  eligibleContacts,
  mayWriteTo,
  nearestContacts,
} from '../../src/tickets/match-account.ts';
import { contact, department } from './samples.ts';

describe('the keys of a sender', () => {
  it.each<[string, boolean, readonly string[]]>([
    ['ana@empresa.example', false, ['ana@empresa.example', '*@empresa.example']],
    ['ana+web@empresa.example', false, ['ana+web@empresa.example', '*@empresa.example']],
    ['ana+web@empresa.example', true, ['ana+web@empresa.example', 'ana@empresa.example', '*@empresa.example']],
    ['ana@empresa.example', true, ['ana@empresa.example', '*@empresa.example']],
    ['"a@b"@empresa.example', true, ['"a@b"@empresa.example', '*@empresa.example']],
  ])('%s, tags ignored: %s', (sender, stripTag, keys) => {
    expect(contactKeys(sender, stripTag)).toEqual(keys);
  });

  it('find its own registration before that of its whole domain', () => {
    const own = contact({ contactId: 1 });
    const domain = contact({ contactId: 2, address: '*@empresa.example' });
    const keys = contactKeys('ana@empresa.example', false);
    expect(nearestContacts(keys, [domain, own])).toEqual([own]);
    expect(nearestContacts(keys, [domain])).toEqual([domain]);
    expect(nearestContacts(keys, [contact({ address: '*@otra.example' })])).toEqual([]);
  });
});

describe('a registered sender', () => {
  it.each([
    ['is a stranger without a contact', [], 'unregistered-sender'],
    ['may write from an active account', [contact()], null],
    ['may write from a suspended account', [contact({ accountState: 'suspended' })], null],
    ['may not write from a closed account', [contact({ accountState: 'closed' })], 'account-state'],
    ['may write where one account is closed', [contact({ accountState: 'closed' }), contact({ accountId: 2 })], null],
    ['may not write to another department', [contact({ departments: ['ventas'] })], 'department-not-allowed'],
    ['may write to no department at all', [contact({ departments: [] })], 'department-not-allowed'],
    ['may write to its department', [contact({ departments: ['ventas', 'soporte'] })], null],
  ] as const)('%s', (_, contacts, why) => {
    const eligible = eligibleContacts(contacts, department());
    expect(eligible.why).toBe(why);
    expect(eligible.contacts.length > 0).toBe(why === null);
  });

  it('is limited by its list of departments only, not by its role', () => {
    expect(mayWriteTo(contact({ role: 'billing' }), 'soporte')).toBe(true);
    expect(mayWriteTo(contact({ departments: ['sopor'] }), 'soporte')).toBe(false);
  });
});

describe('the account of a sender with several', () => {
  const one = contact({ contactId: 1, accountId: 1, accountNumber: 'C-1001' });
  const two = contact({ contactId: 2, accountId: 2, accountNumber: 'c-1002', primary: true });
  const three = contact({ contactId: 3, accountId: 3, accountNumber: 'C-1003' });
  const none = { namedAccounts: [], serviceAccounts: [] };

  it.each([
    ['is nothing without one', [], none, null, null],
    ['is its only one', [one], none, 1, 'only-account'],
    ['is its only one where it is registered twice', [one, contact({ contactId: 9 })], none, 1, 'only-account'],
    [
      'is the one whose number is named',
      [one, two, three],
      { ...none, namedAccounts: ['C-1003'] },
      3,
      'account-number',
    ],
    ['is found whatever case the number has', [one, two], { ...none, namedAccounts: ['C-1002'] }, 2, 'account-number'],
    ['is the one that owns the service', [one, two, three], { ...none, serviceAccounts: [3] }, 3, 'service'],
    [
      'goes by number before service',
      [one, two, three],
      { namedAccounts: ['C-1001'], serviceAccounts: [3] },
      1,
      'account-number',
    ],
    ['is the primary one', [one, two, three], none, 2, 'primary'],
    ['is not one that is not its own', [one, two], { namedAccounts: ['C-9'], serviceAccounts: [9] }, 2, 'primary'],
    ['is the first where none is primary', [one, three], none, 1, 'first-account'],
  ] as const)('%s', (_, contacts, mail, accountId, by) => {
    const chosen = chooseAccount(contacts, mail);
    expect(chosen?.contact.accountId ?? null).toBe(accountId);
    expect(chosen?.by ?? null).toBe(by);
  });
});
