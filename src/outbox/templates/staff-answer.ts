/** An answer of staff, as the client gets it: a person's words first, then what has become of the ticket, small. */
import type { Language } from '../../tickets/model.ts';
import { clientStatus, P, SIGNATURE_HTML, SIGNATURE_TEXT } from './parts.ts';
import type { MailTemplate } from './template.ts';

interface Words {
  readonly attached: string;
  readonly moved: string;
  readonly follower: string;
  /** What to do now, by status. */
  readonly next: string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  es: {
    attached:
      '{% if files == 1 %}Te enviamos un archivo adjunto.{% else %}Te enviamos {{ files }} archivos adjuntos.{% endif %}',
    moved: 'A partir de ahora te atiende {{ department }}; tú no tienes que hacer nada.',
    follower: 'Recibes este correo porque estabas en copia de la consulta.',
    next: `{% case status %}
{%- when "resolved" %}Si algo sigue sin funcionar, responde a este correo y lo retomaremos{% if days > 0 %}; si no, cerraremos el ticket en {{ days }} {% if days == 1 %}día{% else %}días{% endif %}{% endif %}.
{%- when "closed" %}Si todavía necesitas ayuda, responde a este correo {% if reopenDays == 1 %}antes de mañana a esta hora{% else %}en los próximos {{ reopenDays }} días{% endif %} y lo reabriremos.
{%- when "open" %}Seguimos con ello. Si quieres añadir algo, responde a este correo sin cambiar el asunto.
{%- else %}Para contestarnos, responde a este correo sin cambiar el asunto.
{%- endcase %}`,
  },
  en: {
    attached:
      "{% if files == 1 %}We're sending you one attachment.{% else %}We're sending you {{ files }} attachments.{% endif %}",
    moved: "{{ department }} is looking after this from now on; there's nothing you need to do.",
    follower: 'You get this email because you were copied in on the request.',
    next: `{% case status %}
{%- when "resolved" %}If something still isn't working, reply to this email and we'll pick it up again{% if days > 0 %}; otherwise we'll close the ticket in {{ days }} {% if days == 1 %}day{% else %}days{% endif %}{% endif %}.
{%- when "closed" %}If you still need help, reply to this email within {{ reopenDays }} {% if reopenDays == 1 %}day{% else %}days{% endif %} and we'll reopen it.
{%- when "open" %}We're still working on it. To add something, reply to this email and leave the subject as it is.
{%- else %}To answer us, reply to this email and leave the subject as it is.
{%- endcase %}`,
  },
};

function template(language: Language): MailTemplate {
  const { attached, moved, follower, next } = WORDS[language];
  const status = clientStatus(language);
  return {
    subject: '[{{ ticketId }}] {{ subject }}',
    text: `{{ marker }}

{% if text == "" %}${attached}{% else %}{{ text }}{% endif %}
{% if moved %}
${moved}
{% endif %}
Ticket: {{ ticketId }} · ${status}

${next}
{%- if follower %} ${follower}{% endif %}

${SIGNATURE_TEXT}
`,
    html: `${P}{% if text == "" %}${attached}{% else %}{{ text | lines }}{% endif %}</p>
{% if moved %}${P}${moved}</p>
{% endif %}<h1 style="margin:28px 0 4px;font-size:16px;line-height:1.4;font-weight:bold;">{{ ticketId }} · ${status}</h1>
<p style="margin:0;font-size:14px;line-height:1.5;">${next}{% if follower %} ${follower}{% endif %}</p>
${SIGNATURE_HTML}`,
  };
}

export const STAFF_ANSWER: Record<Language, MailTemplate> = { es: template('es'), en: template('en') };
