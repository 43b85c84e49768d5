/** To staff: your answer did not reach the client. */
import type { Language } from '../../tickets/model.ts';
import { ALERT, htmlQuote, P, SOFT } from './staff-parts.ts';
import type { MailTemplate } from './template.ts';

const WORDS: Record<
  Language,
  { readonly news: string; readonly said: string; readonly next: string; readonly yours: string }
> = {
  es: {
    news: 'Tu respuesta no ha llegado a {{ recipient }}.',
    said: 'Esto ha dicho el otro servidor:',
    next: 'El ticket sigue como estaba. Prueba por otra vía, o comprueba la dirección en la cuenta del cliente.',
    yours: 'Esto es lo que escribiste:',
  },
  en: {
    news: 'Your answer did not reach {{ recipient }}.',
    said: 'This is what the other server said:',
    next: 'The ticket is as it was. Try another way, or check the address on the client’s account.',
    yours: 'This is what you wrote:',
  },
};

function template(language: Language): MailTemplate {
  const { news, said, next, yours } = WORDS[language];
  return {
    subject: '[{{ ticketId }}] {{ subject }}',
    text: `{{ marker }}

${news}
{%- if error != "" %}

${said}
  {{ error }}{% endif %}

${next}

${yours}

{{ text }}

{{ department }} · {{ company }}
`,
    html: `${ALERT}<strong>${news}</strong></div>
{% if error != "" %}${P}${said}<br>{{ error }}</p>{% endif %}
${P}${next}</p>
${P}${yours}</p>
${htmlQuote('text')}
${SOFT}{{ department }} · {{ company }}</p>`,
  };
}

export const ANSWER_UNDELIVERED: Record<Language, MailTemplate> = { es: template('es'), en: template('en') };
