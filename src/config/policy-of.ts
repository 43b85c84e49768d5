/** From the settings of a config file to the policy that the rules go by. */
import { domainOf, normalizeAddress } from '../mail/address.ts';
import { parseTicketPattern } from '../tickets/foreign-ids.ts';
import type { Policy } from '../tickets/policy.ts';
import type { Settings } from './schema.ts';
import { staffPolicyOf } from './staff-settings.ts';

export function policyOf(values: Settings): Policy {
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
      ...staffPolicyOf(one),
    })),
    mailboxes,
    domains: [...new Set(mailboxes.map((box) => domainOf(box.address)))],
    bounceAddress: normalizeAddress(values.outbound.envelopeFrom ?? ''),
    postmasterDepartment: values.postmasterDepartment ?? values.departments[0]?.key ?? '',
    authentication: values.authentication,
    shadow: values.shadow,
    stripTag: values.stripTag,
    ticketPatterns: values.ticketPatterns.flatMap((written) => {
      const parsed = parseTicketPattern(written);
      return parsed.ok ? [parsed.pattern] : [];
    }),
    reopenDays: values.reopenDays,
    autoCloseDays: values.autoCloseDays,
    autoCloseWarningDays: values.autoCloseWarningDays,
    receiptsPerHour: values.receiptsPerHour,
    receiptsPerDomainPerHour: values.receiptsPerDomainPerHour,
    staffAnswersPerHour: values.staffAnswersPerHour,
    digestHour: values.digestHour,
    staffFileBytes: values.limits.staffFileBytes,
    maxReceived: values.limits.received,
    attachments: { ...values.attachments, limits: values.limits.attachments },
  };
}
