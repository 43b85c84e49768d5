/** The commands of `taquilla accounts`, as commander sees them. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ACCOUNT_STATES, CONTACT_ROLES, LANGUAGES } from '../tickets/model.ts';

const NUMBER = 'account number, such as C-1001';

export function addAccountCommands(
  program: Command,
  wholeNumber: (text: string) => number,
  collect: (value: string, previous: readonly string[] | undefined) => string[],
): void {
  const accounts = program.command('accounts').description('who the clients are');
  accounts
    .command('add')
    .description('add an account, or add to it')
    .argument('<number>', NUMBER)
    .requiredOption('--name <name>', 'name of the client')
    .option(
      '--contact <address>',
      'registered address; may be given several times; *@domain is a whole domain',
      collect,
      [],
    )
    .option('--service <name>', 'domain or other service; may be given several times', collect, [])
    .addOption(new Option('--language <language>').choices(LANGUAGES))
    .addOption(new Option('--state <state>').choices(ACCOUNT_STATES))
    .option('--json', 'print JSON')
    .action(async (number, _, command) =>
      (await import('./accounts.ts')).addAccount(number, command.optsWithGlobals()),
    );
  accounts
    .command('set')
    .description('change name, state or language of an account')
    .argument('<number>', NUMBER)
    .option('--name <name>', 'name of the client')
    .addOption(new Option('--language <language>').choices(LANGUAGES))
    .addOption(new Option('--state <state>').choices(ACCOUNT_STATES))
    .option('--json', 'print JSON')
    .action(async (number, _, command) =>
      (await import('./accounts.ts')).setAccount(number, command.optsWithGlobals()),
    );
  accounts
    .command('import')
    .description('import accounts from a CSV or JSON file; safe to repeat, works beside a running gateway')
    .argument('<file>')
    .addOption(
      new Option(
        '--mode <mode>',
        'merge adds and updates; replace also removes contacts and services that the file does not name and closes the accounts it does not name',
      )
        .choices(['merge', 'replace'])
        .default('merge'),
    )
    .addOption(
      new Option(
        '--format <format>',
        'own: CSV or JSON as docs/en/accounts.md says; whmcs: a clients export of WHMCS as CSV',
      )
        .choices(['own', 'whmcs'])
        .default('own'),
    )
    .option('--numbers <pattern>', 'with --format whmcs: what account numbers look like', numberPattern, '{id}')
    .option('--dry-run', 'only show what would change')
    .option('--json', 'print JSON')
    .action(async (file, _, command) =>
      (await import('./accounts.ts')).importAccounts(file, command.optsWithGlobals()),
    );
  accounts
    .command('export')
    .description('write all accounts in a form that import reads')
    .addOption(new Option('--format <format>').choices(['json', 'csv']).default('json'))
    .option('--out <file>', 'where to: a file, or - for standard output', '-')
    .option('--force', 'write over a file that is there')
    .action(async (_, command) => (await import('./accounts-export.ts')).exportAccounts(command.optsWithGlobals()));
  accounts
    .command('list')
    .description('list accounts by number')
    .option('--limit <count>', 'how many at most', wholeNumber, 100)
    .option('--json', 'print JSON')
    .action(async (_, command) => (await import('./accounts.ts')).listAccounts(command.optsWithGlobals()));
  accounts
    .command('show')
    .description('show one account with its contacts, services and tickets')
    .argument('<number>')
    .option('--json', 'print JSON')
    .action(async (number, _, command) =>
      (await import('./accounts.ts')).showAccount(number, command.optsWithGlobals()),
    );
  addContactCommands(accounts.command('contact').description('who may write for an account'), collect);
  addServiceCommands(accounts.command('service').description('what an account has bought'));
}

function addContactCommands(
  contact: Command,
  collect: (value: string, previous: readonly string[] | undefined) => string[],
): void {
  contact
    .command('add')
    .description('register an address on an account, or change what is known of it')
    .argument('<number>', NUMBER)
    .argument('<address>', 'ana@empresa.com, "Ana Robles <ana@empresa.com>", or *@empresa.com for a whole domain')
    .addOption(new Option('--role <role>', 'a label').choices(CONTACT_ROLES))
    .addOption(new Option('--language <language>').choices(LANGUAGES))
    .option('--department <key>', 'may write only to this department; may be given several times', collect)
    .option('--primary', 'this account is meant where nothing in a mail from the address names another')
    .option('--json', 'print JSON')
    .action(async (number, address, _, command) =>
      (await import('./account-parts.ts')).addContact(number, address, command.optsWithGlobals()),
    );
  contact
    .command('remove')
    .description('take an address off an account')
    .argument('<number>', NUMBER)
    .argument('<address>')
    .option('--json', 'print JSON')
    .action(async (number, address, _, command) =>
      (await import('./account-parts.ts')).removeContact(number, address, command.optsWithGlobals()),
    );
  contact
    .command('move')
    .description('move an address from one account to another')
    .argument('<number>', 'the account that it is on')
    .argument('<address>')
    .argument('<to>', 'the account that it belongs to')
    .option('--json', 'print JSON')
    .action(async (number, address, to, _, command) =>
      (await import('./account-parts.ts')).moveContact(number, address, to, command.optsWithGlobals()),
    );
}

function addServiceCommands(service: Command): void {
  service
    .command('add')
    .description('add a domain or another service to an account')
    .argument('<number>', NUMBER)
    .argument('<name>', 'empresa.com')
    .option('--json', 'print JSON')
    .action(async (number, name, _, command) =>
      (await import('./account-parts.ts')).addService(number, name, command.optsWithGlobals()),
    );
  service
    .command('remove')
    .description('take a service off an account; tickets on it lose it')
    .argument('<number>', NUMBER)
    .argument('<name>')
    .option('--json', 'print JSON')
    .action(async (number, name, _, command) =>
      (await import('./account-parts.ts')).removeService(number, name, command.optsWithGlobals()),
    );
  service
    .command('move')
    .description('move a service from one account to another')
    .argument('<number>', 'the account that it is on')
    .argument('<name>')
    .argument('<to>', 'the account that has it now')
    .option('--json', 'print JSON')
    .action(async (number, name, to, _, command) =>
      (await import('./account-parts.ts')).moveService(number, name, to, command.optsWithGlobals()),
    );
}

function numberPattern(text: string): string {
  if (!text.includes('{id}')) throw new InvalidArgumentError('must have {id} in it, such as C-{id}');
  return text;
}
