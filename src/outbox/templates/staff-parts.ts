/** What the mails to staff and the answers of staff share: a text with its line breaks, and the commands there are. */
import type { Language } from '../../tickets/model.ts';

export const P = '<p style="margin:0 0 16px;">';
export const SOFT = '<p class="soft" style="margin:24px 0 0;font-size:14px;color:#66717b;">';
export const BADGE =
  '<p class="id" style="margin:0 0 16px;padding:12px 16px;border-radius:6px;background:#e8f1fa;color:#0d3a63;">';
/** No paragraph: its colours hold in dark mode too. */
export const ALERT =
  '<div style="margin:0 0 16px;padding:12px 16px;border-radius:6px;background:#fdecea;color:#8a1c12;">';

/** Somebody's text, line by line and escaped. Half of the mail programs ignore `white-space`, hence the breaks. */
export const htmlText = (name: string, style = ''): string =>
  `<div style="margin:0 0 16px;white-space:pre-wrap;overflow-wrap:anywhere;${style}">{% assign lines = ${name} | split: newline %}{% for line in lines %}{{ line }}{% unless forloop.last %}<br>{% endunless %}{% endfor %}</div>`;

/** The same as a quotation, with a line at its side. */
export const htmlQuote = (name: string): string => htmlText(name, 'padding-left:12px;border-left:3px solid #b9c4ce;');

const COMMANDS: Record<Language, readonly (readonly [string, string])[]> = {
  es: [
    ['#nota', 'lo que escribas queda como nota interna; no se envía'],
    ['#resuelto  #pendiente  #cerrar  #abrir', 'cambia el estado'],
    ['#prioridad alta | normal | baja', 'cambia la prioridad'],
    ['#asignar ana | mí | nadie', 'asigna el ticket'],
    ['#departamento facturacion', 'lo pasa a otro departamento'],
    ['#unir TQ-123456', 'lo une a otro ticket'],
    ['#cuenta C-1002', 'lo pasa a otra cuenta del mismo cliente'],
    ['#cliente C-1001', 'en un correo nuevo o reenviado: abre un ticket para ese cliente'],
  ],
  en: [
    ['#note', 'what you write stays as an internal note; it is not sent'],
    ['#resolved  #pending  #close  #reopen', 'changes the status'],
    ['#priority high | normal | low', 'changes the priority'],
    ['#assign ana | me | nobody', 'assigns the ticket'],
    ['#department billing', 'passes it to another department'],
    ['#merge TQ-123456', 'merges it into another ticket'],
    ['#account C-1002', 'moves it to another account of the same client'],
    ['#client C-1001', 'in a new or forwarded mail: opens a ticket for that client'],
  ],
};

export const commandsText = (language: Language): string =>
  COMMANDS[language].map(([command, what]) => `  ${command}\n      ${what}`).join('\n');

export const commandsHtml = (language: Language): string =>
  `<p style="margin:0 0 16px;font-size:14px;">${COMMANDS[language]
    .map(([command, what]) => `<strong>${command}</strong><br>${what}`)
    .join('<br>')}</p>`;

/** Of a ticket, as staff read it. */
export const STATUS: Record<Language, string> = {
  es: '{% case status %}{% when "open" %}Abierto{% when "pending" %}Pendiente del cliente{% when "resolved" %}Resuelto{% when "closed" %}Cerrado{% endcase %}',
  en: '{% case status %}{% when "open" %}Open{% when "pending" %}Waiting for the client{% when "resolved" %}Resolved{% when "closed" %}Closed{% endcase %}',
};
