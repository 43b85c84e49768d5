/** To staff: your answer did not reach the client. */
import type { Language } from '../../tickets/model.ts';
import { GREETING, P, SIGNATURE_HTML, SIGNATURE_TEXT, ticketBox, ticketText } from './parts.ts';
import { alertHtml, quoteHtml } from './staff-parts.ts';
import type { MailTemplate } from './template.ts';

const WORDS: Record<
  Language,
  { readonly news: string; readonly said: string; readonly next: string; readonly yours: string }
> = {
  es: {
    news: 'Tu respuesta para {{ recipient }} no ha llegado.',
    said: 'Esto ha dicho el otro servidor:',
    next: 'El ticket sigue como estaba. Prueba por otra vía, o comprueba la dirección en la cuenta del cliente.',
    yours: 'Esto es lo que escribiste:',
  },
  en: {
    news: "Your answer to {{ recipient }} didn't arrive.",
    said: 'This is what the other server said:',
    next: "The ticket is as it was. Try another way, or check the address on the client's account.",
    yours: 'This is what you wrote:',
  },
};

function template(language: Language): MailTemplate {
  const { news, said, next, yours } = WORDS[language];
  return {
    subject: '[{{ ticketId }}] {{ subject }}',
    text: `{{ marker }}

${GREETING[language]}

${news}

${ticketText(language, null)}
{% if error != "" %}
${said}

  {{ error }}
{% endif %}
${next}

${yours}

{{ text }}

${SIGNATURE_TEXT}
`,
    html: `${P}${GREETING[language]}</p>
${alertHtml(`<strong>${news}</strong>`)}
${ticketBox([])}
{% if error != "" %}<p style="margin:0 0 8px;">${said}</p>
${quoteHtml('error')}
{% endif %}${P}${next}</p>
<p style="margin:0 0 8px;">${yours}</p>
${quoteHtml('text')}
${SIGNATURE_HTML}`,
  };
}

export const ANSWER_UNDELIVERED: Record<Language, MailTemplate> = { es: template('es'), en: template('en') };
