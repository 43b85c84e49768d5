/** What became of your ticket without a mail of yours: resolved, closed, reopened, moved, closing soon, closed by the clock. */
import type { StatusMailKind } from '../../tickets/decision.ts';
import type { Language } from '../../tickets/model.ts';
import { GREETING, P, plain, rich, SIGNATURE_HTML, SIGNATURE_TEXT, ticketHtml, ticketText } from './parts.ts';
import type { MailTemplate } from './template.ts';

/** One mail as its first sentences and what to do now; `<b>` marks what HTML shows in bold. */
interface Words {
  /** Stands in the subject where the ticket's own may not. */
  readonly subject: string;
  readonly news: string;
  readonly next: string;
}

/** The frame that all of them share, as text and HTML. */
function template(language: Language, { subject, news, next }: Words): MailTemplate {
  return {
    subject: `[{{ ticketId }}] {% if subject == "" %}${subject}{% else %}{{ subject }}{% endif %}`,
    text: `{{ marker }}

${GREETING[language]}

${plain(news)}

${ticketText(language, 'variable')}

${plain(next)}

${SIGNATURE_TEXT}
`,
    html: `${P}${GREETING[language]}</p>
${P}${rich(news)}</p>
${ticketHtml(language, 'variable')}
${P}${rich(next)}</p>
${SIGNATURE_HTML}`,
  };
}

const DAYS_ES = '{{ days }} {% if days == 1 %}día{% else %}días{% endif %}';
const DAYS_EN = '{{ days }} {% if days == 1 %}day{% else %}days{% endif %}';

const REOPEN_ES =
  'Si todavía necesitas ayuda, responde a este correo{% if reopenDays == 1 %} antes de mañana a esta hora y lo reabriremos{% else %} en los próximos {{ reopenDays }} días y lo reabriremos{% endif %}. Si escribes más tarde, abriremos un ticket nuevo enlazado con este.';
const REOPEN_EN =
  "If you still need help, reply to this email within {{ reopenDays }} {% if reopenDays == 1 %}day{% else %}days{% endif %} and we'll reopen it. If you write later, we'll open a new ticket linked to this one.";
const ADD_ES =
  'Te responderemos a esta dirección. Si quieres añadir algo, responde a este correo sin cambiar el asunto.';
const ADD_EN = "We'll reply to this address. To add something, reply to this email and leave the subject as it is.";

const WORDS: Record<StatusMailKind, Record<Language, Words>> = {
  'ticket-resolved': {
    es: {
      subject: 'Tu consulta está resuelta',
      news: 'Creemos que tu consulta ya está resuelta.',
      next: 'Si es así, no tienes que hacer nada{% if days > 0 %}: cerraremos el ticket en '.concat(
        DAYS_ES,
        '{% endif %}. Si algo sigue sin funcionar, responde a este correo y lo retomaremos.',
      ),
    },
    en: {
      subject: 'Your request is resolved',
      news: 'We believe your request is resolved.',
      next: "If so, there is nothing you need to do{% if days > 0 %}: we'll close the ticket in ".concat(
        DAYS_EN,
        "{% endif %}. If something still isn't working, reply to this email and we'll pick it up again.",
      ),
    },
  },
  'ticket-closed': {
    es: { subject: 'Tu ticket está cerrado', news: 'Hemos cerrado tu ticket.', next: REOPEN_ES },
    en: { subject: 'Your ticket is closed', news: "We've closed your ticket.", next: REOPEN_EN },
  },
  'ticket-reopened': {
    es: {
      subject: 'Tu ticket vuelve a estar abierto',
      news: 'Hemos reabierto tu ticket y vuelve a estar con <b>{{ department }}</b>.',
      next: ADD_ES,
    },
    en: {
      subject: 'Your ticket is open again',
      news: "We've reopened your ticket, and it is back with <b>{{ department }}</b>.",
      next: ADD_EN,
    },
  },
  'ticket-moved': {
    es: {
      subject: 'Tu ticket está ahora con {{ department }}',
      news: 'Hemos pasado tu ticket a <b>{{ department }}</b>, que puede ayudarte mejor con esto. No tienes que hacer nada.',
      next: ADD_ES,
    },
    en: {
      subject: 'Your ticket is with {{ department }} now',
      news: "We've passed your ticket to <b>{{ department }}</b>, who can help you better with this. There is nothing you need to do.",
      next: ADD_EN,
    },
  },
  'auto-close-warning': {
    es: {
      subject: '¿Todavía necesitas ayuda?',
      news: '{% if status == "resolved" %}Hace unos días dimos tu consulta por resuelta y no hemos vuelto a saber de ti.{% else %}Estamos a la espera de tu respuesta para seguir con tu ticket.{% endif %}',
      next: `Si no tenemos noticias tuyas, lo cerraremos en <b>${DAYS_ES}</b>. Si todavía necesitas ayuda, responde a este correo y seguirá abierto.`,
    },
    en: {
      subject: 'Do you still need help?',
      news: `{% if status == "resolved" %}A few days ago we marked your request as resolved, and we haven't heard from you since.{% else %}We're waiting for your reply so that we can carry on with your ticket.{% endif %}`,
      next: `If we don't hear from you, we'll close it in <b>${DAYS_EN}</b>. If you still need help, reply to this email and it will stay open.`,
    },
  },
  'auto-close-notice': {
    es: {
      subject: 'Tu ticket está cerrado',
      news: 'Hemos cerrado tu ticket porque hace tiempo que no tenemos noticias tuyas.',
      next: REOPEN_ES,
    },
    en: {
      subject: 'Your ticket is closed',
      news: "We've closed your ticket because we haven't heard from you for a while.",
      next: REOPEN_EN,
    },
  },
};

const both = (words: Record<Language, Words>) => ({ es: template('es', words.es), en: template('en', words.en) });

export const STATUS_MAILS: Record<StatusMailKind, Record<Language, MailTemplate>> = {
  'ticket-resolved': both(WORDS['ticket-resolved']),
  'ticket-closed': both(WORDS['ticket-closed']),
  'ticket-reopened': both(WORDS['ticket-reopened']),
  'ticket-moved': both(WORDS['ticket-moved']),
  'auto-close-warning': both(WORDS['auto-close-warning']),
  'auto-close-notice': both(WORDS['auto-close-notice']),
};
