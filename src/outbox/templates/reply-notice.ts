/** Tells a client that a reply came in its name without proof that it is from there. Carries none of its text. */
import type { MailTemplate } from './template.ts';

const es: MailTemplate = {
  subject: '[{{ ticketId }}] {% if subject == "" %}Hemos recibido una respuesta{% else %}{{ subject }}{% endif %}',
  text: `{{ marker }}

{% if name == "" %}Hola:{% else %}Hola, {{ name }}:{% endif %}

Hemos recibido en tu nombre una respuesta al ticket {{ ticketId }} y la hemos añadido.

No hemos podido comprobar que la enviaras tú. Si fuiste tú, no tienes que hacer nada. Si no, responde a este correo y dínoslo.

{{ department }} · {{ company }}
{%- if helpUrl != "" %}
{{ helpUrl }}{% endif %}
{%- if helpPhone != "" %}
{{ helpPhone }}{% endif %}
`,
  html: `<p style="margin:0 0 16px;">{% if name == "" %}Hola:{% else %}Hola, {{ name }}:{% endif %}</p>
<p style="margin:0 0 16px;">Hemos recibido en tu nombre una respuesta al ticket <strong>{{ ticketId }}</strong> y la hemos añadido.</p>
<p style="margin:0 0 16px;">No hemos podido comprobar que la enviaras tú. Si fuiste tú, no tienes que hacer nada. Si no, responde a este correo y dínoslo.</p>
<p class="soft" style="margin:24px 0 0;font-size:14px;color:#66717b;">{{ department }} · {{ company }}{% if helpUrl != "" %}<br><a href="{{ helpUrl }}" style="color:#0b64b5;">{{ helpUrl }}</a>{% endif %}{% if helpPhone != "" %}<br>{{ helpPhone }}{% endif %}</p>`,
};

const en: MailTemplate = {
  subject: '[{{ ticketId }}] {% if subject == "" %}We have received a reply{% else %}{{ subject }}{% endif %}',
  text: `{{ marker }}

{% if name == "" %}Hello,{% else %}Hello {{ name }},{% endif %}

We have received a reply to ticket {{ ticketId }} in your name and have added it.

We could not verify that you sent it. If you did, there is nothing to do. If you did not, reply to this mail and tell us.

{{ department }} · {{ company }}
{%- if helpUrl != "" %}
{{ helpUrl }}{% endif %}
{%- if helpPhone != "" %}
{{ helpPhone }}{% endif %}
`,
  html: `<p style="margin:0 0 16px;">{% if name == "" %}Hello,{% else %}Hello {{ name }},{% endif %}</p>
<p style="margin:0 0 16px;">We have received a reply to ticket <strong>{{ ticketId }}</strong> in your name and have added it.</p>
<p style="margin:0 0 16px;">We could not verify that you sent it. If you did, there is nothing to do. If you did not, reply to this mail and tell us.</p>
<p class="soft" style="margin:24px 0 0;font-size:14px;color:#66717b;">{{ department }} · {{ company }}{% if helpUrl != "" %}<br><a href="{{ helpUrl }}" style="color:#0b64b5;">{{ helpUrl }}</a>{% endif %}{% if helpPhone != "" %}<br>{{ helpPhone }}{% endif %}</p>`,
};

export const REPLY_NOTICE = { es, en };
