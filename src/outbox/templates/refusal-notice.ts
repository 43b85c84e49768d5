/** Tells a stranger why its mail was not let in. Carries none of its text, and no word on who is a client. */
import type { MailTemplate } from './template.ts';

const es: MailTemplate = {
  subject: 'Tu mensaje a {{ department }} no ha entrado',
  text: `Hola:

Hemos recibido un mensaje de esta dirección para {{ department }} y no hemos abierto ningún ticket: solo atendemos por correo a las direcciones que nuestros clientes tienen registradas.

Si eres cliente, escribe desde la dirección que tienes registrada en tu cuenta.
{%- if helpUrl != "" %}
Si no puedes, entra aquí: {{ helpUrl }}{% endif %}
{%- if helpPhone != "" %}
Teléfono: {{ helpPhone }}{% endif %}

Referencia: {{ reference }}

{{ department }} · {{ company }}
`,
  html: `<p style="margin:0 0 16px;">Hola:</p>
<p style="margin:0 0 16px;">Hemos recibido un mensaje de esta dirección para <strong>{{ department }}</strong> y no hemos abierto ningún ticket: solo atendemos por correo a las direcciones que nuestros clientes tienen registradas.</p>
<p style="margin:0 0 16px;">Si eres cliente, escribe desde la dirección que tienes registrada en tu cuenta.{% if helpUrl != "" %} Si no puedes, entra aquí: <a href="{{ helpUrl }}" style="color:#0b64b5;">{{ helpUrl }}</a>{% endif %}{% if helpPhone != "" %}<br>Teléfono: {{ helpPhone }}{% endif %}</p>
<p class="soft" style="margin:24px 0 0;font-size:14px;color:#66717b;">Referencia: {{ reference }}<br>{{ department }} · {{ company }}</p>`,
};

const en: MailTemplate = {
  subject: 'Your message to {{ department }} was not let in',
  text: `Hello,

We have received a message from this address for {{ department }} and have opened no ticket: by mail we only serve the addresses that our clients have registered.

If you are a client, please write from the address registered on your account.
{%- if helpUrl != "" %}
If you cannot, you find help here: {{ helpUrl }}{% endif %}
{%- if helpPhone != "" %}
Telephone: {{ helpPhone }}{% endif %}

Reference: {{ reference }}

{{ department }} · {{ company }}
`,
  html: `<p style="margin:0 0 16px;">Hello,</p>
<p style="margin:0 0 16px;">We have received a message from this address for <strong>{{ department }}</strong> and have opened no ticket: by mail we only serve the addresses that our clients have registered.</p>
<p style="margin:0 0 16px;">If you are a client, please write from the address registered on your account.{% if helpUrl != "" %} If you cannot, you find help here: <a href="{{ helpUrl }}" style="color:#0b64b5;">{{ helpUrl }}</a>{% endif %}{% if helpPhone != "" %}<br>Telephone: {{ helpPhone }}{% endif %}</p>
<p class="soft" style="margin:24px 0 0;font-size:14px;color:#66717b;">Reference: {{ reference }}<br>{{ department }} · {{ company }}</p>`,
};

export const REFUSAL_NOTICE = { es, en };
