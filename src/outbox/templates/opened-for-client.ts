/** To a client: we have opened a ticket in your name. Carries nothing of what staff wrote into it. */
import type { Language } from '../../tickets/model.ts';
import { GREETING, P, plain, rich, SIGNATURE_HTML, SIGNATURE_TEXT, ticketHtml, ticketText } from './parts.ts';
import type { MailTemplate } from './template.ts';

/** `<b>` marks what HTML shows in bold. */
interface Words {
  readonly news: string;
  readonly next: string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  es: {
    news: 'Hemos abierto un ticket en tu nombre con lo que nos has contado, y ya está con <b>{{ department }}</b>.',
    next: 'Te responderemos a esta dirección. Si quieres añadir algo, o si no sabes de qué se trata, responde a este correo sin cambiar el asunto.',
  },
  en: {
    news: "We've opened a ticket in your name with what you told us, and it is with <b>{{ department }}</b> now.",
    next: "We'll reply to this address. To add something, or if you don't know what this is about, reply to this email and leave the subject as it is.",
  },
};

function template(language: Language): MailTemplate {
  const { news, next } = WORDS[language];
  return {
    subject: '[{{ ticketId }}] {{ subject }}',
    text: `{{ marker }}

${GREETING[language]}

${plain(news)}

${ticketText(language, 'open')}

${next}

${SIGNATURE_TEXT}
`,
    html: `${P}${GREETING[language]}</p>
${P}${rich(news)}</p>
${ticketHtml(language, 'open')}
${P}${next}</p>
${SIGNATURE_HTML}`,
  };
}

export const OPENED_FOR_CLIENT: Record<Language, MailTemplate> = { es: template('es'), en: template('en') };
