/** Mails that tell a client what became of its ticket: in both languages, as text and HTML, whatever stands in the data. */
import { describe, expect, it } from 'vitest';
import { renderTexts } from '../../src/outbox/render.ts';
import type { OutgoingMail, StatusMailData, StatusMailKind } from '../../src/tickets/decision.ts';
import { LANGUAGES, type Language, type TicketStatus } from '../../src/tickets/model.ts';

const NASTY = '<b>Ana</b> {{ company }} "&\'';

function mail(kind: StatusMailKind, language: Language, over: Partial<StatusMailData> = {}): OutgoingMail {
  return {
    recipient: 'ana@laespiga.example',
    recipientName: 'Ana',
    from: 'soporte@hosting.example',
    fromName: 'Soporte',
    language,
    messageId: '<1@hosting.example>',
    inReplyTo: null,
    references: [],
    data: {
      kind,
      ticketId: 'TQ-482913',
      company: 'Hosting',
      department: 'Soporte',
      subject: 'La web no carga',
      name: 'Ana',
      status: 'closed',
      helpUrl: '',
      helpPhone: '',
      reopenDays: 14,
      days: 2,
      ...over,
    },
  };
}

const says: Record<StatusMailKind, { status: TicketStatus; es: string; en: string }> = {
  'ticket-resolved': { status: 'resolved', es: 'ya está resuelta', en: 'is resolved' },
  'ticket-closed': { status: 'closed', es: 'en los próximos 14 días', en: 'within 14 days' },
  'ticket-reopened': { status: 'open', es: 'vuelve a estar con Soporte', en: 'it is back with Soporte' },
  'ticket-moved': { status: 'open', es: 'Hemos pasado tu ticket a Soporte', en: 'passed your ticket to Soporte' },
  'auto-close-warning': { status: 'pending', es: 'lo cerraremos en 2 días', en: "we'll close it in 2 days" },
  'auto-close-notice': { status: 'closed', es: 'no tenemos noticias tuyas', en: "haven't heard from you" },
};
const kinds = Object.keys(says) as StatusMailKind[];

describe.each(kinds)('%s', (kind) => {
  it.each(LANGUAGES)('in %s', (language) => {
    const { status } = says[kind];
    const { subject, text, html } = renderTexts(mail(kind, language, { status }));
    expect(subject).toBe('[TQ-482913] La web no carga');
    expect(text).toContain(says[kind][language]);
    expect(text).not.toMatch(/[<>{}]|\n{3}/);
    expect(html).toContain('TQ-482913');
    expect(html).not.toMatch(/\{\{|\{%/);
  });

  it.each(LANGUAGES)('in %s, with text of others in it', (language) => {
    const { text, html } = renderTexts(mail(kind, language, { name: NASTY, subject: NASTY }));
    expect(text).toContain(NASTY);
    expect(html).toContain('&lt;b&gt;Ana&lt;/b&gt; {{ company }}');
  });

  it.each(LANGUAGES)('in %s, to a stranger: nothing of its own text', (language) => {
    const { subject, text } = renderTexts(mail(kind, language, { name: '', subject: '' }));
    expect(subject).toMatch(/^\[TQ-482913\] \S/);
    expect(text).toMatch(language === 'es' ? /Hola:/ : /Hello,/);
  });
});

it('counts one day as one day', () => {
  expect(renderTexts(mail('auto-close-warning', 'es', { days: 1 })).text).toContain('en 1 día.');
  expect(renderTexts(mail('auto-close-warning', 'en', { days: 1 })).text).toContain('in 1 day.');
});

it('promises no closing where the clock closes nothing', () => {
  expect(renderTexts(mail('ticket-resolved', 'es', { days: 0, status: 'resolved' })).text).not.toContain('cerraremos');
});
