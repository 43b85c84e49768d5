/** The receipt: your mail is a ticket, this is its ID, this is what happens next. */
import type { Language } from '../../tickets/model.ts';
import { GREETING, P, plain, rich, SIGNATURE_HTML, SIGNATURE_TEXT, ticketHtml, ticketText } from './parts.ts';
import type { MailTemplate } from './template.ts';

/** Sentences as Liquid; `<b>` marks what HTML shows in bold. */
interface Words {
  /** Stands in the subject where the ticket's own may not. */
  readonly subject: string;
  readonly news: string;
  readonly unverified: string;
  readonly next: string;
  readonly account: string;
  readonly others: string;
  readonly close: string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  es: {
    subject: 'Hemos recibido tu mensaje',
    news: 'Hemos recibido tu mensaje{% if attachments == 1 %} con un archivo adjunto{% elsif attachments > 1 %} con {{ attachments }} archivos adjuntos{% endif %} y ya está con <b>{{ department }}</b>.',
    unverified:
      'No hemos podido comprobar que este mensaje lo enviaras tú. Si no fuiste tú, responde a este correo y dínoslo.',
    next: 'Te responderemos a esta dirección. Si quieres añadir algo, responde a este correo sin cambiar el asunto.',
    account:
      'Tu dirección está registrada en varias cuentas. Hemos abierto el ticket en <b>{{ account }}</b>; si es de otra, responde a este correo y dínoslo.',
    others:
      'Sobre el mismo asunto ya tienes {% if otherTickets.size == 1 %}otro ticket abierto{% else %}otros {{ otherTickets.size }} tickets abiertos{% endif %}:',
    close: '¿Ya está resuelto? Responde con <b>#cerrar</b> en la primera línea y cerraremos el ticket.',
  },
  en: {
    subject: 'We have received your message',
    news: "We've received your message{% if attachments == 1 %} with one attachment{% elsif attachments > 1 %} with {{ attachments }} attachments{% endif %}, and it is with <b>{{ department }}</b> now.",
    unverified:
      "We couldn't verify that you sent this message. If it wasn't you, please reply to this email and tell us.",
    next: "We'll reply to this address. To add something, reply to this email and leave the subject as it is.",
    account:
      "Your address is registered on several accounts. We've opened the ticket on <b>{{ account }}</b>; if it belongs to another one, reply to this email and tell us.",
    others:
      'On the same subject you already have {% if otherTickets.size == 1 %}another open ticket{% else %}{{ otherTickets.size }} other open tickets{% endif %}:',
    close: "Is it solved already? Reply with <b>#close</b> on the first line and we'll close the ticket.",
  },
};

function template(language: Language): MailTemplate {
  const words = WORDS[language];
  return {
    subject: `[{{ ticketId }}] {% if subject == "" %}${words.subject}{% else %}{{ subject }}{% endif %}`,
    text: `{{ marker }}

${GREETING[language]}

${plain(words.news)}

${ticketText(language, 'open')}
{% if unverified %}
${plain(words.unverified)}
{% endif %}
${plain(words.next)}
{% if hint != "" %}
{{ hint }}
{% endif %}
{% if account != "" %}
${plain(words.account)}
{% endif %}
{% if otherTickets.size > 0 %}
${plain(words.others)}
{%- for other in otherTickets %}
  {{ other.ticketId }}  {{ other.subject }}{% endfor %}
{% endif %}
${plain(words.close)}

${SIGNATURE_TEXT}
`,
    html: `${P}${GREETING[language]}</p>
${P}${rich(words.news)}</p>
${ticketHtml(language, 'open')}
{% if unverified %}${P}<strong>${rich(words.unverified)}</strong></p>
{% endif %}${P}${rich(words.next)}</p>
{% if hint != "" %}${P}{{ hint }}</p>
{% endif %}{% if account != "" %}${P}${rich(words.account)}</p>
{% endif %}{% if otherTickets.size > 0 %}<p style="margin:0 0 4px;">${rich(words.others)}</p>
<ul style="margin:0 0 16px;padding:0 0 0 20px;">{% for other in otherTickets %}<li style="margin:0 0 4px;word-break:break-word;"><strong>{{ other.ticketId }}</strong> {{ other.subject }}</li>{% endfor %}</ul>
{% endif %}${P}${rich(words.close)}</p>
${SIGNATURE_HTML}`,
  };
}

export const RECEIPT: Record<Language, MailTemplate> = { es: template('es'), en: template('en') };
