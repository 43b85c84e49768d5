/**
 * What a sample is: made-up data for one kind of mail, so that a template can be looked at and checked before a client
 * gets it. Every kind must have some (the record in all.ts does not compile without), in every variant in which its
 * templates say something else.
 */
import type { MailData, OutgoingKind } from '../../tickets/decision.ts';
import type { Language } from '../../tickets/model.ts';

/** The company and department that the samples speak of: an installation's own, or a made-up one. */
export interface SampleHouse {
  readonly company: string;
  readonly department: string;
  readonly ticketPrefix: string;
  readonly hint: string;
  readonly helpUrl: string;
  readonly helpPhone: string;
}

/** The data of one kind, where its type serves several. */
export type DataOf<K extends OutgoingKind, D = MailData> = D extends { readonly kind: infer Own }
  ? K extends Own
    ? Omit<D, 'kind'> & { readonly kind: K }
    : never
  : never;

export interface KindOfMail<K extends OutgoingKind> {
  /** One line, in English: what it is for. */
  readonly purpose: string;
  readonly to: 'client' | 'stranger' | 'staff';
  /** Variants by name; the first is what `templates render` shows unless told otherwise. */
  readonly samples: (house: SampleHouse, language: Language) => Readonly<Record<string, DataOf<K>>>;
}

export const SAMPLE_HOUSES: Readonly<Record<Language, SampleHouse>> = {
  es: {
    company: 'Hosting Ejemplo',
    department: 'Soporte',
    ticketPrefix: 'TQ',
    hint: 'Si es un problema de correo, indícanos el remitente, el destinatario y la hora; si es de una web, la URL.',
    helpUrl: 'https://hosting.example/ayuda',
    helpPhone: '+34 900 000 000',
  },
  en: {
    company: 'Hosting Example',
    department: 'Support',
    ticketPrefix: 'TQ',
    hint: 'For a mail problem, tell us the sender, the recipient and the time; for a website, the URL.',
    helpUrl: 'https://hosting.example/help',
    helpPhone: '+34 900 000 000',
  },
};

/** What the made-up client wrote. */
export const MATTER: Readonly<Record<Language, { readonly name: string; readonly subject: string }>> = {
  es: { name: 'Ana', subject: 'Mi web no carga desde esta mañana' },
  en: { name: 'Ana', subject: "My website hasn't loaded since this morning" },
};

/** As long as real ones get, with everything that HTML and Liquid give a meaning. */
export const AWKWARD = {
  name: 'José María de la Santísima Trinidad Fernández-Villaverde <b>& "Hijos"</b>',
  subject:
    'Re: URGENTE {{ company }} {% raw %} <script>alert(1)</script> & https://www.example.com/una/direccion/muy/larga/que-no-se-puede-partir-por-ningun-sitio.html?a=1&b=2',
} as const;
