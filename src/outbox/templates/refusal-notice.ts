/** Tells a stranger why its mail was not let in. Carries none of its text, and no word on who is a client. */
import { P, SIGNATURE_HTML, SIGNATURE_TEXT } from './parts.ts';
import type { MailTemplate } from './template.ts';

const es: MailTemplate = {
  subject: 'No hemos podido aceptar tu mensaje a {{ department }}',
  text: `Hola:

Hemos recibido un mensaje de esta dirección para {{ department }} y no hemos abierto ningún ticket: por correo solo atendemos a las direcciones que nuestros clientes tienen registradas.

Si eres cliente, escríbenos desde la dirección que tienes registrada en tu cuenta.
{%- if helpUrl != "" %} Si no puedes, entra aquí:
{{ helpUrl }}{% elsif helpPhone != "" %} Si no puedes, llámanos al {{ helpPhone }}.{% endif %}

Referencia: {{ reference }}

${SIGNATURE_TEXT}
`,
  html: `<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3;font-weight:bold;">No hemos podido aceptar tu mensaje</h1>
${P}Hola:</p>
${P}Hemos recibido un mensaje de esta dirección para <strong>{{ department }}</strong> y no hemos abierto ningún ticket: por correo solo atendemos a las direcciones que nuestros clientes tienen registradas.</p>
${P}Si eres cliente, escríbenos desde la dirección que tienes registrada en tu cuenta.{% if helpUrl != "" %} Si no puedes, entra aquí: {{ helpUrl | lines }}{% elsif helpPhone != "" %} Si no puedes, llámanos al {{ helpPhone }}.{% endif %}</p>
${P}Referencia: <strong>{{ reference }}</strong></p>
${SIGNATURE_HTML}`,
};

const en: MailTemplate = {
  subject: "We couldn't accept your message to {{ department }}",
  text: `Hello,

We have received a message from this address for {{ department }} and have not opened a ticket: by email we can only help the addresses that our clients have registered.

If you are a client, please write from the address registered on your account.
{%- if helpUrl != "" %} If you can't, you will find help here:
{{ helpUrl }}{% elsif helpPhone != "" %} If you can't, call us on {{ helpPhone }}.{% endif %}

Reference: {{ reference }}

${SIGNATURE_TEXT}
`,
  html: `<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3;font-weight:bold;">We couldn't accept your message</h1>
${P}Hello,</p>
${P}We have received a message from this address for <strong>{{ department }}</strong> and have not opened a ticket: by email we can only help the addresses that our clients have registered.</p>
${P}If you are a client, please write from the address registered on your account.{% if helpUrl != "" %} If you can't, you will find help here: {{ helpUrl | lines }}{% elsif helpPhone != "" %} If you can't, call us on {{ helpPhone }}.{% endif %}</p>
${P}Reference: <strong>{{ reference }}</strong></p>
${SIGNATURE_HTML}`,
};

export const REFUSAL_NOTICE = { es, en };
