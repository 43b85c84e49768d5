/** To staff, once a day: mails that were held or refused, and how to let one in. Only our own words and the mails' headers. */
import type { Language } from '../../tickets/model.ts';
import { P, SOFT } from './staff-parts.ts';
import type { MailTemplate } from './template.ts';

/** Why, in words; what has none stands as it is. */
const REASONS: Record<Language, Readonly<Record<string, string>>> = {
  es: {
    'unregistered-sender': 'no es contacto de ninguna cuenta',
    'account-state': 'su cuenta no puede escribir aquí por su estado',
    'department-not-allowed': 'no puede escribir a este departamento',
    'replies-only': 'este departamento solo admite respuestas a sus tickets',
    'not-authenticated': 'nada prueba que sea de quien dice',
    'dmarc-policy': 'su dominio pide rechazar lo que no se puede comprobar',
    'staff-not-authenticated': 'usa una dirección nuestra y nada lo prueba',
    'unclear-sender': 'el remitente no está claro',
    'blocked-sender': 'remitente bloqueado',
    'risky-attachment': 'adjunto de un tipo peligroso',
    'mail-loop': 'correo en bucle',
    'dns-temporary-failure': 'el DNS no contestaba; volverá a intentarlo',
    'held-for-review': 'retenido para que alguien lo mire',
    'internal-error': 'un fallo nuestro; se puede volver a procesar',
    'staff-rate': 'demasiadas respuestas vuestras en una hora',
    'too-large': 'demasiado grande',
    'bare-line-break': 'formato incorrecto',
  },
  en: {
    'unregistered-sender': 'is no contact of any account',
    'account-state': 'the state of its account does not let it write here',
    'department-not-allowed': 'may not write to this department',
    'replies-only': 'this department takes only replies to its tickets',
    'not-authenticated': 'nothing proves that it is who it says',
    'dmarc-policy': 'its domain asks to refuse what cannot be verified',
    'staff-not-authenticated': 'uses an address of ours, and nothing proves it',
    'unclear-sender': 'the sender is not clear',
    'blocked-sender': 'blocked sender',
    'risky-attachment': 'attachment of a dangerous type',
    'mail-loop': 'mail in a loop',
    'dns-temporary-failure': 'DNS did not answer; it will come again',
    'held-for-review': 'held for somebody to look at',
    'internal-error': 'a fault of ours; it can be run again',
    'staff-rate': 'too many answers of yours within an hour',
    'too-large': 'too large',
    'bare-line-break': 'malformed',
  },
};

const WORDS = {
  es: {
    subject: 'Correos retenidos y rechazados: {{ department }}',
    news: 'Estos correos no han entrado desde el último aviso.',
    held: 'Retenidos, a la espera de que alguien decida:',
    refused: 'Rechazados; quien los envió lo sabe:',
    more: 'Y {{ more }} más: taquilla mail list',
    none: '(sin asunto)',
    accept: 'Para admitir uno: taquilla mail accept REFERENCIA',
    returned: 'correo de vuestro equipo que se devolvió a quien lo escribió',
  },
  en: {
    subject: 'Held and refused mails: {{ department }}',
    news: 'These mails have not been let in since the last digest.',
    held: 'Held, until somebody decides:',
    refused: 'Refused; their senders know:',
    more: 'And {{ more }} more: taquilla mail list',
    none: '(no subject)',
    accept: 'To let one in: taquilla mail accept REFERENCE',
    returned: 'a mail of your own team that went back to its writer',
  },
} as const;

function template(language: Language): MailTemplate {
  const words = WORDS[language];
  const reason = `{% case one.reason %}${Object.entries(REASONS[language])
    .map(([key, text]) => `{% when "${key}" %}${text}`)
    .join('')}{% else %}${words.returned}{% endcase %}`;
  const subject = `{% if one.subject == "" %}${words.none}{% else %}{{ one.subject }}{% endif %}`;
  const text = (list: string, title: string) => `{% if ${list}.size > 0 %}
${title}
{% for one in ${list} %}
  {{ one.reference }}  {{ one.sender }}
      ${subject}
      ${reason}
{% endfor %}{% endif %}`;
  const html = (list: string, title: string) =>
    `{% if ${list}.size > 0 %}${P}<strong>${title}</strong></p>{% for one in ${list} %}${P}<strong>{{ one.reference }}</strong> {{ one.sender }}<br>${subject}<br>${reason}</p>{% endfor %}{% endif %}`;
  return {
    subject: words.subject,
    text: `${words.news}
${text('held', words.held)}${text('refused', words.refused)}
{%- if more > 0 %}
${words.more}
{% endif %}
${words.accept}

{{ department }} · {{ company }}
`,
    html: `${P}${words.news}</p>
${html('held', words.held)}${html('refused', words.refused)}
{% if more > 0 %}${P}${words.more}</p>{% endif %}
${P}${words.accept}</p>
${SOFT}{{ department }} · {{ company }}</p>`,
  };
}

export const STAFF_DIGEST: Record<Language, MailTemplate> = { es: template('es'), en: template('en') };
