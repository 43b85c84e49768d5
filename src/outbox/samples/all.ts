/**
 * Every kind of mail that Taquilla sends: what it is for, and samples of it. A new kind has its entry here (this does
 * not compile without it) and its templates in render.ts; `templates list`, `templates render`, `check-config`, the
 * pictures and the tests take it from there.
 */
import type { OutgoingKind, OutgoingMail } from '../../tickets/decision.ts';
import { LANGUAGES, type Language } from '../../tickets/model.ts';
import { RECEIPT, REFUSAL_NOTICE, REPLY_NOTICE, STRANGER_RECEIPT } from './receipts.ts';
import { type KindOfMail, SAMPLE_HOUSES, type SampleHouse } from './sample.ts';
import { STAFF_DIGEST } from './staff-digest.ts';
import { STAFF_MAILS } from './staff-mails.ts';
import { STATUS_MAILS } from './status-mails.ts';

export const KINDS: { readonly [K in OutgoingKind]: KindOfMail<K> } = {
  receipt: RECEIPT,
  'stranger-receipt': STRANGER_RECEIPT,
  'reply-notice': REPLY_NOTICE,
  'refusal-notice': REFUSAL_NOTICE,
  ...STATUS_MAILS,
  ...STAFF_MAILS,
  'staff-digest': STAFF_DIGEST,
};

export function isKind(name: string): name is OutgoingKind {
  return Object.hasOwn(KINDS, name);
}

export const KIND_NAMES: readonly OutgoingKind[] = Object.keys(KINDS).filter(isKind);

export interface Sample {
  readonly kind: OutgoingKind;
  readonly variant: string;
  readonly language: Language;
  readonly mail: OutgoingMail;
}

/** All variants of one kind in one language, the usual one first. */
export function samplesOf(
  kind: OutgoingKind,
  language: Language,
  house: SampleHouse = SAMPLE_HOUSES[language],
): readonly Sample[] {
  return Object.entries(KINDS[kind].samples(house, language)).map(([variant, data]) => ({
    kind,
    variant,
    language,
    mail: {
      recipient: KINDS[kind].to === 'staff' ? 'nuria@hosting.example' : 'ana@empresa.example',
      recipientName: KINDS[kind].to === 'client' ? 'Ana' : '',
      from: 'soporte@hosting.example',
      fromName: `${house.department} · ${house.company}`,
      language,
      messageId: '<tq.sample.482913.k1.00@hosting.example>',
      inReplyTo: '<original@empresa.example>',
      references: ['<original@empresa.example>', '<tq.root.482913.k1.00@hosting.example>'],
      data,
    },
  }));
}

/** Every kind in every language and variant. */
export function allSamples(houses: Readonly<Record<Language, SampleHouse>> = SAMPLE_HOUSES): readonly Sample[] {
  return KIND_NAMES.flatMap((kind) => LANGUAGES.flatMap((language) => samplesOf(kind, language, houses[language])));
}
