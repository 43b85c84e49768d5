/** What every store must do with single contacts and services, and with whole accounts. Each implementation runs it. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { AccountChange, AccountChanged } from '../../src/store/account-change.ts';
import type { Account, Store } from '../../src/store/store.ts';
import { ANA, NOW, sampleAccount, sampleContact } from '../support/sample-mail.ts';

const addContact = (number: string, address: string): AccountChange => ({
  kind: 'add-contact',
  number,
  contact: { address },
});

async function wholeAccount(store: Store, number: string): Promise<Account | null> {
  const account = await store.findAccount(number);
  if (account === null) return null;
  const { undeliverable: _, tickets: __, ...whole } = account;
  return whole;
}

/** `make` gives an empty store; the caller closes it. */
export function accountSuite(name: string, make: () => Promise<Store>): void {
  describe(`accounts in a store on ${name}`, () => {
    let store: Store;

    beforeEach(async () => {
      store = await make();
      await store.saveAccounts([ANA], 'replace', NOW);
      return () => store.close();
    });

    it.each<[string, AccountChange, AccountChanged]>([
      ['adds a contact', addContact('C-2', 'nueva@otra.com'), { kind: 'changed' }],
      ['leaves a contact that is there', addContact('C-1001', 'ana@empresa.com'), { kind: 'unchanged' }],
      [
        'removes a contact',
        { kind: 'remove-contact', number: 'c-1001', address: 'ana@empresa.com' },
        { kind: 'changed' },
      ],
      [
        'finds no contact to remove',
        { kind: 'remove-contact', number: 'C-2', address: 'ana@empresa.com' },
        { kind: 'not-there' },
      ],
      [
        'moves a contact',
        { kind: 'move-contact', number: 'C-1001', address: 'ana@empresa.com', to: 'C-2' },
        { kind: 'changed' },
      ],
      [
        'moves a contact to nobody',
        { kind: 'move-contact', number: 'C-1001', address: 'ana@empresa.com', to: 'C-404' },
        { kind: 'no-account', number: 'C-404' },
      ],
      [
        'moves a contact that both have',
        { kind: 'move-contact', number: 'C-2', address: 'shared@otra.com', to: 'C-3' },
        { kind: 'there-already' },
      ],
      ['adds a service', { kind: 'add-service', number: 'C-2', name: 'nuevo.com' }, { kind: 'changed' }],
      ['removes a service', { kind: 'remove-service', number: 'C-3', name: 'tres.com' }, { kind: 'changed' }],
      ['moves a service', { kind: 'move-service', number: 'C-3', name: 'tres.com', to: 'C-2' }, { kind: 'changed' }],
      [
        'knows no such account',
        { kind: 'remove-service', number: 'C-404', name: 'x' },
        { kind: 'no-account', number: 'C-404' },
      ],
    ])('%s', async (_, change, expected) => {
      const shared = [sampleContact('shared@otra.com')];
      const three = sampleAccount('C-3', { contacts: shared, services: ['tres.com'] });
      await store.saveAccounts([sampleAccount('C-2', { contacts: shared }), three], 'merge', NOW);
      expect(await store.changeAccount(change, NOW)).toEqual(expected);
      if (expected.kind !== 'changed') return;
      const [from] = await store.findAccounts([change.number]);
      const to = 'to' in change ? (await store.findAccounts([change.to]))[0] : undefined;
      const has = (account: Account | undefined) =>
        'name' in change
          ? account?.services.includes(change.name)
          : account?.contacts.some(
              ({ address }) => address === ('contact' in change ? change.contact.address : change.address),
            );
      expect({ from: has(from), to: has(to) }).toEqual({
        from: change.kind.startsWith('add'),
        to: change.kind.startsWith('move') ? true : undefined,
      });
    });

    it('reads whole accounts by number and page by page', async () => {
      const all = ['b-1', 'A-2', 'C-0'].map((number) => sampleAccount(number, { services: [`${number}.com`] }));
      await store.saveAccounts(all, 'merge', NOW);
      const pages = [await store.pageAccounts('', 3), await store.pageAccounts('C-0', 3)];
      expect(pages.map((page) => page.map(({ number }) => number))).toEqual([['A-2', 'b-1', 'C-0'], ['C-1001']]);
      expect(pages[0]?.[0]).toEqual(await wholeAccount(store, 'A-2'));
      expect(await store.findAccounts(['a-2', 'X'])).toEqual([await wholeAccount(store, 'A-2')]);
      expect(await store.listOtherAccounts(['a-2', 'c-1001'])).toEqual(['C-0', 'b-1']);
    });
  });
}
