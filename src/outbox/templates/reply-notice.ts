/** Tells a client that a reply came in its name without proof that it is from there. Carries none of its text. */
import { GREETING, P, SIGNATURE_HTML, SIGNATURE_TEXT, ticketHtml, ticketText } from './parts.ts';
import type { MailTemplate } from './template.ts';

const es: MailTemplate = {
  subject: '[{{ ticketId }}] {% if subject == "" %}¿Nos has escrito tú?{% else %}{{ subject }}{% endif %}',
  text: `{{ marker }}

${GREETING.es}

Hemos recibido una respuesta en tu nombre y la hemos añadido a este ticket:

${ticketText('es', null)}

No hemos podido comprobar que la enviaras tú. Si fuiste tú, no tienes que hacer nada. Si no, responde a este correo y dínoslo.

${SIGNATURE_TEXT}
`,
  html: `${P}${GREETING.es}</p>
${P}Hemos recibido una respuesta en tu nombre y la hemos añadido a este ticket:</p>
${ticketHtml('es', null)}
${P}<strong>No hemos podido comprobar que la enviaras tú.</strong> Si fuiste tú, no tienes que hacer nada. Si no, responde a este correo y dínoslo.</p>
${SIGNATURE_HTML}`,
};

const en: MailTemplate = {
  subject: '[{{ ticketId }}] {% if subject == "" %}Did you write to us?{% else %}{{ subject }}{% endif %}',
  text: `{{ marker }}

${GREETING.en}

We've received a reply in your name and added it to this ticket:

${ticketText('en', null)}

We couldn't verify that you sent it. If you did, there is nothing you need to do. If you didn't, please reply to this email and tell us.

${SIGNATURE_TEXT}
`,
  html: `${P}${GREETING.en}</p>
${P}We've received a reply in your name and added it to this ticket:</p>
${ticketHtml('en', null)}
${P}<strong>We couldn't verify that you sent it.</strong> If you did, there is nothing you need to do. If you didn't, please reply to this email and tell us.</p>
${SIGNATURE_HTML}`,
};

export const REPLY_NOTICE = { es, en };
