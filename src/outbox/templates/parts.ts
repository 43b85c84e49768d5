/** What several mails have in common, in Liquid: greeting, ticket with its status in words, signature. */
import type { Language, TicketStatus } from '../../tickets/model.ts';

export const GREETING: Readonly<Record<Language, string>> = {
  es: '{% if name == "" %}Hola:{% else %}Hola, {{ name }}:{% endif %}',
  en: '{% if name == "" %}Hello,{% else %}Hello {{ name }},{% endif %}',
};

export const P = '<p style="margin:0 0 16px;">';

type StatusWords = Readonly<Record<TicketStatus, string>>;

/** As a client reads it. */
const STATUS_WORDS: Readonly<Record<Language, StatusWords>> = {
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
  return shown === 'variable' ? statusOf(words) : words[shown];
}

/** The words of the variable `status`. */
export function statusOf(words: StatusWords): string {
  const cases = Object.entries(words).map(([status, word]) => `{% when "${status}" %}${word}`);
  return `{% case status %}${cases.join('')}{% endcase %}`;
}

/** `Estado: Resuelto`, of the variable `status`. */
export const clientStatus = (language: Language): string =>
  `${LABELS[language].status}: ${statusOf(STATUS_WORDS[language])}`;

export function ticketText(language: Language, status: StatusShown): string {
  const labels = LABELS[language];
  const line = status === null ? '' : `\n  ${labels.status}: ${statusIn(language, status)}`;
  return `  Ticket: {{ ticketId }}
{%- if subject != "" %}
  ${labels.subject}: {{ subject }}{% endif %}${line}`;
}

export const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";

const BOXES = {
  id: 'background-color:#e8f1fa;color:#0d3a63;',
  alert: 'background-color:#fdecea;color:#8a1c12;',
} as const;

/** A coloured box, in tables because Outlook for Windows knows no padding on anything else. */
export function box(kind: keyof typeof BOXES, inner: string): string {
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td style="padding:0 0 20px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="${kind}" style="${BOXES[kind]}border-radius:6px;"><tr><td style="padding:14px 16px;${FONT}font-size:16px;line-height:1.5;${BOXES[kind]}border-radius:6px;word-break:break-word;">
${inner}
</td></tr></table>
</td></tr></table>`;
}

/** The ticket's box with these lines below the subject. */
export function ticketBox(lines: readonly string[]): string {
  const below = lines.map((line) => `\n<p style="margin:6px 0 0;font-size:14px;line-height:1.4;">${line}</p>`);
  return box(
    'id',
    `<h1 style="margin:0;font-size:20px;line-height:1.3;font-weight:bold;">{{ ticketId }}</h1>
{% if subject != "" %}<p style="margin:2px 0 0;">{{ subject }}</p>{% endif %}${below.join('')}`,
  );
}

export function ticketHtml(language: Language, status: StatusShown): string {
  const words = status === null ? [] : [statusIn(language, status)];
  return ticketBox(words.map((word) => `${LABELS[language].status}: <strong>${word}</strong>`));
}

export const SIGNATURE_TEXT = '{{ signature }}';

export const SIGNATURE_HTML =
  '<p class="soft line" style="margin:24px 0 0;padding:16px 0 0;border-top:1px solid #dde2e6;font-size:14px;line-height:1.5;color:#5a6570;">{{ signature | lines }}</p>';

/** Small print. */
export const soft = (inner: string): string =>
  `<p class="soft" style="margin:0;font-size:14px;line-height:1.5;color:#5a6570;">${inner}</p>`;

/** `<b>` in a sentence: bold in HTML, nothing in text. */
export function plain(sentence: string): string {
  return sentence.replaceAll(/<\/?b>/g, '');
}

export function rich(sentence: string): string {
  return sentence.replaceAll('<b>', '<strong>').replaceAll('</b>', '</strong>');
}
