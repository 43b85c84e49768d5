/** What several mails have in common, in Liquid: greeting, ticket with its status in words, signature. */
import type { Language, TicketStatus } from '../../tickets/model.ts';

export const GREETING: Readonly<Record<Language, string>> = {
  es: '{% if name == "" %}Hola:{% else %}Hola, {{ name }}:{% endif %}',
  en: '{% if name == "" %}Hello,{% else %}Hello {{ name }},{% endif %}',
};

export const P = '<p style="margin:0 0 16px;">';

const STATUS_WORDS: Readonly<Record<Language, Readonly<Record<TicketStatus, string>>>> = {
  es: { open: 'Abierto', pending: 'Pendiente de tu respuesta', resolved: 'Resuelto', closed: 'Cerrado' },
  en: { open: 'Open', pending: 'Waiting for your reply', resolved: 'Resolved', closed: 'Closed' },
};

const LABELS: Readonly<Record<Language, { readonly subject: string; readonly status: string }>> = {
  es: { subject: 'Asunto', status: 'Estado' },
  en: { subject: 'Subject', status: 'Status' },
};

/** The status in words: of the variable `status`, or one that is known; `null` for none. */
type StatusShown = TicketStatus | 'variable' | null;

function statusIn(language: Language, shown: Exclude<StatusShown, null>): string {
  const words = STATUS_WORDS[language];
  if (shown !== 'variable') return words[shown];
  const cases = Object.entries(words).map(([status, word]) => `{% when "${status}" %}${word}`);
  return `{% case status %}${cases.join('')}{% endcase %}`;
}

export function ticketText(language: Language, status: StatusShown): string {
  const labels = LABELS[language];
  const line = status === null ? '' : `\n  ${labels.status}: ${statusIn(language, status)}`;
  return `  Ticket: {{ ticketId }}
{%- if subject != "" %}
  ${labels.subject}: {{ subject }}{% endif %}${line}`;
}

const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";

export function ticketHtml(language: Language, status: StatusShown): string {
  const line =
    status === null
      ? ''
      : `\n<p style="margin:6px 0 0;font-size:14px;line-height:1.4;">${LABELS[language].status}: <strong>${statusIn(language, status)}</strong></p>`;
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td style="padding:0 0 20px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="id" style="background-color:#e8f1fa;border-radius:6px;"><tr><td style="padding:14px 16px;${FONT}font-size:16px;line-height:1.5;color:#0d3a63;word-break:break-word;">
<h1 style="margin:0;font-size:20px;line-height:1.3;font-weight:bold;">{{ ticketId }}</h1>
{% if subject != "" %}<p style="margin:2px 0 0;">{{ subject }}</p>{% endif %}${line}
</td></tr></table>
</td></tr></table>`;
}

export const SIGNATURE_TEXT = '{{ signature }}';

export const SIGNATURE_HTML =
  '<p class="soft line" style="margin:24px 0 0;padding:16px 0 0;border-top:1px solid #dde2e6;font-size:14px;line-height:1.5;color:#5a6570;">{{ signature | lines }}</p>';

/** `<b>` in a sentence: bold in HTML, nothing in text. */
export function plain(sentence: string): string {
  return sentence.replaceAll(/<\/?b>/g, '');
}

export function rich(sentence: string): string {
  return sentence.replaceAll('<b>', '<strong>').replaceAll('</b>', '</strong>');
}
