/**
 * A file of accounts (CSV or JSON) as data, checked as a whole: either every account in it is good, or all that is
 * wrong is listed with its place and nothing is taken.
 */
import { getDomain } from 'tldts';
import { z } from 'zod';
import { domainOf, normalizeAddress, normalizeDomain, readMailboxes } from '../mail/address.ts';
import { isFreeMail } from '../mail/free-mail.ts';
import { displayName } from '../mail/sender.ts';
import type { AccountToSave, ContactToSave } from '../store/store.ts';
import { normalizeServiceName } from '../tickets/find-service.ts';
import { ACCOUNT_STATES, CONTACT_ROLES, LANGUAGES } from '../tickets/model.ts';
import { OWN_TABLE, type Rows, readCsv, whmcsTable } from './accounts-csv.ts';

export type AccountsFile =
  | { readonly ok: true; readonly accounts: readonly AccountToSave[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const contact = z.union([
  z.string(),
  z.strictObject({
    address: z.string(),
    name: z.string().optional(),
    language: z.enum(LANGUAGES).nullable().optional(),
    role: z.enum(CONTACT_ROLES).optional(),
    primary: z.boolean().optional(),
    departments: z.array(z.string()).min(1).nullable().optional(),
  }),
]);

const account = z.strictObject({
  number: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,39}$/, 'must be 1 to 40 letters, digits, dots, hyphens or slashes'),
  name: z.string().trim().min(1, 'is missing'),
  language: z.enum(LANGUAGES).nullable().optional(),
  state: z.enum(ACCOUNT_STATES).optional(),
  contacts: z.array(contact).default([]),
  services: z.array(z.string().trim().min(1)).default([]),
});

/** What can still be checked of an account that is wrong in other ways. */
const contactsOnly = z.object({ contacts: z.array(contact) });

/** Ours (CSV or JSON), or a WHMCS clients export whose IDs become account numbers: `C-{id}`. */
export type AccountsFormat = { readonly kind: 'own' } | { readonly kind: 'whmcs'; readonly numbers: string };

/** `departments` are the keys that contacts may be limited to. `name` of the file is for messages only. */
export function readAccountsFile(
  name: string,
  content: string,
  departments: readonly string[],
  format: AccountsFormat = { kind: 'own' },
): AccountsFile {
  // Spreadsheet programs and Windows editors put a byte order mark before the text.
  const text = content.replace(/^\ufeff/, '');
  const isJson = name.toLowerCase().endsWith('.json') || /^\s*[[{]/.test(text.slice(0, 1000));
  const raw =
    format.kind === 'whmcs'
      ? readCsv(name, text, whmcsTable(format.numbers))
      : isJson
        ? readJson(name, text)
        : readCsv(name, text, OWN_TABLE);
  if (!raw.ok) return raw;
  if (raw.rows.length === 0) return { ok: false, problems: [`${name}: names no accounts`] };

  const problems: string[] = [];
  const accounts: AccountToSave[] = [];
  const seen = new Map<string, string>();
  const primaries = new Map<string, string>();
  for (const { place, value, problem } of raw.rows) {
    if (problem !== undefined) {
      problems.push(`${place}: ${problem}`);
      continue;
    }
    const found = readAccount(value, departments, (message) => problems.push(`${place}: ${message}`));
    if (found === null) continue;
    const { number, contacts } = found;
    const earlier = seen.get(number.toUpperCase());
    if (earlier !== undefined) problems.push(`${place}: account ${number} stands already at ${earlier}`);
    else seen.set(number.toUpperCase(), place);
    for (const { address, primary } of contacts) {
      if (primary !== true) continue;
      const other = primaries.get(address);
      if (other !== undefined)
        problems.push(`${place}: contact ${address} can be primary on one account only, and is on ${other} already`);
      else primaries.set(address, number);
    }
    accounts.push(found);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, accounts };
}

/** One contact as a person types it: `Ana Pérez <ana@empresa.com>`, an address, or `*@domain`. */
export function readContact(
  text: string,
  rest: Omit<ContactToSave, 'address' | 'departments'> & { readonly departments?: string[] },
  departments: readonly string[],
  report: (problem: string) => void,
): ContactToSave | null {
  return readContacts([{ ...fromMailbox(text), ...rest }], departments, report)[0] ?? null;
}

/** One account from anywhere; `null` when something that it can't do without is wrong. */
export function readAccount(
  value: unknown,
  departments: readonly string[],
  report: (problem: string) => void,
): AccountToSave | null {
  const parsed = account.safeParse(value, { reportInput: true });
  if (!parsed.success) {
    for (const problem of describe(parsed.error.issues)) report(problem);
    const rest = contactsOnly.safeParse(value);
    if (rest.success) readContacts(rest.data.contacts, departments, report);
    return null;
  }
  const contacts = readContacts(parsed.data.contacts, departments, report);
  return { ...parsed.data, contacts, services: [...new Set(parsed.data.services.map(normalizeServiceName))] };
}

function readJson(name: string, content: string): Rows {
  try {
    const value: unknown = JSON.parse(content);
    if (!Array.isArray(value)) return { ok: false, problems: [`${name}: must be a list of accounts`] };
    return { ok: true, rows: value.map((one, index) => ({ place: `${name}[${index}]`, value: one })) };
  } catch (error) {
    return {
      ok: false,
      problems: [`${name}: is not valid JSON: ${error instanceof Error ? error.message : String(error)}`],
    };
  }
}

type ContactInput = z.output<typeof contact>;

function readContacts(
  inputs: readonly ContactInput[],
  departments: readonly string[],
  report: (problem: string) => void,
): ContactToSave[] {
  const contacts: ContactToSave[] = [];
  for (const input of inputs) {
    const { address: written, ...rest }: Exclude<ContactInput, string> =
      typeof input === 'string' ? fromMailbox(input) : input;
    const address = contactAddress(written);
    if (!address.ok) {
      report(`contact "${written.slice(0, 100)}" ${address.problem}`);
      continue;
    }
    if (contacts.some((known) => known.address === address.normal)) {
      report(`contact ${address.normal} stands twice on the account`);
      continue;
    }
    for (const key of rest.departments ?? []) {
      if (!departments.includes(key))
        report(`contact ${address.normal}: there is no department "${key}"; known are ${departments.join(', ')}`);
    }
    contacts.push({ ...rest, address: address.normal });
  }
  return contacts;
}

/** `Ana Pérez <ana@empresa.com>` or the bare address. */
function fromMailbox(text: string): { address: string; name?: string } {
  const { mailboxes, hasGroup, invalid } = readMailboxes(text);
  const [mailbox] = mailboxes;
  if (mailbox === undefined || mailboxes.length > 1 || hasGroup || invalid.length > 0) return { address: text };
  const name = displayName(mailbox.rawName);
  return { address: mailbox.address, ...(name === '' ? {} : { name }) };
}

function contactAddress(
  written: string,
): { readonly ok: true; readonly normal: string } | { readonly ok: false; readonly problem: string } {
  if (written.startsWith('*@')) {
    const domain = normalizeDomain(written.slice(2));
    if (domain === null || !domain.includes('.')) return { ok: false, problem: 'is not a domain' };
    if (isFreeMail(domain) || getDomain(domain, { allowPrivateDomains: true, extractHostname: false }) === null)
      return { ok: false, problem: 'would let in everybody with an address there' };
    return { ok: true, normal: `*@${domain}` };
  }
  const normal = normalizeAddress(written);
  if (normal === null || !domainOf(normal).includes('.')) return { ok: false, problem: 'is not a mail address' };
  return { ok: true, normal };
}

/** Every issue as `contacts[0].role must be one of holder, technical, billing`. */
function describe(issues: readonly z.core.$ZodIssue[], prefix: readonly PropertyKey[] = []): string[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    // Of the ways to write a contact, the one that was meant: an object that is not quite right.
    const meant = issue.code === 'invalid_union' ? issue.errors.find((branch) => !isWrongKind(branch)) : undefined;
    if (meant !== undefined) return describe(meant, path);
    return [`${pathText(path) || 'the account'} ${messageOf(issue)}`];
  });
}

function isWrongKind([first]: readonly z.core.$ZodIssue[]): boolean {
  return first?.code === 'invalid_type' && first.path.length === 0;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at > 0 ? '.' : ''}${String(key)}`)).join('');
}

function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `has unknown fields: ${issue.keys.join(', ')}`;
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.filter((value) => value !== null).join(', ')}`;
    case 'invalid_union':
      return 'must be an address or an object with an address';
    case 'too_small':
      return issue.origin === 'array' ? 'must not be an empty list' : issue.message;
    default:
      return issue.message;
  }
}

const KINDS: Partial<Record<string, string>> = {
  string: 'text in quotes',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object with number and name',
};
