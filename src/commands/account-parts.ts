/** `taquilla accounts contact|service add|remove|move`: one contact or service of an account at a time. */
import { readContact } from '../desk/accounts-file.ts';
import { normalizeAddress, normalizeDomain } from '../mail/address.ts';
import type { AccountChange } from '../store/account-change.ts';
import { normalizeServiceName } from '../tickets/find-service.ts';
import type { ContactRole, Language } from '../tickets/model.ts';
import { CommandError, type JsonOption, locateConfig, print, printJson, withStore } from './command.ts';
import { openForWriting } from './open-store.ts';
import { safe } from './table.ts';

interface ContactOptions extends JsonOption {
  readonly role?: ContactRole;
  readonly language?: Language;
  readonly department?: string[];
  readonly primary?: boolean;
}

export async function addContact(number: string, mailbox: string, options: ContactOptions): Promise<void> {
  const { config } = locateConfig(options);
  const { role, language, department, primary } = options;
  const problems: string[] = [];
  const contact = readContact(
    mailbox,
    {
      ...(role === undefined ? {} : { role }),
      ...(language === undefined ? {} : { language }),
      ...(department === undefined ? {} : { departments: department }),
      ...(primary === undefined ? {} : { primary }),
    },
    config.policy.departments.map(({ key }) => key),
    (problem) => problems.push(problem),
  );
  if (contact === null || problems.length > 0) throw new CommandError(problems.join('\n'), 2);
  await change({ kind: 'add-contact', number, contact }, options);
}

export async function removeContact(number: string, address: string, options: JsonOption): Promise<void> {
  await change({ kind: 'remove-contact', number, address: contactAddress(address) }, options);
}

export async function moveContact(number: string, address: string, to: string, options: JsonOption): Promise<void> {
  await change({ kind: 'move-contact', number, address: contactAddress(address), to }, options);
}

export async function addService(number: string, name: string, options: JsonOption): Promise<void> {
  await change({ kind: 'add-service', number, name: serviceName(name) }, options);
}

export async function removeService(number: string, name: string, options: JsonOption): Promise<void> {
  await change({ kind: 'remove-service', number, name: serviceName(name) }, options);
}

export async function moveService(number: string, name: string, to: string, options: JsonOption): Promise<void> {
  await change({ kind: 'move-service', number, name: serviceName(name), to }, options);
}

async function change(wanted: AccountChange, options: JsonOption): Promise<void> {
  const { config } = locateConfig(options);
  const result = await withStore(openForWriting(config), (store) => store.changeAccount(wanted, Date.now()));
  const what = safe(subjectOf(wanted));
  switch (result.kind) {
    case 'no-account':
      throw new CommandError(`there is no account ${safe(result.number)}`, 1);
    case 'not-there':
      throw new CommandError(`account ${wanted.number} has no ${what}`, 1);
    case 'there-already':
      throw new CommandError(`${what} is on the other account already; remove it from ${wanted.number} instead`, 1);
    case 'changed':
    case 'unchanged':
      break;
    default:
      result satisfies never;
  }
  if (options.json === true) return printJson({ changed: result.kind === 'changed' });
  print(result.kind === 'changed' ? sentence(wanted, what) : 'It is already so; nothing was changed.');
}

function sentence(wanted: AccountChange, what: string): string {
  switch (wanted.kind) {
    case 'add-contact':
      return `Account ${wanted.number} has ${what} now.`;
    case 'add-service':
      return `Account ${wanted.number} has ${what} now.`;
    case 'remove-contact':
      return `Account ${wanted.number} no longer has ${what}. Its tickets stay as they are.`;
    case 'remove-service':
      return `Account ${wanted.number} no longer has ${what}.`;
    case 'move-contact':
    case 'move-service':
      return `${what.charAt(0).toUpperCase()}${what.slice(1)} is on account ${wanted.to} now. Its tickets stay on ${wanted.number}.`;
    default:
      return wanted satisfies never;
  }
}

function subjectOf(wanted: AccountChange): string {
  if ('name' in wanted) return `service ${wanted.name}`;
  return `contact ${'contact' in wanted ? wanted.contact.address : wanted.address}`;
}

function contactAddress(text: string): string {
  const domain = text.startsWith('*@') ? normalizeDomain(text.slice(2)) : null;
  const normal = domain === null ? normalizeAddress(text) : `*@${domain}`;
  if (normal === null) throw new CommandError(`${text}: is neither a mail address nor *@domain`, 2);
  return normal;
}

function serviceName(text: string): string {
  const name = normalizeServiceName(text.trim());
  if (name === '') throw new CommandError('a service needs a name, such as empresa.com', 2);
  return name;
}
