/** What saving an account would change, as lines for the admin who is about to import a file. Pure. */
import { mergedAccount } from '../store/merge-account.ts';
import type { Account, AccountContact, AccountToSave, SaveMode } from '../store/store.ts';

export interface AccountDifference {
  readonly number: string;
  readonly change: 'added' | 'changed' | 'unchanged';
  /** `+ contact ana@empresa.com`, `~ name: Uno → Dos`, `- service empresa.com`. */
  readonly lines: readonly string[];
}

export function accountDifference(wanted: AccountToSave, before: Account | null, mode: SaveMode): AccountDifference {
  const after = mergedAccount(wanted, before, mode);
  const lines = [
    ...(before === null
      ? [`+ account ${after.name} (${[after.state, after.language].filter((word) => word !== null).join(', ')})`]
      : fieldLines(before, after, ['name', 'state', 'language'])),
    ...contactLines(before?.contacts ?? [], after.contacts),
    ...setLines('service', before?.services ?? [], after.services),
  ];
  const change = before === null ? 'added' : lines.length > 0 ? 'changed' : 'unchanged';
  return { number: after.number, change, lines };
}

function contactLines(before: readonly AccountContact[], after: readonly AccountContact[]): string[] {
  const known = new Map(before.map((contact) => [contact.address, contact]));
  const kept = new Set(after.map(({ address }) => address));
  return [
    ...before.filter(({ address }) => !kept.has(address)).map(({ address }) => `- contact ${address}`),
    ...after.flatMap((contact) => {
      const old = known.get(contact.address);
      if (old === undefined) return [`+ contact ${contact.address}`];
      const fields = fieldLines(old, contact, ['name', 'role', 'language', 'primary', 'departments']);
      return fields.map((line) => line.replace('~ ', `~ contact ${contact.address} `));
    }),
  ];
}

function setLines(word: string, before: readonly string[], after: readonly string[]): string[] {
  return [
    ...before.filter((name) => !after.includes(name)).map((name) => `- ${word} ${name}`),
    ...after.filter((name) => !before.includes(name)).map((name) => `+ ${word} ${name}`),
  ];
}

function fieldLines<Row>(before: Row, after: Row, fields: readonly (keyof Row & string)[]): string[] {
  return fields.flatMap((field) => {
    const [old, now] = [shown(field, before[field]), shown(field, after[field])];
    return old === now ? [] : [`~ ${field}: ${old} → ${now}`];
  });
}

function shown(field: string, value: unknown): string {
  // Without a list of its own a contact may write to every department.
  if (field === 'departments' && value === null) return 'all';
  if (value === null || value === '') return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Array.isArray(value) ? value.join(', ') : String(value);
}
