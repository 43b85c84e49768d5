/**
 * A file of accounts (CSV or JSON) as data, checked as a whole: either every account in it is good, or all that is
 * wrong is listed with its place and nothing is taken.
 */
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { domainOf, normalizeAddress, normalizeDomain, readMailboxes } from '../mail/address.ts';
import { isFreeMail } from '../mail/free-mail.ts';
import { displayName } from '../mail/sender.ts';
import type { AccountToSave, ContactToSave } from '../store/store.ts';
import { normalizeServiceName } from '../tickets/find-service.ts';
import { ACCOUNT_STATES, CONTACT_ROLES, LANGUAGES } from '../tickets/model.ts';

export type AccountsFile =
  | { readonly ok: true; readonly accounts: readonly AccountToSave[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const contact = z.union([
  z.string(),
  z.strictObject({
    address: z.string(),
    name: z.string().default(''),
    language: z.enum(LANGUAGES).nullable().default(null),
    role: z.enum(CONTACT_ROLES).default('holder'),
    primary: z.boolean().default(false),
    departments: z.array(z.string()).min(1).nullable().default(null),
  }),
]);

const account = z.strictObject({
  number: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,39}$/, 'must be 1 to 40 letters, digits, dots, hyphens or slashes'),
  name: z.string().trim().min(1, 'is missing'),
  language: z.enum(LANGUAGES).nullable().default(null),
  state: z.enum(ACCOUNT_STATES).default('active'),
  contacts: z.array(contact).default([]),
  services: z.array(z.string().trim().min(1)).default([]),
});

/** `departments` are the keys that contacts may be limited to. `name` of the file is for messages only. */
export function readAccountsFile(name: string, content: string, departments: readonly string[]): AccountsFile {
  const isJson = name.toLowerCase().endsWith('.json') || /^\s*[[{]/.test(content.slice(0, 1000));
  const raw = isJson ? readJson(name, content) : readCsv(name, content);
  if (!raw.ok) return raw;

  const problems: string[] = [];
  const accounts: AccountToSave[] = [];
  const seen = new Map<string, string>();
  for (const { place, value } of raw.rows) {
    const parsed = account.safeParse(value);
    if (!parsed.success) {
      for (const issue of parsed.error.issues)
        problems.push(`${place}: ${issue.path.join('.') || 'account'} ${messageOf(issue)}`);
      continue;
    }
    const { number } = parsed.data;
    const earlier = seen.get(number);
    if (earlier !== undefined) problems.push(`${place}: account ${number} stands already at ${earlier}`);
    seen.set(number, place);
    const contacts = readContacts(parsed.data.contacts, departments, (message) =>
      problems.push(`${place}: ${message}`),
    );
    const services = [...new Set(parsed.data.services.map(normalizeServiceName))];
    accounts.push({ ...parsed.data, contacts, services });
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, accounts };
}

interface Row {
  /** `clientes.csv:12` or `accounts[3]`. */
  readonly place: string;
  readonly value: unknown;
}

type Rows =
  | { readonly ok: true; readonly rows: readonly Row[] }
  | { readonly ok: false; readonly problems: readonly string[] };

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

const COLUMNS = ['number', 'name', 'language', 'state', 'contacts', 'services'];

function readCsv(name: string, content: string): Rows {
  let records: { record: Record<string, string>; info: { lines: number } }[];
  try {
    records = parse(content, {
      columns: true,
      bom: true,
      trim: true,
      skip_empty_lines: true,
      info: true,
      delimiter: [',', ';', '\t'],
    });
  } catch (error) {
    return {
      ok: false,
      problems: [`${name}: is not valid CSV: ${error instanceof Error ? error.message : String(error)}`],
    };
  }
  const unknown = Object.keys(records[0]?.record ?? {}).filter((column) => !COLUMNS.includes(column));
  if (unknown.length > 0) {
    return {
      ok: false,
      problems: unknown.map((column) => `${name}:1: there is no column "${column}"; known are ${COLUMNS.join(', ')}`),
    };
  }
  return {
    ok: true,
    rows: records.map(({ record, info }) => ({ place: `${name}:${info.lines}`, value: fromCells(record) })),
  };
}

/** Empty cells are settings that are not given; contacts and services are lists in one cell, split by `;`, `,` or `|`. */
function fromCells(record: Record<string, string>): Record<string, unknown> {
  const { contacts = '', services = '', ...rest } = record;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ''));
  return { ...given, contacts: splitList(contacts), services: splitList(services) };
}

function splitList(cell: string): string[] {
  return cell
    .split(/[;,|]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

type ContactInput = z.output<typeof contact>;

export function readContacts(
  inputs: readonly ContactInput[],
  departments: readonly string[],
  report: (problem: string) => void,
): ContactToSave[] {
  const contacts: ContactToSave[] = [];
  for (const input of inputs) {
    const { address: written, ...rest } = typeof input === 'string' ? fromMailbox(input) : input;
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
function fromMailbox(text: string): ContactToSave {
  const [mailbox] = readMailboxes(text).mailboxes;
  const base = { language: null, role: 'holder', primary: false, departments: null } as const;
  if (mailbox === undefined) return { ...base, address: text, name: '' };
  return { ...base, address: mailbox.address, name: displayName(mailbox.rawName) };
}

function contactAddress(
  written: string,
): { readonly ok: true; readonly normal: string } | { readonly ok: false; readonly problem: string } {
  if (written.startsWith('*@')) {
    const domain = normalizeDomain(written.slice(2));
    if (domain === null) return { ok: false, problem: 'is not a domain' };
    if (isFreeMail(domain)) return { ok: false, problem: 'would let in everybody with an address there' };
    return { ok: true, normal: `*@${domain}` };
  }
  const normal = normalizeAddress(written);
  if (normal === null || !domainOf(normal).includes('.')) return { ok: false, problem: 'is not a mail address' };
  return { ok: true, normal };
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `has unknown fields: ${issue.keys.join(', ')}`;
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'is missing';
  return issue.message.replace(/^Invalid (input|option): /, '');
}
