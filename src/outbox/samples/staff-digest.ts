/** Samples of the digest of held and refused mails. */
import type { StaffDigestData } from '../../tickets/digest.ts';
import { AWKWARD, type KindOfMail, MATTER } from './sample.ts';

export const STAFF_DIGEST: KindOfMail<'staff-digest'> = {
  purpose: 'tells staff once a day which mails were held or refused, and how to let one in',
  to: 'staff',
  samples: ({ company, department }, language) => {
    const { subject } = MATTER[language];
    const held = {
      reference: '7KQ2M9XF4T',
      sender: 'luis@empresa.example',
      subject,
      reason: 'held-for-review',
    } as const;
    const refused = { ...held, reference: 'B3T8W2PN6H', sender: 'ana.robles@correo.example' } as const;
    const usual: StaffDigestData = {
      kind: 'staff-digest',
      company,
      department,
      name: 'Nuria',
      held: [held],
      refused: [
        { ...refused, reason: 'unregistered-sender' },
        { ...refused, reference: 'M4Z9C1RQ7D', sender: '', subject: '', reason: 'unclear-sender' },
      ],
      more: 0,
    };
    return {
      usual,
      held: { ...usual, refused: [] },
      refused: { ...usual, held: [] },
      many: { ...usual, more: 312 },
      awkward: { ...usual, name: AWKWARD.name, held: [{ ...held, subject: AWKWARD.subject }] },
    };
  },
};
