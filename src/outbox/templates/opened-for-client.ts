/** To a client: we have opened a ticket in your name. Carries nothing of what staff wrote into it. */
import { BADGE, P, SOFT } from './staff-parts.ts';
import type { MailTemplate } from './template.ts';

interface Words {
  readonly hello: string;
  readonly news: string;
  readonly subject: string;
  readonly status: string;
  readonly next: string;
}

const es: Words = {
  hello: '{% if name == "" %}Hola:{% else %}Hola, {{ name }}:{% endif %}',
  news: 'Hemos abierto un ticket en tu nombre con lo que nos has contado, y ya está con {{ department }}.',
  subject: 'Asunto',
  status: 'Estado: Abierto',
  next: 'Te responderemos a esta dirección. Si quieres añadir algo, o si no sabes de qué se trata, responde a este correo sin cambiar el asunto.',
};

const en: Words = {
  hello: '{% if name == "" %}Hello,{% else %}Hello {{ name }},{% endif %}',
  news: 'We have opened a ticket in your name with what you told us, and it is with {{ department }} now.',
  subject: 'Subject',
  status: 'Status: Open',
  next: 'We will answer to this address. To add something, or if you do not know what this is about, reply to this mail and leave the subject as it is.',
};

function template({ hello, news, subject, status, next }: Words): MailTemplate {
  return {
    subject: '[{{ ticketId }}] {{ subject }}',
    text: `{{ marker }}

${hello}

${news}

  Ticket: {{ ticketId }}
  ${subject}: {{ subject }}
  ${status}

${next}

{{ department }} · {{ company }}
{%- if helpUrl != "" %}
{{ helpUrl }}{% endif %}
{%- if helpPhone != "" %}
{{ helpPhone }}{% endif %}
`,
    html: `${P}${hello}</p>
${P}${news}</p>
${BADGE}<strong style="font-size:20px;">{{ ticketId }}</strong><br>{{ subject }}<br>${status}</p>
${P}${next}</p>
${SOFT}{{ department }} · {{ company }}{% if helpUrl != "" %}<br><a href="{{ helpUrl }}" style="color:#0b64b5;">{{ helpUrl }}</a>{% endif %}{% if helpPhone != "" %}<br>{{ helpPhone }}{% endif %}</p>`,
  };
}

export const OPENED_FOR_CLIENT = { es: template(es), en: template(en) };
