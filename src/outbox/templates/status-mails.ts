/** What became of your ticket without a mail of yours: resolved, closed, reopened, moved, closing soon, closed by the clock. */
import type { StatusMailKind } from '../../tickets/decision.ts';
import type { Language } from '../../tickets/model.ts';
import type { MailTemplate } from './template.ts';

/** One mail as its first sentences and what to do now; `<b>` marks what HTML shows in bold. */
interface Words {
  /** Stands in the subject where the ticket's own may not. */
  readonly subject: string;
  readonly news: string;
  readonly next: string;
}

const P = '<p style="margin:0 0 16px;">';

/** The frame that all of them share, as text and HTML. */
function template(language: Language, { subject, news, next }: Words): MailTemplate {
  const { greeting, ticket, subjectLabel, state, states } = FRAME[language];
  const status = `{% case status %}${Object.entries(states)
    .map(([key, word]) => `{% when "${key}" %}${word}`)
    .join('')}{% endcase %}`;
  const plain = (text: string) => text.replaceAll(/<\/?b>/g, '');
  const rich = (text: string) => text.replaceAll('<b>', '<strong>').replaceAll('</b>', '</strong>');
  return {
    subject: `[{{ ticketId }}] {% if subject == "" %}${subject}{% else %}{{ subject }}{% endif %}`,
    text: `{{ marker }}

${greeting}

${plain(news)}

  ${ticket}: {{ ticketId }}
{%- if subject != "" %}
  ${subjectLabel}: {{ subject }}{% endif %}
  ${state}: ${status}

${plain(next)}

{{ department }} · {{ company }}
{%- if helpUrl != "" %}
{{ helpUrl }}{% endif %}
{%- if helpPhone != "" %}
{{ helpPhone }}{% endif %}
`,
    html: `${P}${greeting}</p>
${P}${rich(news)}</p>
<p class="id" style="margin:0 0 16px;padding:12px 16px;border-radius:6px;background:#e8f1fa;color:#0d3a63;"><strong style="font-size:20px;">{{ ticketId }}</strong>{% if subject != "" %}<br>{{ subject }}{% endif %}<br>${state}: ${status}</p>
${P}${rich(next)}</p>
<p class="soft" style="margin:24px 0 0;font-size:14px;color:#66717b;">{{ department }} · {{ company }}{% if helpUrl != "" %}<br><a href="{{ helpUrl }}" style="color:#0b64b5;">{{ helpUrl }}</a>{% endif %}{% if helpPhone != "" %}<br>{{ helpPhone }}{% endif %}</p>`,
  };
}

const FRAME = {
  es: {
    greeting: '{% if name == "" %}Hola:{% else %}Hola, {{ name }}:{% endif %}',
    ticket: 'Ticket',
    subjectLabel: 'Asunto',
    state: 'Estado',
    states: { open: 'Abierto', pending: 'Pendiente de tu respuesta', resolved: 'Resuelto', closed: 'Cerrado' },
  },
  en: {
    greeting: '{% if name == "" %}Hello,{% else %}Hello {{ name }},{% endif %}',
    ticket: 'Ticket',
    subjectLabel: 'Subject',
    state: 'Status',
    states: { open: 'Open', pending: 'Waiting for your answer', resolved: 'Resolved', closed: 'Closed' },
  },
} as const;

const DAYS_ES = '{{ days }} {% if days == 1 %}día{% else %}días{% endif %}';
const DAYS_EN = '{{ days }} {% if days == 1 %}day{% else %}days{% endif %}';

const REOPEN_ES =
  'Si todavía necesitas ayuda, responde a este correo{% if reopenDays == 1 %} antes de mañana a esta hora y lo reabriremos{% else %} en los próximos {{ reopenDays }} días y lo reabriremos{% endif %}. Si escribes más tarde, abriremos un ticket nuevo enlazado con este.';
const REOPEN_EN =
  'If you still need help, reply to this mail within {{ reopenDays }} {% if reopenDays == 1 %}day{% else %}days{% endif %} and we will open it again. If you write later, we will open a new ticket that is linked to this one.';
const ADD_ES =
  'Te responderemos a esta dirección. Si quieres añadir algo, responde a este correo sin cambiar el asunto.';
const ADD_EN = 'We will answer to this address. To add something, reply to this mail and leave the subject as it is.';

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
      news: 'We believe that your request is resolved.',
      next: 'If it is, there is nothing to do{% if days > 0 %}: we will close the ticket in '.concat(
        DAYS_EN,
        '{% endif %}. If something still does not work, reply to this mail and we will take it up again.',
      ),
    },
  },
  'ticket-closed': {
    es: { subject: 'Hemos cerrado tu ticket', news: 'Hemos cerrado tu ticket.', next: REOPEN_ES },
    en: { subject: 'We have closed your ticket', news: 'We have closed your ticket.', next: REOPEN_EN },
  },
  'ticket-reopened': {
    es: {
      subject: 'Hemos reabierto tu ticket',
      news: 'Hemos reabierto tu ticket y vuelve a estar con <b>{{ department }}</b>.',
      next: ADD_ES,
    },
    en: {
      subject: 'We have opened your ticket again',
      news: 'We have opened your ticket again, and it is back with <b>{{ department }}</b>.',
      next: ADD_EN,
    },
  },
  'ticket-moved': {
    es: {
      subject: 'Hemos pasado tu ticket a {{ department }}',
      news: 'Hemos pasado tu ticket a <b>{{ department }}</b>, que puede ayudarte mejor con esto. No tienes que hacer nada.',
      next: ADD_ES,
    },
    en: {
      subject: 'We have passed your ticket to {{ department }}',
      news: 'We have passed your ticket to <b>{{ department }}</b>, who can help you better with this. There is nothing for you to do.',
      next: ADD_EN,
    },
  },
  'auto-close-warning': {
    es: {
      subject: '¿Seguimos con tu ticket?',
      news: '{% if status == "resolved" %}Hace unos días dimos tu consulta por resuelta y no hemos vuelto a saber de ti.{% else %}Estamos esperando tu respuesta para poder seguir con tu ticket.{% endif %}',
      next: `Si no tenemos noticias tuyas, lo cerraremos en <b>${DAYS_ES}</b>. Si todavía necesitas ayuda, responde a este correo y seguirá abierto.`,
    },
    en: {
      subject: 'Shall we go on with your ticket?',
      news: '{% if status == "resolved" %}Some days ago we took your request as resolved, and we have not heard from you since.{% else %}We are waiting for your answer to go on with your ticket.{% endif %}',
      next: `If we do not hear from you, we will close it in <b>${DAYS_EN}</b>. If you still need help, reply to this mail and it stays open.`,
    },
  },
  'auto-close-notice': {
    es: {
      subject: 'Hemos cerrado tu ticket',
      news: 'Hemos cerrado tu ticket porque hace tiempo que no tenemos noticias tuyas.',
      next: REOPEN_ES,
    },
    en: {
      subject: 'We have closed your ticket',
      news: 'We have closed your ticket because we have not heard from you for a while.',
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
