/** The receipt: your mail is a ticket, this is its ID, this is what happens next. */
import type { MailTemplate } from './template.ts';

const es: MailTemplate = {
  subject: '[{{ ticketId }}] {% if subject == "" %}Hemos recibido tu mensaje{% else %}{{ subject }}{% endif %}',
  text: `{{ marker }}

{% if name == "" %}Hola:{% else %}Hola, {{ name }}:{% endif %}

Hemos recibido tu mensaje{% if attachments == 1 %} con un archivo adjunto{% elsif attachments > 1 %} con {{ attachments }} archivos adjuntos{% endif %} y ya está con {{ department }}.

  Ticket: {{ ticketId }}
{%- if subject != "" %}
  Asunto: {{ subject }}{% endif %}
  Estado: Abierto

Te responderemos a esta dirección. Si quieres añadir algo, responde a este correo sin cambiar el asunto.
{%- if hint != "" %}

{{ hint }}{% endif %}
{%- if account != "" %}

Tu dirección está registrada en varias cuentas. Hemos abierto el ticket en {{ account }}; si es de otra, dínoslo respondiendo a este correo.{% endif %}
{%- if otherTickets.size > 0 %}

Ya tienes abierto sobre el mismo asunto:
{%- for other in otherTickets %}
  {{ other.ticketId }}  {{ other.subject }}{% endfor %}{% endif %}

¿Ya está resuelto? Responde con #cerrar en la primera línea y cerraremos el ticket.
{%- if unverified %}

No hemos podido comprobar que este mensaje lo enviaras tú. Si no fuiste tú, respóndenos y dínoslo.{% endif %}

{{ department }} · {{ company }}
{%- if helpUrl != "" %}
{{ helpUrl }}{% endif %}
{%- if helpPhone != "" %}
{{ helpPhone }}{% endif %}
`,
  html: `<p style="margin:0 0 16px;">{% if name == "" %}Hola:{% else %}Hola, {{ name }}:{% endif %}</p>
<p style="margin:0 0 16px;">Hemos recibido tu mensaje{% if attachments == 1 %} con un archivo adjunto{% elsif attachments > 1 %} con {{ attachments }} archivos adjuntos{% endif %} y ya está con <strong>{{ department }}</strong>.</p>
<p class="id" style="margin:0 0 16px;padding:12px 16px;border-radius:6px;background:#e8f1fa;color:#0d3a63;"><strong style="font-size:20px;">{{ ticketId }}</strong>{% if subject != "" %}<br>{{ subject }}{% endif %}<br>Estado: Abierto</p>
<p style="margin:0 0 16px;">Te responderemos a esta dirección. Si quieres añadir algo, responde a este correo sin cambiar el asunto.</p>
{% if hint != "" %}<p style="margin:0 0 16px;">{{ hint }}</p>{% endif %}
{% if account != "" %}<p style="margin:0 0 16px;">Tu dirección está registrada en varias cuentas. Hemos abierto el ticket en <strong>{{ account }}</strong>; si es de otra, dínoslo respondiendo a este correo.</p>{% endif %}
{% if otherTickets.size > 0 %}<p style="margin:0 0 4px;">Ya tienes abierto sobre el mismo asunto:</p>
<ul style="margin:0 0 16px;padding-left:20px;">{% for other in otherTickets %}<li><strong>{{ other.ticketId }}</strong> {{ other.subject }}</li>{% endfor %}</ul>{% endif %}
<p style="margin:0 0 16px;">¿Ya está resuelto? Responde con <strong>#cerrar</strong> en la primera línea y cerraremos el ticket.</p>
{% if unverified %}<p style="margin:0 0 16px;">No hemos podido comprobar que este mensaje lo enviaras tú. Si no fuiste tú, respóndenos y dínoslo.</p>{% endif %}
<p class="soft" style="margin:24px 0 0;font-size:14px;color:#66717b;">{{ department }} · {{ company }}{% if helpUrl != "" %}<br><a href="{{ helpUrl }}" style="color:#0b64b5;">{{ helpUrl }}</a>{% endif %}{% if helpPhone != "" %}<br>{{ helpPhone }}{% endif %}</p>`,
};

const en: MailTemplate = {
  subject: '[{{ ticketId }}] {% if subject == "" %}We have received your message{% else %}{{ subject }}{% endif %}',
  text: `{{ marker }}

{% if name == "" %}Hello,{% else %}Hello {{ name }},{% endif %}

We have received your message{% if attachments == 1 %} with one attachment{% elsif attachments > 1 %} with {{ attachments }} attachments{% endif %}, and it is with {{ department }} now.

  Ticket: {{ ticketId }}
{%- if subject != "" %}
  Subject: {{ subject }}{% endif %}
  Status: Open

We will answer to this address. To add something, reply to this mail and leave the subject as it is.
{%- if hint != "" %}

{{ hint }}{% endif %}
{%- if account != "" %}

Your address is registered on several accounts. We have opened the ticket on {{ account }}; if it belongs to another one, tell us by replying to this mail.{% endif %}
{%- if otherTickets.size > 0 %}

You already have these open on the same subject:
{%- for other in otherTickets %}
  {{ other.ticketId }}  {{ other.subject }}{% endfor %}{% endif %}

Solved already? Reply with #close on the first line and we will close the ticket.
{%- if unverified %}

We could not verify that this message was sent by you. If it was not, reply and tell us.{% endif %}

{{ department }} · {{ company }}
{%- if helpUrl != "" %}
{{ helpUrl }}{% endif %}
{%- if helpPhone != "" %}
{{ helpPhone }}{% endif %}
`,
  html: `<p style="margin:0 0 16px;">{% if name == "" %}Hello,{% else %}Hello {{ name }},{% endif %}</p>
<p style="margin:0 0 16px;">We have received your message{% if attachments == 1 %} with one attachment{% elsif attachments > 1 %} with {{ attachments }} attachments{% endif %}, and it is with <strong>{{ department }}</strong> now.</p>
<p class="id" style="margin:0 0 16px;padding:12px 16px;border-radius:6px;background:#e8f1fa;color:#0d3a63;"><strong style="font-size:20px;">{{ ticketId }}</strong>{% if subject != "" %}<br>{{ subject }}{% endif %}<br>Status: Open</p>
<p style="margin:0 0 16px;">We will answer to this address. To add something, reply to this mail and leave the subject as it is.</p>
{% if hint != "" %}<p style="margin:0 0 16px;">{{ hint }}</p>{% endif %}
{% if account != "" %}<p style="margin:0 0 16px;">Your address is registered on several accounts. We have opened the ticket on <strong>{{ account }}</strong>; if it belongs to another one, tell us by replying to this mail.</p>{% endif %}
{% if otherTickets.size > 0 %}<p style="margin:0 0 4px;">You already have these open on the same subject:</p>
<ul style="margin:0 0 16px;padding-left:20px;">{% for other in otherTickets %}<li><strong>{{ other.ticketId }}</strong> {{ other.subject }}</li>{% endfor %}</ul>{% endif %}
<p style="margin:0 0 16px;">Solved already? Reply with <strong>#close</strong> on the first line and we will close the ticket.</p>
{% if unverified %}<p style="margin:0 0 16px;">We could not verify that this message was sent by you. If it was not, reply and tell us.</p>{% endif %}
<p class="soft" style="margin:24px 0 0;font-size:14px;color:#66717b;">{{ department }} · {{ company }}{% if helpUrl != "" %}<br><a href="{{ helpUrl }}" style="color:#0b64b5;">{{ helpUrl }}</a>{% endif %}{% if helpPhone != "" %}<br>{{ helpPhone }}{% endif %}</p>`,
};

export const RECEIPT = { es, en };
