/**
 * The configuration file: one schema gives defaults, descriptions, the JSON Schema for editors, and error messages
 * that name every problem at once with its path. Paths in it are relative to the file.
 */
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { canonicalAddress, parseNetworks } from './auth/trusted-networks.ts';
import { LOG_LEVELS } from './log.ts';
import { domainOf, normalizeAddress, normalizeDomain } from './mail/address.ts';
import { ACCOUNT_STATES, LANGUAGES, PRIORITIES } from './tickets/model.ts';
import { ACCEPTS, AUTHENTICATION_MODES, type Policy, UNREGISTERED } from './tickets/policy.ts';

const port = z.int().min(0).max(65535);
const positive = z.int().min(1);

const address = z
  .string()
  .refine((text) => normalizeAddress(text) !== null, 'is not a mail address')
  .meta({ examples: ['soporte@example.com'] });

const ipAddress = z
  .string()
  .refine((text) => canonicalAddress(text) !== null, 'is not an IP address')
  .describe('Its IP address.');

const network = z
  .string()
  .refine((text) => parseNetworks([text]).ok, 'is not an IP address or a network such as 10.0.0.0/8');

const secret = z
  .union([
    z.string().min(1),
    z.strictObject({ env: z.string().min(1).describe('Name of an environment variable that holds it.') }),
    z.strictObject({ file: z.string().min(1).describe('A file that holds it; a final line break is dropped.') }),
  ])
  .describe('A secret: the text itself, { "env": NAME } or { "file": PATH }.');

const texts = z.strictObject({ es: z.string().min(1).optional(), en: z.string().min(1).optional() });

const mailbox = z.union([
  address,
  z.strictObject({
    address: address.describe('The recipient address.'),
    language: z.enum(LANGUAGES).describe('Language of refusals and, where nothing else is known, of receipts.'),
  }),
]);

const department = z.strictObject({
  key: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be lower-case letters, digits and hyphens')
    .describe('Short name in lower case; never change it once it has tickets.'),
  names: z.strictObject({ es: z.string().min(1), en: z.string().min(1) }).describe('What clients read.'),
  mailboxes: z.array(mailbox).min(1).describe('Recipient addresses that lead here.'),
  accepts: z
    .enum(ACCEPTS)
    .default('clients')
    .describe('Who may open a ticket by mail: clients, anyone, only replies to tickets, or none at all.'),
  unregistered: z
    .enum(UNREGISTERED)
    .default('refuse')
    .describe(
      'What strangers to a "clients" department get: refused in the dialogue, kept and notified, or kept for review.',
    ),
  accountStates: z
    .array(z.enum(ACCOUNT_STATES))
    .min(1)
    .default(['active', 'suspended'])
    .describe('States of an account whose contacts may open tickets.'),
  language: z.enum(LANGUAGES).default('es').describe('Where neither contact, account nor mailbox says.'),
  priority: z.enum(PRIORITIES).default('normal').describe('Priority of new tickets.'),
  hint: texts.default({}).describe('One sentence in the receipt that asks for what you need to know.'),
  helpUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where people find help; named in refusals.'),
  helpPhone: z.string().min(3).max(40).optional().describe('Named in refusals where there is no helpUrl.'),
  staff: z
    .array(z.strictObject({ name: z.string().min(1), address }))
    .default([])
    .describe('People who work for this department. Their mails join tickets as internal notes.'),
});

const transport = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('file').describe('Writes each mail as an .eml file; nothing leaves the machine.'),
      folder: z.string().min(1).describe('Folder for the files.'),
    }),
    z.strictObject({
      type: z.literal('smtp').describe('Sends through a smarthost.'),
      host: z.string().min(1).describe('Its name or address.'),
      port: port.default(587),
      secure: z
        .boolean()
        .default(false)
        .describe('TLS from the first byte (port 465). Otherwise STARTTLS where it is offered.'),
      requireTls: z.boolean().default(false).describe('Refuse to send without STARTTLS.'),
      user: z.string().min(1).optional(),
      password: secret.optional(),
    }),
    z.strictObject({
      type: z.literal('sendmail').describe('Hands mails to the local sendmail command.'),
      path: z.string().min(1).default('/usr/sbin/sendmail'),
    }),
  ])
  .describe('How mails leave.');

const schema = z.strictObject({
  $schema: z.string().optional().describe('Gives editors completion and these descriptions.'),
  company: z.string().min(1).describe('Name of the company, as clients know it.'),
  hostname: z
    .string()
    .refine((text) => normalizeDomain(text) !== null, 'is not a host name')
    .describe('Name of this mail server: in its greeting and in the Message-IDs of its mails.'),
  dataFolder: z
    .string()
    .min(1)
    .default('./data')
    .describe('Database, raw mails, attachments and keys. Back it up as a whole.'),
  smtp: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
      port: port.default(2525).describe('Port to listen on; 0 takes a free one.'),
      tls: z
        .strictObject({
          cert: z.string().min(1).describe('PEM file with the certificate chain.'),
          key: z.string().min(1).describe('PEM file with the private key.'),
        })
        .optional()
        .describe('Offers STARTTLS. Without it the dialogue is in the clear.'),
      drainSeconds: positive.default(20).describe('How long mails in flight may go on after a stop was asked for.'),
    })
    .prefault({})
    .describe('The SMTP door.'),
  authentication: z
    .enum(AUTHENTICATION_MODES)
    .default('dmarc')
    .describe(
      'Proof of the sender: off (somebody else checks), monitor (record only), dmarc (follow the domain policy), strict (an aligned pass is required).',
    ),
  staffNetworks: z
    .array(network)
    .default([])
    .describe('Addresses and networks (CIDR) from which staff are believed without further proof.'),
  shadow: z
    .boolean()
    .default(false)
    .describe(
      'Refuse nobody on sender grounds and record who would have been: for switching over from another system.',
    ),
  stripTag: z.boolean().default(false).describe('ana+web@x counts as ana@x.'),
  ticketPrefix: z
    .string()
    .regex(/^[A-Z]{1,6}$/, 'must be 1 to 6 capital letters')
    .default('TQ')
    .describe('Letters of a ticket ID: TQ-482913.'),
  reopenDays: positive
    .default(14)
    .describe('Days after closing in which a reply reopens a ticket; later it opens a new one that is linked.'),
  receiptsPerHour: z
    .int()
    .min(0)
    .default(5)
    .describe('Receipts to one address within an hour. Stops two robots from answering each other all night.'),
  postmasterDepartment: z
    .string()
    .optional()
    .describe('Department for postmaster@ and abuse@; the first one where it is not given.'),
  limits: z
    .strictObject({
      mailBytes: positive.default(31_457_280).describe('Largest mail, bytes. Stops one sender from filling the disk.'),
      recipients: positive.default(100).describe('Recipients in one mail. Stops address harvesting in bulk.'),
      connections: positive
        .default(500)
        .describe('Connections at the same time. Stops clients from using up sockets and memory.'),
      connectionsPerAddress: positive
        .default(30)
        .describe('Connections from one address at the same time. Stops one client from taking all of them.'),
      errorsPerConnection: positive
        .default(20)
        .describe('Refused commands and mails before a connection is ended. Stops guessing of mailboxes.'),
      mailsPerSenderPerHour: positive
        .default(120)
        .describe(
          'Mails of one verified sender within an hour. Stops a runaway script of a client from burying the department.',
        ),
      unverifiedMailsPerAddressPerHour: positive
        .default(300)
        .describe(
          'Mails without proof of their sender from one network address within an hour. Stops floods in other people’s names.',
        ),
      refusedSendersPerAddressPerHour: positive
        .default(50)
        .describe(
          'Different senders that one network address may try in vain within an hour. Stops guessing of registered addresses.',
        ),
      received: positive.default(50).describe('Received lines in one mail. Stops mail that goes in circles.'),
    })
    .prefault({})
    .describe('What one client, sender or mail may use up.'),
  trustedRelays: z
    .array(
      z.discriminatedUnion('tells', [
        z.strictObject({
          address: ipAddress,
          tells: z.literal('xclient').describe('The relay names the client with XCLIENT (Postfix).'),
        }),
        z.strictObject({
          address: ipAddress,
          tells: z
            .literal('proxy')
            .describe('The relay begins every connection with a PROXY protocol line (version 1).'),
        }),
        z.strictObject({
          address: ipAddress,
          tells: z
            .literal('authentication-results')
            .describe('The relay has checked and writes Authentication-Results.'),
          authservId: z.string().min(1).describe('The name under which it reports.'),
          receivedAbove: z
            .int()
            .min(0)
            .default(0)
            .describe(
              'Received lines that the relay itself puts above its results (1 for Postfix with milters). Only for relays that remove forged results.',
            ),
        }),
      ]),
    )
    .default([])
    .describe('Servers in front of this one, and how they tell who the client was.'),
  departments: z.array(department).min(1).describe('Who handles tickets.'),
  outbound: z
    .strictObject({
      transport,
      concurrency: positive.max(100).default(4).describe('Mails on their way at the same time.'),
      giveUpHours: positive.default(48).describe('How long a mail is tried again after temporary failures.'),
      envelopeFrom: address
        .optional()
        .describe('Envelope sender (return path) of our mails; the null sender where it is not given.'),
    })
    .describe('Mails that Taquilla sends.'),
  log: z
    .strictObject({
      level: z.enum(LOG_LEVELS).default('info'),
      json: z.boolean().default(false).describe('JSON lines on a terminal too.'),
    })
    .prefault({}),
});

type ConfigFile = z.output<typeof schema>;

export interface Config extends Omit<ConfigFile, '$schema' | 'dataFolder'> {
  /** Absolute. */
  readonly dataFolder: string;
  /** The file it came from. */
  readonly file: string;
  readonly policy: Policy;
  /** Resolved; `null` where the smarthost wants none. */
  readonly smarthostPassword: string | null;
}

export interface ConfigProblem {
  /** `departments[0].mailboxes[1]`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Reads and checks a config file. `dataFolder` replaces the file's own (the demo keeps its data apart). */
export function loadConfig(file: string, environment: NodeJS.ProcessEnv, dataFolder?: string): ConfigResult {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch {
    return failed('', 'cannot be read; check the path and its permissions');
  }
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    return failed('', `is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) return { ok: false, problems: flatten(parsed.error.issues) };

  const folder = dirname(resolve(file));
  const absolute = (path: string) => (isAbsolute(path) ? path : resolve(folder, path));
  const { $schema: _, ...values } = parsed.data;
  const problems = crossChecks(values);
  const password = secretOf(values, absolute, environment, problems);
  if (problems.length > 0) return { ok: false, problems };

  const chosen = dataFolder ?? absolute(values.dataFolder);
  const { transport: way } = values.outbound;
  return {
    ok: true,
    config: {
      ...values,
      dataFolder: chosen,
      file,
      smtp:
        values.smtp.tls === undefined
          ? values.smtp
          : { ...values.smtp, tls: { cert: absolute(values.smtp.tls.cert), key: absolute(values.smtp.tls.key) } },
      outbound:
        way.type !== 'file'
          ? values.outbound
          : {
              ...values.outbound,
              transport: {
                ...way,
                folder: dataFolder === undefined ? absolute(way.folder) : resolve(dataFolder, 'outbox'),
              },
            },
      policy: policyOf(values),
      smarthostPassword: password,
    },
  };
}

function failed(path: string, message: string): ConfigResult {
  return { ok: false, problems: [{ path, message }] };
}

/** What the schema alone can't see: names that must exist or must not meet twice. */
function crossChecks(values: Omit<ConfigFile, '$schema'>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const keys = new Set<string>();
  const seen = new Map<string, string>();
  for (const [index, { key, mailboxes }] of values.departments.entries()) {
    if (keys.has(key)) problems.push({ path: `departments[${index}].key`, message: `"${key}" is used twice` });
    keys.add(key);
    for (const [place, box] of mailboxes.entries()) {
      const normal = normalizeAddress(typeof box === 'string' ? box : box.address) ?? '';
      const path = `departments[${index}].mailboxes[${place}]`;
      const earlier = seen.get(normal);
      if (earlier !== undefined) problems.push({ path, message: `"${normal}" is already a mailbox of ${earlier}` });
      seen.set(normal, key);
    }
  }
  for (const [index, { staff }] of values.departments.entries()) {
    for (const [place, member] of staff.entries()) {
      const normal = normalizeAddress(member.address) ?? '';
      if (seen.has(normal))
        problems.push({
          path: `departments[${index}].staff[${place}].address`,
          message: `"${normal}" is a mailbox; staff need addresses of their own`,
        });
    }
  }
  if (values.postmasterDepartment !== undefined && !keys.has(values.postmasterDepartment)) {
    problems.push({ path: 'postmasterDepartment', message: `there is no department "${values.postmasterDepartment}"` });
  }
  const { transport: way } = values.outbound;
  if (way.type === 'smtp' && (way.user === undefined) !== (way.password === undefined)) {
    problems.push({ path: 'outbound.transport', message: 'user and password go together' });
  }
  return problems;
}

function secretOf(
  values: Omit<ConfigFile, '$schema'>,
  absolute: (path: string) => string,
  environment: NodeJS.ProcessEnv,
  problems: ConfigProblem[],
): string | null {
  const { transport: way } = values.outbound;
  if (way.type !== 'smtp' || way.password === undefined) return null;
  const path = 'outbound.transport.password';
  if (typeof way.password === 'string') return way.password;
  if ('env' in way.password) {
    const value = environment[way.password.env];
    if (value === undefined || value === '')
      problems.push({ path, message: `the environment variable ${way.password.env} is not set` });
    return value ?? null;
  }
  try {
    return readFileSync(absolute(way.password.file), 'utf8').replace(/\r?\n$/, '');
  } catch {
    problems.push({ path, message: `the file ${way.password.file} cannot be read` });
    return null;
  }
}

function policyOf(values: Omit<ConfigFile, '$schema'>): Policy {
  const mailboxes = values.departments.flatMap(({ key, mailboxes: boxes }) =>
    boxes.map((box) => ({
      address: normalizeAddress(typeof box === 'string' ? box : box.address) ?? '',
      department: key,
      language: typeof box === 'string' ? null : box.language,
    })),
  );
  return {
    company: values.company,
    ticketPrefix: values.ticketPrefix,
    departments: values.departments.map((one) => ({
      key: one.key,
      names: one.names,
      accepts: one.accepts,
      unregistered: one.unregistered,
      accountStates: one.accountStates,
      language: one.language,
      priority: one.priority,
      hint: {
        ...(one.hint.es === undefined ? {} : { es: one.hint.es }),
        ...(one.hint.en === undefined ? {} : { en: one.hint.en }),
      },
      helpUrl: one.helpUrl ?? null,
      helpPhone: one.helpPhone ?? null,
      staff: one.staff.map(({ name, address: written }) => ({ name, address: normalizeAddress(written) ?? '' })),
    })),
    mailboxes,
    domains: [...new Set(mailboxes.map((box) => domainOf(box.address)))],
    postmasterDepartment: values.postmasterDepartment ?? values.departments[0]?.key ?? '',
    authentication: values.authentication,
    shadow: values.shadow,
    stripTag: values.stripTag,
    reopenDays: values.reopenDays,
    receiptsPerHour: values.receiptsPerHour,
    maxReceived: values.limits.received,
  };
}

/** Every issue on a line of its own, unknown keys one by one. */
function flatten(issues: readonly z.core.$ZodIssue[], prefix: readonly PropertyKey[] = []): ConfigProblem[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: pathText([...path, key]), message: 'there is no such setting' }));
    }
    return [{ path: pathText(path), message: messageOf(issue) }];
  });
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'is missing';
  if (issue.code === 'invalid_union' && 'note' in issue && issue.note === 'No matching discriminator')
    return 'must be one of the known types';
  return issue.message.replace(/^Invalid input: /, '').replace(/^Invalid option: /, '');
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
}

/** The JSON Schema that `$schema` in a config file names. */
export function configJsonSchema(): object {
  return { title: 'Taquilla configuration', ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) };
}
