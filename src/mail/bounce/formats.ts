/**
 * What delivery notices without a machine-readable report look like, as data: who sends them, their subjects, the
 * sentences that announce a failure, the labels before a recipient, and the lines where the returned original begins.
 * Everything is in lower case, as it stands after white space was folded. The reading is in notice.ts.
 *
 * To teach Taquilla a new format, add its sentence here and a case of your own to test/mail/bounce.notices.txt.
 */

import { phrases } from './phrases.ts';

/** Local parts that only a mail system writes from. */
export const DAEMONS = phrases(`
  mailer-daemon | mailerdaemon | mailer_daemon | mdaemon | mail.delivery.system | mail-daemon | maildaemon
  bounce-daemon
  microsoftexchange329e71ec88ae4615bbc36ab6ce41109e
`);

/** Local parts of mail systems that a person may write from as well: these need more signs beside them. */
export const SYSTEM_SENDERS = phrases(`
  postmaster | post_master | ndr | imss | inetgw | antivirus | antivir | symantec_antivirus | mail_service | mailsystem
  mail-system | system administrator
`);

/** Local parts of any program; parcels "could not be delivered" too, so these need a reply code or the original. */
export const PROGRAM_SENDERS = phrases(`
  no-reply | noreply | no_reply | donotreply | do-not-reply | sysadmin | system | bounces | bounce
`);

/** Display names that only mail systems use, whatever their address. */
export const SYSTEM_NAMES = phrases(`
  mail delivery sys | mail deliver sys | mail delivery subsys | delivery subsystem | mailer daemon | mailer-daemon
  mail system | jetmail system | ndr administrator | internet mail delivery | content-filter | sistema de correo
  subsistema de entrega
`);

/** Beginnings of subjects of failure and delay notices. */
export const SUBJECTS = phrases(`
  undeliverable | undelivered | returned mail | returned e-mail | returned email | failure notice | failure delivery
  delivery failure | delivery failed | delivery report | delivery status | delivery notification | delivery problem
  delivery error | mail delivery | mail not delivered | mail could not be delivered | mail failed | mail failure
  mail error | mail system error | mail undeliverable | mail returned | message delivery | message undeliverable
  message not delivered | message could not be delivered | permanent delivery failure | non-delivery
  nondeliverable | non delivery | notice: mail delivery | notification: mail delivery | email delivery failure
  [postmaster] email delivery | processing error | failed mail | warning: message | warning: could not send
  warning: mail | warning - delayed mail | delayed mail | delivery delayed | delivery delay
  delivery incomplete | there was an error sending | automatically rejected mail | rejected mail
  could not deliver | unable to deliver | address not found | message blocked | **message you sent blocked
  unzustellbar | nicht zugestellt | zustellung fehlgeschlagen | no se puede entregar | no se pudo entregar
  no se ha podido entregar | correo no entregado | mensaje no entregado | mensaje devuelto | correo devuelto
  error de entrega | error en la entrega | fallo de entrega | fallo en la entrega
  notificación de estado de entrega | notificación del estado de entrega | notificación de estado de la entrega
  aviso de estado de entrega | entrega fallida | devuelto: | entrega retrasada | no entregado | rebote:
  no entregable | retraso en la entrega | no s'ha pogut lliurar | no lliurat | error en el lliurament | não entregue
  não é possível entregar | falha na entrega | falha no envio | non remis | échec de la remise | courrier non remis
  non recapitabile | mancata consegna | recapito non riuscito | onbestelbaar | niedostarczone | недоставленное
  ваше сообщение не доставлено | メールエラー通知 | メールを配信できません | 邮件传输失败 | 退信 | 系统退信
`);

/** The same, anywhere in the subject. */
export const SUBJECT_PARTS = phrases(`
  (delivery failed) | could not be delivered | not listed in domino directory | undeliverable mail
  returning message to sender | mail failure | mail could not be | n'a pas pu être remis | failure notice
  delivery has failed | undeliverable message
`);

/** Subjects that only gateways write: with these, a notice from an ordinary address is believed. */
export const GATEWAY_SUBJECTS = phrases(`
  (delivery failed) | non-delivery: | delivery failure notification
`);

/** Sentences that announce a failure. They are looked for in one line and the next, joined. */
export const FAILURES = phrases(`
  wasn't able to deliver | was not able to deliver | were unable to deliver | was unable to deliver
  not able to deliver your message | unable to deliver | problem with the e-mail address(es)
  to the following address(es) could not be delivered | your message could not be delivered
  su mensaje no pudo ser entregado | he/her is not | a message that you sent could not be delivered
  a message that you have sent could not be delivered | that your message could not be delivered
  your message was not able to be delivered | was rejected by the local scanning | address(es) failed:
  addresses failed: | address failed: | had permanent fatal errors | had permanent fatal delivery errors
  had permanent delivery errors | had delivery problems | had delivery errors | had fatal errors
  cannot be delivered | could not be delivered | while attempting to deliver a message | error delivering your mail
  could not deliver | was not relayed to | message will be deleted from queue | transcript of session follows
  unsent message | did not reach the following recipient | did not reach some or all
  delivery has failed to these recipients | delivery to the following recipient | was not delivered to
  couldn't be delivered | wasn't delivered to | could not be reached | was undeliverable
  did not receive your message | did not receive a copy | delivery failed | undeliverable to | unknown user:
  invalid final delivery userid | undeliverable address | failed recipient | failed addresses follow
  mailbox is full: | has been returned because | was encountered an error | encountered an error
  encountered delivery problems | error was detected while processing | is unavailable: user not found
  has not been delivered | not been delivered | was not delivered | message not delivered | failure reasons
  error: invalid user address | did not exactly match | message could not be sent | non-delivery report
  delivery of this message failed | was automatically rejected | returned permanent errors | has not been collected
  each of the following recipients was rejected | being returned to you | an error occurred while trying to deliver
  a message could not be delivered | delevery to the following | errors occurred | received >>> 5
  no se ha podido entregar | no se pudo entregar | no se puede entregar | no ha podido ser entregado
  no pudo ser entregado | no ha sido entregado | no fue entregado | no ha sido posible entregar
  no fue posible entregar | no hemos podido entregar | error en la entrega | error al entregar
  ha fallado la entrega | ha fallado la entrega a | error de entrega | no se entregó
  las siguientes direcciones fallaron | no se ha entregado | no existe en este servidor | no s'ha pogut lliurar
  no ha pogut ser lliurat | não pôde ser entregue | não foi possível entregar | nao pode ser enviada
  n'a pas pu être remis | n'a pas pu etre delivre | n'a pas pu être délivré | n'a pas pu être distribué
  impossibile recapitare | non è stato possibile recapitare | non recapitat | konnte nicht zugestellt werden
  fehler bei der nachrichtenzustellung | kon niet worden bezorgd | kan niet worden bezorgd | nie można dostarczyć
  nie mogła zostać dostarczona | не может быть доставлено | невозможно доставить | 送信できませんでした | 送信に失敗しました | 无法发送到
  投递失败
`);

/** Signs that delivery goes on being tried, in text or subject. */
export const DELAYS = phrases(`
  has not yet been delivered | not yet been delivered | has been delayed | message delayed | delivery delayed
  delayed mail | still being retried | will be retried | delivery attempts will continue
  attempts will continue to be made | has been postponed | we will continue to try | will continue to attempt
  this is a warning message only | this is just a warning | this is a warning only | will keep trying
  delivery incomplete | temporary problem delivering | will retry | se seguirá intentando | seguiremos intentando
  se ha retrasado | todavía no se ha entregado | aún no se ha entregado | todavía no se ha podido entregar
  aún no se ha podido entregar | entrega retrasada | se volverá a intentar | se reintentará
  entrega del mensaje se ha aplazado | wird weiterhin versucht | verzögert
`);

/** Labels after which, on the same line, the recipient stands. */
export const LABELS = phrases(`
  failed recipient: | undeliverable address: | intended recipient: | recipient: | recipient address: | error-for:
  unknown user: | undeliverable to | invalid final delivery userid: | addressed to: | rcpt to:
  could not be delivered to | attempts: | generated from | final-recipient: | dda:smtp= | smtp= | expanded from:
  originally addressed to | addressed to ' | unable to deliver message to | unable to deliver your message to
  quota violation for | mailbox is full: | wasn't delivered to | message to | delivering your mail to
  reach the following recipient: | permanent errors: | local mailbox | was addressed, | addressed to email address
  mensaje para | mensaje a | destinatario: | dirección: | entregar a | entregado a | delivery to
`);

/** Lines, without the dashes and other marks before them, at which the returned original begins. */
export const ORIGINALS = phrases(`
  below this line is a copy | below the next line is a copy | this is a copy of | original message
  the header of the original message | unsent message | message header follows | message headers follow
  message text follows | returned mail | returned message | start of returned message | header of the source mail
  here is a copy of the first part | included is a copy of the message header | below is a copy of
  forwarded message | the first 50 lines of | your message reads | the header and top
  a summary of the undelivered message | a copy of the original message | attachment is a copy | old message
  mensaje original | encabezados de mensaje | encabezado del mensaje original | a continuación se incluye una copia
  debajo de esta línea | copia del mensaje | missatge original | cabeceras del mensaje | en-têtes des messages
  ursprüngliche kopfzeilen | return-path: | received: | dkim-signature: | x-originating-ip:
`);

/** Of those, the ones that are also plain words: they count only with marks before them or a colon behind. */
export const NEEDS_MARKS: ReadonlySet<string> = new Set(
  phrases(`
  original message | returned mail | returned message | unsent message | forwarded message | old message
  mensaje original | missatge original | copia del mensaje
`),
);
