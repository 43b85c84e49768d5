/** Settings about staff who work by mail: who they are, what they are told, what their answers become. */
import { z } from 'zod';
import { normalizeAddress } from '../mail/address.ts';
import { LANGUAGES } from '../tickets/model.ts';
import { ANSWERS_TO, type Department, NOTIFY, STAFF_REPLIES } from '../tickets/policy.ts';

const notify = z.enum(NOTIFY);

export const STAFF =
  'People who work for this department. They hear of its mails, and what they answer goes to the client.';

export function staffMember<Address extends z.ZodType<string>>(address: Address) {
  return z.strictObject({
    name: z.string().min(1).describe('Who it is.'),
    address: address.describe('Where they write from; never a mailbox.'),
    language: z.enum(LANGUAGES).optional().describe('Of the mails to this person; the department’s where not given.'),
    notify: notify
      .optional()
      .describe(
        'Which mails of clients this person is told of: all, those on its own tickets, none. The department’s where not given.',
      ),
  });
}

/** Of a department. */
export const departmentStaffSettings = {
  staffReplies: z
    .enum(STAFF_REPLIES)
    .default('public')
    .describe('What a staff member’s answer becomes: mailed to the client, or an internal note.'),
  answersTo: z
    .enum(ANSWERS_TO)
    .default('opener')
    .describe('Whom staff answers go to: whoever opened the ticket, or the account’s holder.'),
  notify: notify
    .default('all')
    .describe('Which mails of clients its staff are told of: all, those on their own tickets, none.'),
};

/** Of the installation. */
export const staffSettings = {
  digestHour: z
    .int()
    .min(0)
    .max(23)
    .nullable()
    .default(8)
    .describe(
      'Hour of the day (0 to 23, the server’s time zone) from which staff get the digest of held and refused mails of their departments; null: none.',
    ),
  staffAnswersPerHour: z
    .int()
    .min(1)
    .default(60)
    .describe(
      'Mails of one staff member within an hour that answer a client or change a ticket; more are held. Stops a responder that does not say that it is one.',
    ),
};

interface Written extends Pick<Department, 'language' | 'staffReplies' | 'answersTo'> {
  readonly notify: (typeof NOTIFY)[number];
  readonly staff: readonly {
    readonly name: string;
    readonly address: string;
    readonly language?: Department['language'] | undefined;
    readonly notify?: (typeof NOTIFY)[number] | undefined;
  }[];
}

export function staffPolicyOf(department: Written): Pick<Department, 'staff' | 'staffReplies' | 'answersTo'> {
  return {
    staff: department.staff.map(({ name, address, language, notify: own }) => ({
      name,
      address: normalizeAddress(address) ?? '',
      language: language ?? department.language,
      notify: own ?? department.notify,
    })),
    staffReplies: department.staffReplies,
    answersTo: department.answersTo,
  };
}
