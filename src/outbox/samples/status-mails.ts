/** Samples of the mails that tell a client what became of its ticket. */
import type { StatusMailData, StatusMailKind } from '../../tickets/decision.ts';
import type { Language, TicketStatus } from '../../tickets/model.ts';
import { AWKWARD, type KindOfMail, MATTER, type SampleHouse } from './sample.ts';

type StatusMail<K> = Omit<StatusMailData, 'kind'> & { readonly kind: K };
type More = Readonly<Record<string, Partial<Pick<StatusMailData, 'status' | 'days' | 'reopenDays'>>>>;

/** `more`: variants of its own beside those that all of them have. */
function samplesOf<K extends StatusMailKind>(kind: K, status: TicketStatus, more: More = {}) {
  return (house: SampleHouse, language: Language): Readonly<Record<string, StatusMail<K>>> => {
    const { company, department, ticketPrefix, helpUrl, helpPhone } = house;
    const usual: StatusMail<K> = {
      kind,
      ticketId: `${ticketPrefix}-482913`,
      company,
      department,
      ...MATTER[language],
      status,
      helpUrl,
      helpPhone,
      reopenDays: 14,
      days: 3,
    };
    const others = Object.entries(more).map(([name, differences]) => [name, { ...usual, ...differences }] as const);
    return {
      usual,
      ...Object.fromEntries(others),
      'one-day': { ...usual, days: 1, reopenDays: 1 },
      stranger: { ...usual, name: '', subject: '' },
      bare: { ...usual, name: '', helpUrl: '', helpPhone: '' },
      awkward: { ...usual, ...AWKWARD },
    };
  };
}

export const STATUS_MAILS: { readonly [K in StatusMailKind]: KindOfMail<K> } = {
  'ticket-resolved': {
    purpose: 'tells the client that its request is taken as resolved',
    to: 'client',
    samples: samplesOf('ticket-resolved', 'resolved', { 'never-closes': { days: 0 } }),
  },
  'ticket-closed': {
    purpose: 'tells the client that staff closed its ticket',
    to: 'client',
    samples: samplesOf('ticket-closed', 'closed'),
  },
  'ticket-reopened': {
    purpose: 'tells the client that staff opened its ticket again',
    to: 'client',
    samples: samplesOf('ticket-reopened', 'open'),
  },
  'ticket-moved': {
    purpose: 'tells the client that another department has its ticket now',
    to: 'client',
    samples: samplesOf('ticket-moved', 'open', { pending: { status: 'pending' } }),
  },
  'auto-close-warning': {
    purpose: 'warns the client that its ticket closes soon unless it writes',
    to: 'client',
    samples: samplesOf('auto-close-warning', 'pending', { resolved: { status: 'resolved' } }),
  },
  'auto-close-notice': {
    purpose: 'tells the client that its ticket closed because nobody had written',
    to: 'client',
    samples: samplesOf('auto-close-notice', 'closed'),
  },
};
