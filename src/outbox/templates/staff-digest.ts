/** To staff, once a day: mails that were held or refused, and how to let one in. Only our own words and the mails' headers. */
import type { DigestReason } from '../../tickets/digest.ts';
import type { Language } from '../../tickets/model.ts';
import { GREETING, P, SIGNATURE_HTML, SIGNATURE_TEXT } from './parts.ts';
import { HEADING } from './staff-parts.ts';
import type { MailTemplate } from './template.ts';

const REASONS: Readonly<Record<Language, Readonly<Record<DigestReason, string>>>> = {
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
    'held-for-review': 'retenido para que alguien lo mire',
    'internal-error': 'un fallo nuestro; se puede volver a procesar',
    'staff-rate': 'demasiados correos vuestros en una hora; no se ha enviado nada',
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
    'held-for-review': 'held for somebody to look at',
    'internal-error': 'a fault of ours; it can be run again',
    'staff-rate': 'too many mails of yours within an hour; nothing was sent',
    'too-large': 'too large',
    'bare-line-break': 'malformed',
  },
};

const COUNT = '{% assign all = held.size | plus: refused.size | plus: more %}{{ all }}';

const WORDS = {
  es: {
    subject: `${COUNT} {% if all == 1 %}correo retenido o rechazado{% else %}correos retenidos o rechazados{% endif %} · {{ department }}`,
    title: 'Correos que no han entrado',
    news: 'Estos correos no han entrado desde el último resumen. Échales un vistazo por si alguno es de un cliente.',
    held: 'Retenidos, a la espera de que alguien decida:',
    refused: 'Rechazados; quien los envió lo sabe:',
    more: 'Y {{ more }} más; están en: taquilla mail list',
    none: '(sin asunto)',
    nobody: 'remitente no claro',
    accept: 'Para admitir uno, en el servidor:',
    command: 'taquilla mail accept REFERENCIA',
    reason: 'Motivo',
  },
  en: {
    subject: `${COUNT} held or refused {% if all == 1 %}mail{% else %}mails{% endif %} · {{ department }}`,
    title: "Mails that weren't let in",
    news: "These mails weren't let in since the last digest. Have a look, in case one of them is from a client.",
    held: 'Held, until somebody decides:',
    refused: 'Refused; their senders know:',
    more: 'And {{ more }} more; they are in: taquilla mail list',
    none: '(no subject)',
    nobody: 'sender not clear',
    accept: 'To let one in, on the server:',
    command: 'taquilla mail accept REFERENCE',
    reason: 'Reason',
  },
} as const;

function template(language: Language): MailTemplate {
  const words = WORDS[language];
  const reasons = Object.entries(REASONS[language]).map(([key, text]) => `{% when "${key}" %}${text}`);
  const reason = `${words.reason}: {% case one.reason %}${reasons.join('')}{% endcase %}`;
  const subject = `{% if one.subject == "" %}${words.none}{% else %}{{ one.subject }}{% endif %}`;
  const sender = `{% if one.sender == "" %}${words.nobody}{% else %}{{ one.sender }}{% endif %}`;
  const text = (list: string, title: string) => `{% if ${list}.size > 0 %}
${title}
{% for one in ${list} %}
  {{ one.reference }}  ${sender}
      ${subject}
      ${reason}
{% endfor %}{% endif %}`;
  const html = (list: string, title: string) =>
    `{% if ${list}.size > 0 %}${P}<strong>${title}</strong></p>
{% for one in ${list} %}<p style="margin:0 0 16px;word-break:break-word;"><strong>{{ one.reference }}</strong> ${sender}<br>${subject}<br>${reason}</p>
{% endfor %}{% endif %}`;
  return {
    subject: words.subject,
    text: `${GREETING[language]}

${words.news}
${text('held', words.held)}${text('refused', words.refused)}
{%- if more > 0 %}
${words.more}
{% endif %}
${words.accept}

  ${words.command}

${SIGNATURE_TEXT}
`,
    html: `${HEADING}${words.title}</h1>
<p style="margin:16px 0;">${GREETING[language]}</p>
${P}${words.news}</p>
${html('held', words.held)}${html('refused', words.refused)}{% if more > 0 %}${P}${words.more}</p>
{% endif %}${P}${words.accept}<br><strong>${words.command}</strong></p>
${SIGNATURE_HTML}`,
  };
}

export const STAFF_DIGEST: Record<Language, MailTemplate> = { es: template('es'), en: template('en') };
