/**
 * From an outbox row to the bytes that are sent: template, layout, MIME. A row is rendered once, when it is first
 * claimed, and frozen then; one with files is made anew for each attempt, the same bytes from the same files.
 */
import type { Readable } from 'node:stream';
import { composeMail } from '../mail/compose.ts';
import { withoutControls } from '../mail/header-lines.ts';
import { REPLY_MARKER } from '../mail/reply-marker.ts';
import type { MailData, OutgoingKind, OutgoingMail } from '../tickets/decision.ts';
import { ANSWERS } from '../tickets/lifecycle.ts';
import type { Language } from '../tickets/model.ts';
import { ANSWER_UNDELIVERED } from './templates/answer-undelivered.ts';
import { type Format, fillIn, mistakeOf, SafeHtml } from './templates/engine.ts';
import { LAYOUT } from './templates/layout.ts';
import { BUILT_IN, LAYOUT_NAME, type MailTemplates } from './templates/mail-templates.ts';
import { OPENED_FOR_CLIENT } from './templates/opened-for-client.ts';
import { finishText } from './templates/plain-lines.ts';
import { RECEIPT } from './templates/receipt.ts';
import { REFUSAL_NOTICE } from './templates/refusal-notice.ts';
import { REPLY_NOTICE } from './templates/reply-notice.ts';
import { signatureOf } from './templates/signature.ts';
import { STAFF_ANSWER } from './templates/staff-answer.ts';
import { STAFF_DIGEST } from './templates/staff-digest.ts';
import { STAFF_MAIL_RETURNED } from './templates/staff-mail-returned.ts';
import { STAFF_NOTICES } from './templates/staff-notices.ts';
import { STATUS_MAILS } from './templates/status-mails.ts';
import type { MailTemplate } from './templates/template.ts';

/** A stranger's receipt is a receipt without the fields that the stranger could have filled. */
export const TEMPLATES: Record<OutgoingKind, Record<Language, MailTemplate>> = {
  receipt: RECEIPT,
  'stranger-receipt': RECEIPT,
  'reply-notice': REPLY_NOTICE,
  'refusal-notice': REFUSAL_NOTICE,
  ...STATUS_MAILS,
  ...STAFF_NOTICES,
  'staff-answer': STAFF_ANSWER,
  'opened-for-client': OPENED_FOR_CLIENT,
  'staff-mail-returned': STAFF_MAIL_RETURNED,
  'answer-undelivered': ANSWER_UNDELIVERED,
  'staff-digest': STAFF_DIGEST,
};

/** A person's answer, an answer to a mail, or neither (RFC 3834 section 5). */
function writtenBy(kind: OutgoingKind): 'auto-replied' | 'auto-generated' | null {
  if (kind === 'staff-answer') return null;
  return ANSWERS.has(kind) || kind === 'refusal-notice' ? 'auto-replied' : 'auto-generated';
}

export interface RenderedTexts {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const WITHOUT_MARKER: ReadonlySet<OutgoingKind> = new Set(['refusal-notice', 'staff-digest']);

/** The line above which to answer; what is not part of any ticket has nothing to answer above. */
export function markerOf({ data, language }: OutgoingMail): string {
  return WITHOUT_MARKER.has(data.kind) ? '' : REPLY_MARKER[language];
}

/** What a template may say: the data of its kind, the line above which to answer, and the signature. */
export function valuesOf(mail: OutgoingMail, templates: MailTemplates): object {
  const { data, language } = mail;
  return {
    marker: markerOf(mail),
    signature: signatureOf(data, language, templates.signatures),
    ...data,
  };
}

/** Throws where a template has a mistake that this data brings out. */
export function renderTexts(mail: OutgoingMail, templates: MailTemplates = BUILT_IN): RenderedTexts {
  const { data, language } = mail;
  const values = valuesOf(mail, templates);
  const fill = (part: keyof MailTemplate, format: Format) => {
    const own = templates.overrides.get(`${data.kind}.${language}.${part}`);
    return fillIn(own?.source ?? TEMPLATES[data.kind][language][part], format, values, own !== undefined);
  };
  const subject = subjectLine(fill('subject', 'text'), data);
  const body = new SafeHtml(fill('html', 'html'));
  const layout = templates.overrides.get(LAYOUT_NAME);
  const frame = { subject, body, marker: markerOf(mail), language };
  return {
    subject,
    text: finishText(fill('text', 'text')),
    html: fillIn(layout?.source ?? LAYOUT, 'html', frame, layout !== undefined),
  };
}

/** One line that names the ticket, whatever the template says: answers find their way by it. */
function subjectLine(written: string, data: MailData): string {
  const line = withoutControls(written).replace(/\s+/g, ' ').trim();
  const id = ticketOf(data);
  return id === null || line.includes(`[${id}]`) ? line : `[${id}] ${line}`.trimEnd();
}

/** `null` for a mail about no ticket. */
export function ticketOf(data: MailData): string | null {
  return 'ticketId' in data && data.ticketId !== '' ? data.ticketId : null;
}

export type OpenFile = (sha256: string) => Readable;

const noFiles: OpenFile = (sha256) => {
  throw new Error(`nobody opens the file ${sha256}`);
};

/** `date` in epoch milliseconds: the moment of the first attempt. `openFile`: the attached files, by their hash. */
export function renderMail(
  mail: OutgoingMail,
  date: number,
  templates: MailTemplates = BUILT_IN,
  openFile: OpenFile = noFiles,
): Promise<Buffer> {
  const { subject, text, html } = renderTexts(mail, templates);
  return composeMail({
    from: { name: mail.fromName, address: mail.from },
    to: { name: mail.recipientName, address: mail.recipient },
    subject,
    text,
    html,
    messageId: mail.messageId,
    inReplyTo: mail.inReplyTo,
    references: mail.references,
    date,
    autoSubmitted: writtenBy(mail.data.kind),
    language: mail.language,
    files: (mail.files ?? []).map(({ sha256, name, contentType }) => ({
      name,
      contentType,
      open: () => openFile(sha256),
    })),
  });
}

/**
 * Makes mails with the installation's templates. Where one has a mistake that only this mail's data brings out, ours
 * makes the mail, and `onMistake` tells of it: a client does not go without an answer for a slip in a template.
 */
export function mailRenderer(
  templates: MailTemplates,
  onMistake: (message: string) => void,
  openFile: OpenFile = noFiles,
): (mail: OutgoingMail, date: number) => Promise<Buffer> {
  return async (mail, date) => {
    try {
      return await renderMail(mail, date, templates, openFile);
    } catch (error) {
      const mistake = mistakeOf(error);
      if (mistake === null || templates.overrides.size === 0) throw error;
      const { kind } = mail.data;
      onMistake(
        `a template of ${kind}.${mail.language}, line ${mistake.line}, column ${mistake.column}: ${mistake.message}; the built-in one was used`,
      );
      return renderMail(mail, date, { ...templates, overrides: new Map() }, openFile);
    }
  };
}
