/**
 * From an outbox row to the bytes that are sent: template, layout, MIME. A row is rendered once, when it is first
 * claimed, and frozen then.
 */
import type { Readable } from 'node:stream';
import { Liquid, type Template } from 'liquidjs';
import { composeMail } from '../mail/compose.ts';
import { REPLY_MARKER } from '../mail/reply-marker.ts';
import type { OutgoingKind, OutgoingMail } from '../tickets/decision.ts';
import { ANSWERS } from '../tickets/lifecycle.ts';
import type { Language } from '../tickets/model.ts';
import { ANSWER_UNDELIVERED } from './templates/answer-undelivered.ts';
import { LAYOUT } from './templates/layout.ts';
import { OPENED_FOR_CLIENT } from './templates/opened-for-client.ts';
import { RECEIPT } from './templates/receipt.ts';
import { REFUSAL_NOTICE } from './templates/refusal-notice.ts';
import { REPLY_NOTICE } from './templates/reply-notice.ts';
import { STAFF_ANSWER } from './templates/staff-answer.ts';
import { STAFF_MAIL_RETURNED } from './templates/staff-mail-returned.ts';
import { STAFF_NOTICES } from './templates/staff-notices.ts';
import { STATUS_MAILS } from './templates/status-mails.ts';
import type { MailTemplate } from './templates/template.ts';

/** A stranger's receipt is a receipt without the fields that the stranger could have filled. */
const TEMPLATES: Record<OutgoingKind, Record<Language, MailTemplate>> = {
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
};

/** A person's answer, an answer to a mail, or neither (RFC 3834 section 5). */
function writtenBy(kind: OutgoingKind): 'auto-replied' | 'auto-generated' | null {
  if (kind === 'staff-answer') return null;
  return ANSWERS.has(kind) || kind === 'refusal-notice' ? 'auto-replied' : 'auto-generated';
}

const plain = new Liquid({ strictVariables: true, strictFilters: true });
const escaping = new Liquid({ strictVariables: true, strictFilters: true, outputEscape: 'escape' });
const layout = plain.parse(LAYOUT.replace('{{ subject }}', '{{ subject | escape }}'));
const parsed = new Map<string, Template[]>();

function fill(engine: Liquid, source: string, data: object): string {
  let template = parsed.get(source);
  if (template === undefined) {
    template = engine.parse(source);
    parsed.set(source, template);
  }
  return String(engine.renderSync(template, data));
}

export interface RenderedTexts {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export function renderTexts(mail: OutgoingMail): RenderedTexts {
  const template = TEMPLATES[mail.data.kind][mail.language];
  // A notice is not part of any ticket: nothing to answer above.
  const marker = mail.data.kind === 'refusal-notice' ? '' : REPLY_MARKER[mail.language];
  const data = { ...mail.data, marker, newline: '\n' };
  const subject = fill(plain, template.subject, data);
  const body = fill(escaping, template.html, data);
  return {
    subject,
    text: fill(plain, template.text, data),
    html: String(plain.renderSync(layout, { subject, body, marker, language: mail.language })),
  };
}

export type OpenFile = (sha256: string) => Readable;

const noFiles: OpenFile = (sha256) => {
  throw new Error(`nobody opens the file ${sha256}`);
};

/** `date` in epoch milliseconds: the moment of the first attempt. `openFile`: the attached files, by their hash. */
export function renderMail(mail: OutgoingMail, date: number, openFile: OpenFile = noFiles): Promise<Buffer> {
  const { subject, text, html } = renderTexts(mail);
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
