/** Samples of the mails to staff, and of those that carry what staff wrote. */

import type { Language } from '../../tickets/model.ts';
import type {
  AnswerUndeliveredData,
  ReturnReason,
  StaffAnswerData,
  StaffMailReturnedData,
  StaffNoticeData,
  StaffNoticeKind,
} from '../../tickets/staff-mail-data.ts';
import { AWKWARD, type KindOfMail, MATTER, type SampleHouse } from './sample.ts';

type Notice<K> = Omit<StaffNoticeData, 'kind'> & { readonly kind: K };

const WRITTEN: Readonly<Record<Language, { readonly client: string; readonly staff: string }>> = {
  es: {
    client: 'Hola:\n\nDesde esta mañana mi web da un error 500.\n¿Podéis mirarlo?\n\nGracias, Ana',
    staff: 'Hola, Ana:\n\nEra el espacio en disco: lo hemos ampliado y tu web vuelve a funcionar.\n\nUn saludo',
  },
  en: {
    client: 'Hello,\n\nsince this morning my website gives an error 500.\nCould you have a look?\n\nThanks, Ana',
    staff: 'Hello Ana,\n\nthe disk was full: we have made room, and your website works again.\n\nBest wishes',
  },
};

/** A text as long and as odd as real ones get. */
const AWKWARD_TEXT = `${AWKWARD.subject}\n\n${'Una línea muy larga que no se acaba nunca. '.repeat(8)}\n> citado\n${'x'.repeat(200)}`;

function noticesOf<K extends StaffNoticeKind>(kind: K, more: Readonly<Record<string, Partial<Notice<K>>>> = {}) {
  return (house: SampleHouse, language: Language): Readonly<Record<string, Notice<K>>> => {
    const usual: Notice<K> = {
      kind,
      ticketId: `${house.ticketPrefix}-482913`,
      company: house.company,
      department: house.department,
      subject: MATTER[language].subject,
      name: 'Nuria',
      status: 'open',
      priority: 'normal',
      assignee: '',
      account: 'C-1001 · La Espiga',
      author: 'Ana Robles',
      address: 'ana@empresa.example',
      unverified: false,
      by: BY_COLLEAGUE.has(kind) ? 'Eva' : '',
      minutes: 2,
      text: WRITTEN[language][BY_COLLEAGUE.has(kind) ? 'staff' : 'client'],
      textCut: false,
      files: 0,
      leftOut: [],
      reference: '7KQ2M9XF4T',
      replies: 'public',
    };
    const others = Object.entries(more).map(([name, differences]) => [name, { ...usual, ...differences }] as const);
    return {
      usual,
      ...Object.fromEntries(others),
      files: {
        ...usual,
        files: 2,
        leftOut: [
          { name: 'copia.zip', size: 31_000_000, risky: false },
          { name: 'factura.exe', size: 40_000, risky: true },
        ],
      },
      unverified: { ...usual, unverified: true, assignee: 'Nuria', priority: 'high' },
      note: { ...usual, replies: 'note', textCut: true },
      bare: { ...usual, name: '', account: '', author: '', text: '', reference: '' },
      awkward: { ...usual, subject: AWKWARD.subject, author: AWKWARD.name, text: AWKWARD_TEXT },
    };
  };
}

const BY_COLLEAGUE: ReadonlySet<StaffNoticeKind> = new Set([
  'staff-assigned',
  'staff-unassigned',
  'staff-moved',
  'staff-colleague-answered',
  'staff-answers-crossed',
]);

function answers(house: SampleHouse, language: Language): Readonly<Record<string, StaffAnswerData>> {
  const { company, department, ticketPrefix, helpUrl, helpPhone } = house;
  const usual: StaffAnswerData = {
    kind: 'staff-answer',
    ticketId: `${ticketPrefix}-482913`,
    company,
    department,
    subject: MATTER[language].subject,
    text: WRITTEN[language].staff,
    status: 'pending',
    moved: false,
    follower: false,
    files: 0,
    helpUrl,
    helpPhone,
    reopenDays: 14,
    days: 3,
  };
  return {
    usual,
    resolved: { ...usual, status: 'resolved' },
    'never-closes': { ...usual, status: 'resolved', days: 0 },
    closed: { ...usual, status: 'closed' },
    moved: { ...usual, status: 'open', moved: true },
    'with-files': { ...usual, files: 2 },
    'one-file': { ...usual, files: 1, status: 'resolved', days: 1 },
    follower: { ...usual, follower: true },
    bare: { ...usual, helpUrl: '', helpPhone: '' },
    awkward: { ...usual, subject: AWKWARD.subject, text: AWKWARD_TEXT },
  };
}

function returned(house: SampleHouse, language: Language): Readonly<Record<string, StaffMailReturnedData>> {
  const usual: StaffMailReturnedData = {
    kind: 'staff-mail-returned',
    ticketId: `${house.ticketPrefix}-482913`,
    company: house.company,
    department: house.department,
    subject: MATTER[language].subject,
    name: 'Nuria',
    reason: 'unknown-command',
    why: '',
    typed: ['#resulto'],
    known: [],
    text: WRITTEN[language].staff,
    reference: '7KQ2M9XF4T',
  };
  const bare = { ...usual, typed: [], known: [] };
  const reasons: readonly ReturnReason[] = ['uncertain-cut', 'empty', 'nobody-to-answer'];
  return {
    usual,
    'command-refused': {
      ...usual,
      reason: 'command-refused',
      why: 'wrong',
      typed: ['#prioridad máxima'],
      known: ['alta', 'normal', 'baja'],
    },
    'attached-mail': { ...usual, reason: 'attached-mail', typed: ['reenviado.eml'] },
    'no-ticket': { ...bare, reason: 'no-ticket', ticketId: '' },
    'not-read': { ...bare, reason: 'not-read', text: '' },
    ...Object.fromEntries(reasons.map((reason) => [reason, { ...bare, reason }])),
    awkward: { ...usual, subject: AWKWARD.subject, typed: [AWKWARD.name], text: AWKWARD_TEXT },
  };
}

function undelivered(house: SampleHouse, language: Language): Readonly<Record<string, AnswerUndeliveredData>> {
  const usual: AnswerUndeliveredData = {
    kind: 'answer-undelivered',
    ticketId: `${house.ticketPrefix}-482913`,
    company: house.company,
    department: house.department,
    subject: MATTER[language].subject,
    name: 'Nuria',
    recipient: 'ana@empresa.example',
    error: '550 5.1.1 <ana@empresa.example>: user unknown',
    text: WRITTEN[language].staff,
  };
  return {
    usual,
    'no-words': { ...usual, error: '' },
    awkward: { ...usual, subject: AWKWARD.subject, error: AWKWARD.name, text: AWKWARD_TEXT },
  };
}

const NOTICES: { readonly [K in StaffNoticeKind]: KindOfMail<K> } = {
  'staff-new-ticket': {
    purpose: 'tells staff of a new ticket',
    to: 'staff',
    samples: noticesOf('staff-new-ticket', { 'for-client': { by: 'Eva' } }),
  },
  'staff-client-replied': {
    purpose: 'tells staff that a client has written to its ticket',
    to: 'staff',
    samples: noticesOf('staff-client-replied', { closed: { status: 'closed' } }),
  },
  'staff-assigned': {
    purpose: 'tells a member of staff that a ticket is theirs now',
    to: 'staff',
    samples: noticesOf('staff-assigned', { mine: { assignee: 'Nuria' } }),
  },
  'staff-unassigned': {
    purpose: 'tells staff that a ticket is nobody’s any more',
    to: 'staff',
    samples: noticesOf('staff-unassigned'),
  },
  'staff-moved': {
    purpose: 'tells staff that a colleague has passed a ticket to their department',
    to: 'staff',
    samples: noticesOf('staff-moved'),
  },
  'staff-colleague-answered': {
    purpose: 'tells staff that a colleague has answered the client',
    to: 'staff',
    samples: noticesOf('staff-colleague-answered', { resolved: { status: 'resolved' } }),
  },
  'staff-answers-crossed': {
    purpose: 'tells who answered at the same time as a colleague what the other one wrote',
    to: 'staff',
    samples: noticesOf('staff-answers-crossed', { 'just-before': { minutes: 0 }, 'a-minute': { minutes: 1 } }),
  },
};

export const STAFF_MAILS = {
  ...NOTICES,
  'staff-answer': {
    purpose: 'carries what a member of staff wrote to the client and its followers',
    to: 'client',
    samples: answers,
  } satisfies KindOfMail<'staff-answer'>,
  'opened-for-client': {
    purpose: 'tells a client that staff have opened a ticket in its name',
    to: 'client',
    samples: ({ company, department, ticketPrefix, helpUrl, helpPhone }, language) => {
      const usual = {
        kind: 'opened-for-client' as const,
        ticketId: `${ticketPrefix}-482913`,
        company,
        department,
        ...MATTER[language],
        helpUrl,
        helpPhone,
      };
      return {
        usual,
        bare: { ...usual, name: '', helpUrl: '', helpPhone: '' },
        awkward: { ...usual, ...AWKWARD },
      };
    },
  } satisfies KindOfMail<'opened-for-client'>,
  'staff-mail-returned': {
    purpose: 'gives a member of staff a mail back that did nothing, and says why',
    to: 'staff',
    samples: returned,
  } satisfies KindOfMail<'staff-mail-returned'>,
  'answer-undelivered': {
    purpose: 'tells a member of staff that an answer did not reach the client',
    to: 'staff',
    samples: undelivered,
  } satisfies KindOfMail<'answer-undelivered'>,
};
