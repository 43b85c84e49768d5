/** To staff: your mail did nothing, this is why, and here it is again. */
import type { Language } from '../../tickets/model.ts';
import type { ReturnReason } from '../../tickets/staff-mail-data.ts';
import { GREETING, P, SIGNATURE_HTML, SIGNATURE_TEXT, soft } from './parts.ts';
import { alertHtml, commandsHtml, commandsText, HEADING, quoteHtml } from './staff-parts.ts';
import type { MailTemplate } from './template.ts';

const REASONS: Record<ReturnReason, Record<Language, string>> = {
  'unknown-command': {
    es: 'Una de las primeras líneas empieza por # y no es ninguna orden que conozcamos, o le falta algo:',
    en: 'One of the first lines begins with # and is no command that we know, or something is missing in it:',
  },
  'command-refused': {
    es: '{% case why %}{% when "missing" %}Una orden nombra algo que no existe, o que no es de tu departamento:{% when "wrong" %}Una orden no está clara:{% else %}Una orden no es posible tal como está el ticket:{% endcase %}',
    en: '{% case why %}{% when "missing" %}A command names something that does not exist, or that is not of your department:{% when "wrong" %}A command is not clear:{% else %}A command is not possible as the ticket is now:{% endcase %}',
  },
  'uncertain-cut': {
    es: 'No hemos podido separar con seguridad lo que has escrito de lo que citas debajo, y el cliente no debe ver las notas internas. Escribe tu respuesta arriba del todo, por encima de la línea, y borra lo de debajo si hace falta.',
    en: "We couldn't tell for certain what you wrote from what you quote below it, and the client mustn't see internal notes. Write your answer at the very top, above the line, and delete what is below if need be.",
  },
  'not-read': {
    es: 'Es demasiado grande o está montado de una forma que no hemos podido leer. Escríbelo de nuevo, en un correo más sencillo y con menos adjuntos.',
    en: "It is too large, or made in a way that we couldn't read. Please write it again, in a simpler mail with fewer attachments.",
  },
  empty: {
    es: 'No hay nada escrito por encima de la línea: ni texto, ni archivos, ni órdenes.',
    en: 'There is nothing above the line: no text, no files, no commands.',
  },
  'attached-mail': {
    es: 'Llevaba adjunto un correo entero, que podría enseñar al cliente direcciones y notas internas. Pega el texto, o adjúntalo como PDF o imagen:',
    en: 'A whole mail was attached, which could show addresses and internal notes to the client. Paste the text, or attach it as a PDF or picture:',
  },
  'nobody-to-answer': {
    es: 'Ya no hay a quién enviarlo: quien abrió el ticket no es contacto de la cuenta, y la cuenta no tiene titular con dirección propia.',
    en: 'There is nobody left to send it to: whoever opened the ticket is no contact of the account any more, and the account has no holder with an address.',
  },
  'no-ticket': {
    es: 'No es de ningún ticket de tus departamentos. Para responder, responde al aviso del ticket o pon su número en el asunto. Para abrir uno en nombre de un cliente, pon #cliente y su número de cuenta en la primera línea.',
    en: "It belongs to no ticket of your departments. To answer, reply to the notification or put the ticket's ID into the subject. To open one in the name of a client, put #client and the account number on the first line.",
  },
};

interface Words {
  readonly subject: string;
  readonly news: string;
  readonly known: string;
  readonly commands: string;
  readonly yours: string;
  readonly reference: string;
}

const WORDS: Record<Language, Words> = {
  es: {
    subject: 'No enviado',
    news: 'Tu correo no se ha enviado al cliente y el ticket está como estaba.',
    known: 'Puede ser:',
    commands: 'Las órdenes van en las primeras líneas:',
    yours: 'Esto es lo que escribiste:',
    reference: 'Referencia',
  },
  en: {
    subject: 'Not sent',
    news: "Your mail wasn't sent to the client, and the ticket is as it was.",
    known: 'It can be:',
    commands: 'Commands go into the first lines:',
    yours: 'This is what you wrote:',
    reference: 'Reference',
  },
};

function template(language: Language): MailTemplate {
  const words = WORDS[language];
  const reason = `{% case reason %}${Object.entries(REASONS)
    .map(([key, text]) => `{% when "${key}" %}${text[language]}`)
    .join('')}{% endcase %}`;
  return {
    subject: `${words.subject}: {% if ticketId != "" %}[{{ ticketId }}] {% endif %}{{ subject }}`,
    text: `{{ marker }}

${GREETING[language]}

${words.news}
{% if ticketId != "" %}
  Ticket: {{ ticketId }}
{% endif %}
${reason}
{%- for one in typed %}
  {{ one }}{% endfor %}
{% if known.size > 0 %}
${words.known} {{ known | join: ", " }}
{% endif %}
{% if text != "" %}
${words.yours}

{{ text }}
{% endif %}
${words.commands}

${commandsText(language)}

${SIGNATURE_TEXT}
${words.reference}: {{ reference }}
`,
    html: `${P}${GREETING[language]}</p>
${alertHtml(`${HEADING}${words.news}</h1>{% if ticketId != "" %}<p style="margin:6px 0 0;">Ticket: <strong>{{ ticketId }}</strong></p>{% endif %}`)}
${P}${reason}{% for one in typed %}<br><strong>{{ one }}</strong>{% endfor %}{% if known.size > 0 %}<br>${words.known} {{ known | join: ", " }}{% endif %}</p>
{% if text != "" %}<p style="margin:0 0 8px;">${words.yours}</p>
${quoteHtml('text')}
{% endif %}<p style="margin:0 0 8px;">${words.commands}</p>
${commandsHtml(language)}
${SIGNATURE_HTML}
${soft(`${words.reference}: {{ reference }}`)}`,
  };
}

export const STAFF_MAIL_RETURNED: Record<Language, MailTemplate> = { es: template('es'), en: template('en') };
