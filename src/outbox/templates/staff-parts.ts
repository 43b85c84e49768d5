/** What the mails to staff share: an alert, a quoted text, and the commands there are. */
import type { Language } from '../../tickets/model.ts';
import { box, FONT, statusOf } from './parts.ts';

/** What is not as usual: its colours hold in dark mode too. */
export const alertHtml = (inner: string): string => box('alert', inner);

/** The news of a mail that has no ticket's box on top. */
export const HEADING = '<h1 style="margin:0;font-size:18px;line-height:1.4;font-weight:bold;">';

/** Somebody's text as a quotation, with a line at its side. */
export const quoteHtml = (name: string): string =>
  `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td style="padding:0 0 20px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td class="line" style="padding:2px 0 2px 14px;border-left:3px solid #b9c4ce;${FONT}font-size:16px;line-height:1.5;color:#1d2329;word-break:break-word;">{{ ${name} | lines }}</td></tr></table>
</td></tr></table>`;

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
  `<p class="soft" style="margin:0 0 16px;font-size:14px;line-height:1.5;color:#5a6570;">${COMMANDS[language]
    .map(([command, what]) => `<strong>${command.replaceAll('  ', '&nbsp; ')}</strong><br>${what}`)
    .join('<br>\n')}</p>`;

/** Of a ticket, as staff read it. */
export const STAFF_STATUS: Record<Language, string> = {
  es: statusOf({ open: 'Abierto', pending: 'Pendiente del cliente', resolved: 'Resuelto', closed: 'Cerrado' }),
  en: statusOf({ open: 'Open', pending: 'Waiting for the client', resolved: 'Resolved', closed: 'Closed' }),
};
