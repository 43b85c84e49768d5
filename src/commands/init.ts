/**
 * `taquilla init`: asks the few things that matter, or takes them as options, and writes a config file that is good.
 * Without a terminal nothing is asked: what is not given has its default, or is named as missing.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { hostname as machineName } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline/promises';
import { loadConfig } from '../config.ts';
import { normalizeAddress, normalizeDomain, readMailboxes } from '../mail/address.ts';
import { displayName } from '../mail/sender.ts';
import { LANGUAGES, type Language } from '../tickets/model.ts';
import { CommandError, describeProblem, print, shipped, shownPath } from './command.ts';
import { type Answers, newConfig } from './init/new-config.ts';

export interface InitOptions {
  readonly out: string;
  readonly force?: boolean;
  readonly company?: string;
  readonly domain?: string;
  readonly mailbox?: string[];
  readonly hostname?: string;
  readonly mx?: boolean;
  readonly language?: Language;
  readonly staff?: string[];
  readonly smarthost?: string;
  readonly smarthostUser?: string;
  readonly smarthostPasswordFile?: string;
}

interface Wrong {
  readonly wrong: string;
}

/** One thing to know: where it comes from, what it is when nobody says, and what is wrong with an answer. */
interface Question<Value> {
  readonly option: string;
  readonly text: string;
  /** `null`: there is no default. */
  readonly fallback: string | null;
  readonly read: (text: string) => Value | Wrong;
}

type Ask = <Value>(question: Question<Value>, given: string | undefined) => Promise<Value>;

export async function init(options: InitOptions): Promise<void> {
  const { out, force } = options;
  if (existsSync(out) && force !== true)
    throw new CommandError(`${out} is there already; choose another name with --out, or add --force`, 1);
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const prompt = terminal ? createInterface({ input: process.stdin, output: process.stdout }) : null;
  try {
    if (prompt !== null) print('A few questions; Enter takes what stands in brackets.\n');
    const answers = await askAll(options, asker(prompt));
    writeConfig(out, newConfig(answers), force === true);
    tellNext(out, answers);
  } finally {
    prompt?.close();
  }
}

function asker(prompt: Interface | null): Ask {
  return async (question, given) => {
    const { option, text, fallback, read } = question;
    if (given !== undefined || prompt === null) {
      if (given === undefined && fallback === null) throw new CommandError(`${option} is missing: ${text}`, 2);
      const value = read(given ?? fallback ?? '');
      if (isWrong(value)) throw new CommandError(`${option}: ${value.wrong}`, 2);
      return value;
    }
    for (;;) {
      const typed = (
        await prompt.question(`${text}${fallback === null || fallback === '' ? '' : ` [${fallback}]`}: `)
      ).trim();
      const value = read(typed === '' ? (fallback ?? '') : typed);
      if (!isWrong(value)) return value;
      print(`  ${value.wrong}`);
    }
  };
}

function isWrong(value: unknown): value is Wrong {
  return typeof value === 'object' && value !== null && 'wrong' in value;
}

async function askAll(options: InitOptions, ask: Ask): Promise<Answers> {
  const company = await ask(
    {
      option: '--company',
      text: 'Name of the company, as clients know it',
      fallback: null,
      read: (text): string | Wrong => (text === '' ? { wrong: 'it needs a name' } : text),
    },
    options.company,
  );
  const boxes = options.mailbox;
  const domain =
    boxes === undefined
      ? await ask(
          { option: '--domain', text: 'Domain of the mailboxes, such as empresa.com', fallback: null, read: aDomain },
          options.domain,
        )
      : '';
  const mailboxes = await ask(
    {
      option: '--mailbox',
      text: 'Mailboxes that become tickets',
      fallback: `soporte@${domain}, facturacion@${domain}`,
      read: addresses,
    },
    boxes?.join(', '),
  );
  const first = mailboxes[0]?.split('@')[1] ?? '';
  const mx = await ask(
    {
      option: '--mx',
      text: 'Does this machine receive the mail of that domain from the internet itself (yes), or does another server pass it on (no)?',
      fallback: 'no',
      read: yesOrNo,
    },
    options.mx === undefined ? undefined : options.mx ? 'yes' : 'no',
  );
  const own = machineName();
  const hostname = await ask(
    {
      option: '--hostname',
      text: 'Full name of this server',
      fallback: own.includes('.') ? own : `mail.${first}`,
      read: aDomain,
    },
    options.hostname,
  );
  const language = await ask(
    { option: '--language', text: 'Language of most clients (es, en)', fallback: 'es', read: aLanguage },
    options.language,
  );
  const staff = await ask(
    {
      option: '--staff',
      text: 'Who answers: Ana <ana@empresa.com>, several with commas; empty for later',
      fallback: '',
      read: people,
    },
    options.staff?.join(', '),
  );
  const smarthost = await ask(
    {
      option: '--smarthost',
      text: 'Server that sends your mail, host:port; empty to write receipts to files for now',
      fallback: '',
      read: hostAndPort,
    },
    options.smarthost,
  );
  const user =
    smarthost === null
      ? null
      : await ask(
          { option: '--smarthost-user', text: 'Its user name; empty for none', fallback: '', read: textOrNull },
          options.smarthostUser,
        );
  const passwordFile =
    user === null
      ? null
      : await ask(
          {
            option: '--smarthost-password-file',
            text: 'File that holds its password',
            fallback: 'smarthost.password',
            read: (text) => text,
          },
          options.smarthostPasswordFile,
        );
  return {
    company,
    mailboxes,
    hostname,
    mx,
    language,
    staff,
    smarthost: smarthost === null ? null : { ...smarthost, user, passwordFile },
    schema: schemaPath(options.out),
  };
}

function aDomain(text: string): string | Wrong {
  const domain = normalizeDomain(text);
  return domain === null || !domain.includes('.')
    ? { wrong: `"${text}" is not a full name such as empresa.com` }
    : domain;
}

function addresses(text: string): readonly string[] | Wrong {
  const written = text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const normal = written.map((one) => normalizeAddress(one));
  const bad = written.find((_, at) => normal[at] === null);
  if (bad !== undefined) return { wrong: `"${bad}" is not a mail address` };
  const all = [...new Set(normal.flatMap((one) => (one === null ? [] : [one])))];
  return all.length === 0 ? { wrong: 'there must be one at least' } : all;
}

function people(text: string): Answers['staff'] | Wrong {
  if (text === '') return [];
  const { mailboxes, invalid, hasGroup } = readMailboxes(text);
  if (invalid.length > 0 || hasGroup || mailboxes.length === 0)
    return { wrong: `"${text}" is not Ana <ana@empresa.com>` };
  return mailboxes.map(({ address, rawName }) => ({ name: displayName(rawName) || address, address }));
}

function hostAndPort(text: string): { host: string; port: number } | null | Wrong {
  if (text === '') return null;
  const [, host = '', port = '587'] = /^([^\s:]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  return host === '' || Number(port) < 1 || Number(port) > 65_535
    ? { wrong: `"${text}" is not host:port, such as smtp.empresa.com:587` }
    : { host, port: Number(port) };
}

function yesOrNo(text: string): boolean | Wrong {
  if (/^(?:y|yes|s|si|sí)$/i.test(text)) return true;
  return /^(?:n|no)$/i.test(text) ? false : { wrong: 'yes or no' };
}

function aLanguage(text: string): Language | Wrong {
  return LANGUAGES.find((one) => one === text.toLowerCase()) ?? { wrong: `one of ${LANGUAGES.join(', ')}` };
}

function textOrNull(text: string): string | null {
  return text === '' ? null : text;
}

/** Relative, so that an editor finds it wherever the folder is. */
function schemaPath(out: string): string {
  const path = relative(dirname(resolve(out)), shipped('config.schema.json'));
  return path.startsWith('.') || path.startsWith('/') ? path : `./${path}`;
}

/** Checked before it keeps its name: a config that does not load helps nobody. */
function writeConfig(out: string, config: object, force: boolean): void {
  const draft = join(dirname(resolve(out)), `.${Date.now()}.taquilla-init.json`);
  const content = `${JSON.stringify(config, null, 2)}\n`;
  try {
    writeFileSync(draft, content);
  } catch {
    throw new CommandError(`${out}: cannot be written; check the path and its permissions`, 1);
  }
  try {
    const loaded = loadConfig(draft, process.env);
    // The file with the password may be made later.
    const problems = loaded.ok ? [] : loaded.problems.filter(({ path }) => path !== 'outbound.transport.password');
    if (problems.length > 0) throw new CommandError(problems.map((one) => describeProblem(out, one)).join('\n'), 2);
  } finally {
    rmSync(draft, { force: true });
  }
  writeFileSync(out, content, { flag: force ? 'w' : 'wx' });
}

function tellNext(out: string, { smarthost, mx, staff }: Answers): void {
  const flag = resolve(out) === resolve('config.json') ? '' : ` --config ${shownPath(out)}`;
  print(`${shownPath(out)} is written. What comes next:\n`);
  const password = smarthost?.passwordFile ?? null;
  if (password !== null && !existsSync(password)) print(`  put the password of ${smarthost?.host} into ${password}`);
  if (!mx) print('  let your mail server pass mail on to 127.0.0.1:2525 (docs/examples has configurations)');
  if (staff.length === 0) print('  name your staff in departments[].staff');
  print(`  taquilla accounts import clientes.csv${flag}`);
  print(`  taquilla serve${flag}`);
  print(`  taquilla doctor${flag}`);
}
