/**
 * What a config file may say: every setting with its default and one line about it. Errors are told by problems.ts.
 */
import { z } from 'zod';
import { canonicalAddress, parseNetworks } from '../auth/trusted-networks.ts';
import { LOG_LEVELS } from '../log.ts';
import { normalizeAddress, normalizeDomain } from '../mail/address.ts';
import { ATTACHMENT_LIMITS } from '../mail/keep-attachments.ts';
import { RISKY_TYPES } from '../mail/risky-file.ts';
import { parseTicketPattern } from '../tickets/foreign-ids.ts';
import { ACCOUNT_STATES, LANGUAGES, PRIORITIES } from '../tickets/model.ts';
import { ACCEPTS, AUTHENTICATION_MODES, RISKY_FILES, UNREGISTERED } from '../tickets/policy.ts';
import { freeBytes } from './free-bytes.ts';
import { http } from './http.ts';
import { lmtp, localRelay } from './local-doors.ts';
import { lookupSettings } from './lookup.ts';
import { signature, templatesFolder } from './mail-templates.ts';
import { outboundSettings } from './outbound.ts';

import { patience } from './patience.ts';
import { retention } from './retention.ts';
import { departmentStaffSettings, STAFF, staffMember, staffSettings } from './staff-settings.ts';
import { reading, workers } from './workers.ts';

const port = z.int().min(0).max(65535);
const positive = z.int().min(1);
export const AUTO_CLOSE_DAYS = 3;

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

const texts = z.strictObject({
  es: z.string().min(1).optional().describe('In Spanish.'),
  en: z.string().min(1).optional().describe('In English.'),
});

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
  names: z
    .strictObject({ es: z.string().min(1).describe('In Spanish.'), en: z.string().min(1).describe('In English.') })
    .describe('What clients read.'),
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
  signature,
  staff: z.array(staffMember(address)).default([]).describe(STAFF),
  ...departmentStaffSettings,
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
      port: port.default(587).describe('587 with STARTTLS, 465 with secure, 25 inside your own network.'),
      secure: z
        .boolean()
        .default(false)
        .describe('TLS from the first byte (port 465). Otherwise STARTTLS where it is offered.'),
      requireTls: z.boolean().default(false).describe('Refuse to send without STARTTLS.'),
      user: z.string().min(1).optional().describe('Name for the log-in, where the smarthost wants one.'),
      password: secret.optional(),
      ca: z
        .string()
        .min(1)
        .optional()
        .describe('PEM file with certificates to trust besides the system’s, for a smarthost with one of your own.'),
    }),
    z.strictObject({
      type: z.literal('sendmail').describe('Hands mails to the local sendmail command.'),
      path: z.string().min(1).default('/usr/sbin/sendmail').describe('The command.'),
    }),
  ])
  .describe('How mails leave.');

export const schema = z.strictObject({
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
  lmtp,
  localRelay,
  lookup: lookupSettings(secret),
  http,
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
  autoCloseDays: positive
    .nullable()
    .default(AUTO_CLOSE_DAYS)
    .describe('Days without a word after which pending and resolved tickets close; null: never.'),
  autoCloseWarningDays: positive
    .nullable()
    .default(null)
    .describe('Days before that at which the client is warned by mail; null: no warning.'),
  ticketPatterns: z
    .array(
      z.string().superRefine((text, context) => {
        const parsed = parseTicketPattern(text);
        if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.problem });
      }),
    )
    .default([])
    .describe(
      'How the subjects of another system name its tickets, to take its mails over: plain text with one {digits}, such as "[Ticket ID: {digits}]". Leads to the ticket that has this number.',
    ),
  receiptsPerHour: z
    .int()
    .min(0)
    .default(5)
    .describe('Receipts to one address within an hour. Stops two robots from answering each other all night.'),
  receiptsPerDomainPerHour: z
    .int()
    .min(0)
    .default(60)
    .describe(
      'Receipts and notices within an hour to addresses of one domain that are not registered one by one. Stops a robot that answers from a new address each time.',
    ),
  ...staffSettings,
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
      attachments: z
        .strictObject({
          count: positive
            .default(ATTACHMENT_LIMITS.count)
            .describe('Attachments of one mail that are kept apart. Stops a mail of a thousand tiny files.'),
          bytes: positive
            .default(ATTACHMENT_LIMITS.bytes)
            .describe('Largest attachment, bytes. Stops one file from filling the disk.'),
        })
        .prefault({})
        .describe(
          'Attachments over a limit are left out of the ticket, which is noted; the mail itself still has them.',
        ),
      freeBytes,
      reading,
      patience,
      staffFileBytes: positive
        .default(10_485_760)
        .describe(
          'Attached files that go along with one mail to staff, bytes; the others are named in it. Stops one mail of a client from becoming large mails to everybody.',
        ),
      received: positive.default(50).describe('Received lines in one mail. Stops mail that goes in circles.'),
    })
    .prefault({})
    .describe('What one client, sender or mail may use up.'),
  workers,
  attachments: z
    .strictObject({
      risky: z
        .enum(RISKY_FILES)
        .default('flag')
        .describe('Files that a double click would run: marked, left out of the ticket, or the whole mail refused.'),
      riskyTypes: z
        .array(
          z
            .string()
            .regex(/^(?:\.[^\s./\\]+|[\w.+-]+\/[\w.+-]+)$/, 'must be an extension such as .exe or a content type')
            .toLowerCase(),
        )
        .default([...RISKY_TYPES])
        .describe(
          'Which files those are: extensions (.exe) and content types. A list of your own replaces the default.',
        ),
    })
    .prefault({})
    .describe('What becomes of attached files.'),
  retention,
  trustedRelays: z
    .array(
      z.discriminatedUnion('tells', [
        z.strictObject({
          address: ipAddress,
          tells: z.literal('xclient').describe('The relay names the client with XCLIENT (nginx).'),
        }),
        z.strictObject({
          address: ipAddress,
          tells: z
            .literal('xforward')
            .describe('The relay names the client with XFORWARD (Postfix: smtp_send_xforward_command).'),
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
  templatesFolder,
  outbound: z
    .strictObject({
      transport,
      concurrency: positive.max(100).default(4).describe('Mails on their way at the same time.'),
      giveUpHours: positive.default(48).describe('How long a mail is tried again after temporary failures.'),
      envelopeFrom: address
        .optional()
        .describe(
          'Envelope sender (return path) of our mails, where bounces come back to: an address that reaches this server with anything behind a + too (bounces+57-k1-…@), and no mailbox need have it. The null sender where it is not given: then nobody tells us of bounces.',
        ),
      ...outboundSettings,
    })
    .describe('Mails that Taquilla sends.'),
  log: z
    .strictObject({
      level: z.enum(LOG_LEVELS).default('info').describe('debug, info, warn or error.'),
      json: z.boolean().default(false).describe('JSON lines on a terminal too.'),
    })
    .prefault({})
    .describe('The log, on standard error.'),
});

export type ConfigFile = z.output<typeof schema>;

/** A config file's settings, checked, without the note for editors. */
export type Settings = Omit<ConfigFile, '$schema'>;

/** The JSON Schema that `$schema` in a config file names. */
export function configJsonSchema(): object {
  return { title: 'Taquilla configuration', ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) };
}
