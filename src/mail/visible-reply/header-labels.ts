/**
 * The labels of the header fields that clients print above a quoted mail, and the phrases of their separator lines, by
 * language. Lower case. Data only; what counts as a block is decided in `header-blocks.ts`.
 */

/** `sent` is a word that only mail uses (Enviado); `date` one that any form uses (Fecha). */
export type FieldKind = 'from' | 'sent' | 'date' | 'to' | 'cc' | 'subject' | 'other' | 'form' | 'raw';

const phrases = (list: string): string[] => list.split('|').map((phrase) => phrase.trim());

const LABELS: readonly (readonly [FieldKind, string])[] = [
  [
    'from',
    'from|de|von|da|van|od|fra|från|lähettäjä|от|от кого|від|מאת|发件人|寄件者|差出人|보낸 사람|kimden|gönderen|feladó|' +
      'expéditeur|remitente|remetente|nork|από|de la|enviado por|de parte de',
  ],
  [
    'sent',
    'sent|enviado|enviado el|enviada|enviada el|enviados|enviado em|enviada em|enviada a|enviat|enviat el|enviat a|' +
      'envoyé|envoyé le|envoye le|gesendet|gesendet am|inviato|inviato il|inviata|verzonden|verzonden op|wysłano|' +
      'wysłane|sendt|skickat|lähetetty|отправлено|надіслано|נשלח|发送时间|寄件日期|送信日時|보낸 날짜|gönderildi|odesláno|' +
      'elküldve|fecha de envío|fecha de envio|data de envio|message du|bidalia|envié',
  ],
  ['date', 'date|fecha|datum|data|dato|päivämäärä|päiväys|дата|תאריך|日期|日付|날짜|tarih|dátum|ημερομηνία'],
  [
    'to',
    'to|para|a|à|an|aan|do|til|till|vastaanottaja|кому|אל|收件人|宛先|받는 사람|kime|per a|címzett|komu|nori|προς|către',
  ],
  ['cc', 'cc|c.c.|cco|bcc|copie à|copia|copia a|cópia|kopie|kopia|kopi|kopio|dw|копия|עותק|抄送|参照|참조|bilgi'],
  [
    'subject',
    'subject|asunto|assunto|assumpte|betreff|objet|oggetto|onderwerp|temat|emne|ämne|aihe|тема|נושא|主题|主題|主旨|件名|' +
      '제목|konu|předmět|predmet|tárgy|sujet|gaia|θέμα|subiect',
  ],
  [
    'other',
    'reply-to|responder a|répondre à|antwort an|importance|importancia|importância|wichtigkeit|priority|prioridad|' +
      'attachments|datos adjuntos|adjuntos|anexos|pièces jointes|anlagen|allegati|bijlagen|sensitivity|categorías',
  ],
];

export const FIELD_LABELS: ReadonlyMap<string, FieldKind> = new Map(
  LABELS.flatMap(([kind, list]) => phrases(list).map((label): [string, FieldKind] => [label, kind])),
);

/** Labels that forms have and quoted headers don't: next to them `De:` is a question of the form. */
export const FORM_LABELS: ReadonlySet<string> = new Set(
  phrases(
    'mensaje|message|comentario|comentarios|comment|comments|teléfono|telefono|tel|phone|nombre|name|consulta|email|' +
      'e-mail|correo|correo electrónico|dirección|bultos|peso|pedido|referencia|número de serie|mensagem|nom|nome',
  ),
);

export const ORIGINAL: ReadonlySet<string> = new Set(
  phrases(
    'original message|original appointment|reply message|mensaje original|cita original|correo original|' +
      "missatge original|mensagem original|compromisso original|message original|message d'origine|" +
      "rendez-vous d'origine|ursprüngliche nachricht|originalnachricht|original-nachricht|ursprünglicher termin|" +
      'messaggio originale|appuntamento originale|oorspronkelijk bericht|origineel bericht|' +
      'oorspronkelijke afspraak|wiadomość oryginalna|oryginalna wiadomość|oprindelig meddelelse|oprindelig besked|' +
      'opprinnelig melding|ursprungligt meddelande|originalmeddelande|alkuperäinen viesti|исходное сообщение|' +
      'оригинальное сообщение|оригінальне повідомлення|הודעה מקורית|原始邮件|邮件原件|原始郵件|元のメッセージ|özgün ileti|' +
      'orijinal mesaj|původní zpráva|pôvodná správa|eredeti üzenet|mesaj original|mensaxe orixinal|jatorrizko mezua',
  ),
);

export const FORWARDED: ReadonlySet<string> = new Set(
  phrases(
    'forwarded message|mensaje reenviado|mensaje remitido|correo reenviado|missatge reenviat|' +
      'mensagem encaminhada|mensagem reencaminhada|message transféré|message transmis|message réexpédié|' +
      'weitergeleitete nachricht|messaggio inoltrato|doorgestuurd bericht|wiadomość przekazana|' +
      'przekazana wiadomość|treść przekazanej wiadomości|videresendt meddelelse|videresendt besked|' +
      'videresendt melding|vidarebefordrat meddelande|välitetty viesti|пересылаемое сообщение|' +
      'перенаправленное сообщение|переслане повідомлення|הודעה שהועברה|转发邮件|轉寄郵件|転送メッセージ|iletilen mesaj|' +
      'mensaxe reenviada',
  ),
);

export const FORWARD_OPENERS: ReadonlySet<string> = new Set(
  phrases(
    'begin forwarded message|inicio del mensaje reenviado|inici del missatge reenviat|' +
      'início da mensagem encaminhada|início da mensagem reencaminhada|début du message transféré|' +
      'début du message réexpédié|anfang der weitergeleiteten nachricht|inizio messaggio inoltrato|' +
      'begin doorgestuurd bericht|początek przekazywanej wiadomości|start på videresendt besked|' +
      'videresendt melding|vidarebefordrat brev|välitetty viesti alkaa|начало переадресованного сообщения',
  ),
);
