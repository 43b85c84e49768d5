/**
 * What the mails of the corpus are that nobody of the bounce collections owns: path below the corpus, and its kind.
 * Labelled once by reading them; all others there are a person's (advertisements without a mark included).
 * DMARC and TLS reports are `machine`; feedback reports and disposition notifications are `bounce`.
 */
import type { MailKind } from '../../src/mail/automatic.ts';

/** The collections of bounces are in bounce.corpus.ts; bodies without headers can't be classified. */
export const OTHER_FOLDERS: readonly string[] = [
  'chatwoot',
  'django-helpdesk',
  'enmime/testdata',
  'flanker',
  'haraka',
  'mailauth',
  'mailparser',
  'mikel-mail',
  'mimekit',
  'mox',
  'postal-mime',
  'python-email',
  'webklex',
  'sisimai/not',
];

/** Licences and expectations; bounces that are counted in bounce.test.ts. */
export const NOT_MAILS: readonly RegExp[] = [
  /LICEN[CS]E/,
  /expected\.json$/,
  /^flanker\/bounce/,
  /\/multipart_report_emails/,
  /example_bounce/,
];

export const KINDS_OF_OTHERS: Readonly<Record<string, MailKind>> = {
  'chatwoot/auto_reply.eml': 'auto-reply',
  'chatwoot/auto_reply_with_auto_submitted.eml': 'machine',
  'chatwoot/bounced_with_no_from.eml': 'bounce',
  'chatwoot/non_utf_encoded_mail.eml': 'auto-reply',
  'enmime/testdata/mail/multipart-wo-boundary.raw': 'bounce',
  'flanker/apache-message-news-mime.eml': 'list',
  'flanker/complaints/aol.eml': 'bounce',
  'flanker/complaints/yahoo.eml': 'bounce',
  'flanker/disposition-notification.eml': 'bounce',
  'flanker/from-encoding.eml': 'list',
  'flanker/message-external-body.eml': 'list',
  'mailauth/fixtures/message3.eml': 'list',
  'mailparser/delivery-status.eml': 'bounce',
  'mikel-mail/error_emails/bad_date_header.eml': 'list',
  'mikel-mail/error_emails/empty_in_reply_to.eml': 'list',
  'mikel-mail/mime_emails/raw_email_with_mimepart_without_content_type.eml': 'bounce',
  'mimekit/messages/bounce.txt': 'bounce',
  'mimekit/messages/delivery-status-multiple-blank-lines.txt': 'bounce',
  'mimekit/messages/delivery-status-no-blank-line.txt': 'bounce',
  'mimekit/messages/delivery-status.anonymized.eml': 'bounce',
  'mimekit/messages/delivery-status.txt': 'bounce',
  'mimekit/messages/delivery-status2.txt': 'bounce',
  'mimekit/messages/disposition-notification.anonymized.eml': 'bounce',
  'mimekit/messages/disposition-notification.txt': 'bounce',
  'mox/dmarc-reports/google.eml': 'machine',
  'mox/dmarc-reports/mailru.eml': 'machine',
  'mox/dmarc-reports/outlook.eml': 'machine',
  'mox/dmarc-reports/xs4all.eml': 'machine',
  'mox/dmarc-reports/yahoo.eml': 'machine',
  'mox/junk/parse2.eml': 'list',
  'mox/message/message-rfc822-multipart.eml': 'bounce',
  'mox/message/message-rfc822-multipart2.eml': 'bounce',
  'mox/tlsreports/example.eml': 'machine',
  'mox/tlsreports/microsoft.eml': 'machine',
  'postal-mime/arf.eml': 'bounce',
  'postal-mime/bounce.eml': 'bounce',
  'python-email/msg_02.txt': 'list',
  'python-email/msg_05.txt': 'bounce',
  'python-email/msg_16.txt': 'bounce',
  'python-email/msg_25.txt': 'bounce',
  'python-email/msg_32.txt': 'list',
  'python-email/msg_33.txt': 'list',
  'python-email/msg_43.txt': 'bounce',
  'webklex/1366671050@github.com.eml': 'list',
  'webklex/issue-382.eml': 'machine',
  'webklex/mail_that_is_attachment.eml': 'machine',
};
