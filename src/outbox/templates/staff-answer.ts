/** An answer of staff, as the client gets it: the words first, then what has become of the ticket. */
import type { Language } from '../../tickets/model.ts';
import { htmlText, P, SOFT } from './staff-parts.ts';
import type { MailTemplate } from './template.ts';

interface Words {
  readonly attached: string;
  readonly moved: string;
  readonly follower: string;
  readonly status: string;
}

const SIGNATURE_TEXT = `{{ department }} · {{ company }}
{%- if helpUrl != "" %}
{{ helpUrl }}{% endif %}
{%- if helpPhone != "" %}
{{ helpPhone }}{% endif %}
`;
const SIGNATURE_HTML = `${SOFT}{{ department }} · {{ company }}{% if helpUrl != "" %}<br><a href="{{ helpUrl }}" style="color:#0b64b5;">{{ helpUrl }}</a>{% endif %}{% if helpPhone != "" %}<br>{{ helpPhone }}{% endif %}</p>`;

const es: Words = {
  attached:
    '{% if files == 1 %}Te enviamos un archivo adjunto.{% else %}Te enviamos {{ files }} archivos adjuntos.{% endif %}',
  moved: 'A partir de ahora te atiende {{ department }}; tú no tienes que hacer nada.',
  follower: 'Recibes este correo porque estabas en copia de la consulta.',
  status: `{% case status %}
{%- when "resolved" %}Estado: Resuelto. Si algo sigue sin funcionar, responde a este correo y lo retomaremos{% if days > 0 %}; si no, el ticket se cerrará en {{ days }} {% if days == 1 %}día{% else %}días{% endif %}{% endif %}.
{%- when "closed" %}Estado: Cerrado. Si todavía necesitas ayuda, responde a este correo en los próximos {{ reopenDays }} días y lo reabriremos.
{%- when "open" %}Estado: Abierto. Seguimos con ello. Si quieres añadir algo, responde a este correo sin cambiar el asunto.
{%- else %}Estado: Pendiente de tu respuesta. Responde a este correo sin cambiar el asunto.
{%- endcase %}`,
};

const en: Words = {
  attached:
    '{% if files == 1 %}We are sending you one attachment.{% else %}We are sending you {{ files }} attachments.{% endif %}',
  moved: '{{ department }} is looking after this from now on; there is nothing for you to do.',
  follower: 'You get this mail because you were copied in on the request.',
  status: `{% case status %}
{%- when "resolved" %}Status: Resolved. If something still does not work, reply to this mail and we will take it up again{% if days > 0 %}; otherwise the ticket closes in {{ days }} {% if days == 1 %}day{% else %}days{% endif %}{% endif %}.
{%- when "closed" %}Status: Closed. If you still need help, reply to this mail within {{ reopenDays }} days and we will open it again.
{%- when "open" %}Status: Open. We are still working on it. To add something, reply to this mail and leave the subject as it is.
{%- else %}Status: Waiting for your answer. Reply to this mail and leave the subject as it is.
{%- endcase %}`,
};

function template({ attached, moved, follower, status }: Words): MailTemplate {
  return {
    subject: '[{{ ticketId }}] {{ subject }}',
    text: `{{ marker }}

{% if text == "" %}${attached}{% else %}{{ text }}{% endif %}
{%- if moved %}

${moved}{% endif %}

--
Ticket: {{ ticketId }}
${status}
{%- if follower %}
${follower}{% endif %}

${SIGNATURE_TEXT}`,
    html: `{% if text == "" %}${P}${attached}</p>{% else %}${htmlText('text')}{% endif %}
{% if moved %}${P}${moved}</p>{% endif %}
<p class="soft" style="margin:24px 0 0;padding-top:16px;border-top:1px solid #dde2e6;font-size:14px;color:#66717b;"><strong>{{ ticketId }}</strong><br>${status}{% if follower %}<br>${follower}{% endif %}</p>
${SIGNATURE_HTML}`,
  };
}

export const STAFF_ANSWER: Record<Language, MailTemplate> = { es: template(es), en: template(en) };
