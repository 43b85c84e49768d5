/** Samples of the mails that answer a mail: receipts, the notice of an unproven reply, and of a refusal. */
import type { ReceiptData } from '../../tickets/decision.ts';
import type { Language } from '../../tickets/model.ts';
import { AWKWARD, type DataOf, type KindOfMail, MATTER, type SampleHouse } from './sample.ts';

export const RECEIPT: KindOfMail<'receipt'> = {
  purpose: 'confirms to a client that a ticket was opened',
  to: 'client',
  samples: (house, language) => {
    const usual = receipt('receipt', house, language);
    return {
      usual,
      everything: {
        ...usual,
        attachments: 2,
        otherTickets: [
          { ticketId: `${house.ticketPrefix}-310577`, subject: usual.subject },
          { ticketId: `${house.ticketPrefix}-294016`, subject: AWKWARD.subject },
        ],
        account: 'C-1001',
      },
      unverified: { ...usual, subject: '', attachments: 1, unverified: true },
      bare: { ...usual, name: '', hint: '', helpUrl: '', helpPhone: '' },
      awkward: { ...usual, ...AWKWARD, attachments: 1 },
    };
  },
};

export const STRANGER_RECEIPT: KindOfMail<'stranger-receipt'> = {
  purpose: 'confirms a ticket to somebody who is not a client; carries nothing that they wrote',
  to: 'stranger',
  samples: (house, language) => {
    const usual: DataOf<'stranger-receipt'> = {
      ...receipt('stranger-receipt', house, language),
      subject: '',
      name: '',
    };
    return { usual, bare: { ...usual, hint: '', helpUrl: '', helpPhone: '' } };
  },
};

export const REPLY_NOTICE: KindOfMail<'reply-notice'> = {
  purpose: 'tells a client of a reply in its name without proof that it is from there',
  to: 'client',
  samples: ({ company, department, ticketPrefix, helpUrl, helpPhone }, language) => {
    const usual: DataOf<'reply-notice'> = {
      kind: 'reply-notice',
      ticketId: `${ticketPrefix}-482913`,
      company,
      department,
      ...MATTER[language],
      helpUrl,
      helpPhone,
    };
    return {
      usual,
      bare: { ...usual, name: '', subject: '', helpUrl: '', helpPhone: '' },
      awkward: { ...usual, ...AWKWARD },
    };
  },
};

export const REFUSAL_NOTICE: KindOfMail<'refusal-notice'> = {
  purpose: 'tells a sender whose address is not registered that its mail was not let in ("unregistered": "notify")',
  to: 'stranger',
  samples: ({ company, department, helpUrl, helpPhone }) => {
    const usual: DataOf<'refusal-notice'> = {
      kind: 'refusal-notice',
      reference: '7KQ2M9XF4T',
      company,
      department,
      helpUrl,
      helpPhone,
    };
    return { usual, bare: { ...usual, helpUrl: '', helpPhone: '' }, phone: { ...usual, helpUrl: '' } };
  },
};

function receipt<K extends ReceiptData['kind']>(
  kind: K,
  { company, department, ticketPrefix, hint, helpUrl, helpPhone }: SampleHouse,
  language: Language,
): Omit<ReceiptData, 'kind'> & { readonly kind: K } {
  return {
    kind,
    ticketId: `${ticketPrefix}-482913`,
    company,
    department,
    ...MATTER[language],
    hint,
    helpUrl,
    helpPhone,
    attachments: 0,
    otherTickets: [],
    account: '',
    unverified: false,
  };
}
