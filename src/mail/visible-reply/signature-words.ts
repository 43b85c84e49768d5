/**
 * How phones, mail programs, lawyers and mailing lists begin what they add below a mail, by language. Lower case. Data
 * only; what counts as a signature is decided in `signatures.ts`.
 */

const phrases = (list: string): readonly string[] => list.split('|').map((phrase) => phrase.trim());

/** Followed by a device or a program. Longer phrases first: the first that fits is taken. */
export const DEVICE_OPENERS: readonly string[] = phrases(
  'sent from my|sent from|sent via|sent with|sent using|enviado desde mi|enviado desde el|enviado desde la|enviado desde|' +
    'enviado con|enviado a través de|enviado mediante|enviat des del meu|enviat des de|enviat amb|enviado do meu|' +
    'enviado a partir do meu|enviado a partir do|enviado pelo|enviado do|enviado via|envoyé de mon|envoyé depuis mon|' +
    'envoyé depuis|envoyé à partir de|envoyé avec|envoyé via|gesendet von meinem|gesendet von|gesendet mit|' +
    'gesendet über|inviato dal mio|inviato da|inviato con|verzonden vanaf mijn|verstuurd vanaf mijn|verzonden met|' +
    'verzonden vanuit|wysłane z mojego|wysłano z|wysłane z|sendt fra min|sendt fra|sendt med|skickat från min|' +
    'skickat från|lähetetty|отправлено с моего|отправлено с|отправлено из|надіслано з|iphone-om küldve|odoslané z|' +
    'odesláno z|nire|bidalia nire|enviado dende o meu|enviado dende',
);

/** Whole phrases of programs that advertise themselves. */
export const PROGRAM_OPENERS: readonly string[] = phrases(
  'sent with proton mail|sent with [proton mail]|sent from [proton mail]|sent with protonmail|' +
    'enviado con proton mail|enviado con [proton mail]|enviado con correo seguro de proton|get outlook for|obtener outlook para|obtén outlook para|descargar outlook para|baixar o outlook|obter o outlook|' +
    'obtenir outlook pour|télécharger outlook pour|outlook für|holen sie sich outlook|scarica outlook per|' +
    'ottieni outlook per|outlook voor|download outlook voor|pobierz outlook|hämta outlook|hent outlook|' +
    "скачать outlook|aconseguiu l'outlook|baixeu l'outlook",
);

export const POSSESSIVES: ReadonlySet<string> = new Set(phrases('my|mi|meu|mon|meinem|mio|mijn|min|mojego|моего|nire'));

/** One of these makes "Sent from …" a program's line. */
export const PROGRAM_NAMES: ReadonlySet<string> = new Set(
  phrases(
    'outlook|yahoo|mail|correo|email|e-mail|gmail|hotmail|proton|protonmail|typeapp|bluemail|spark|edison|aqua|nine|' +
      'tutanota|tuta|thunderbird|windows|android|iphone|ipad|ios|samsung|galaxy|huawei|xiaomi|redmi|blackberry|' +
      'mailbird|airmail|canary|nokia|motorola|oppo|móvil|movil|mòbil|smartphone|tablet|mobile|phone|handy|app|zoho',
  ),
);

/** Words without a capital that name or join devices. */
export const DEVICE_WORDS: ReadonlySet<string> = new Set(
  phrases(
    'phone|mobile|móvil|movil|mòbil|teléfono|telefono|telèfon|smartphone|tablet|tableta|tauleta|handy|portable|' +
      'téléphone|telefone|celular|telemóvel|cellulare|telefoon|mobiel|telefon|mobil|telefonu|puhelimesta|телефона|' +
      'dispositivo|device|iphone|ipad|android|samsung|correo|mail|email|e-mail|aplicación|app|web|for|para|pour|für|' +
      'per|voor|för|dla|til|på|on|en|in|auf|sur|su|op|de|del|la|el|mi|my|mein|and|y|и|secure|via|con|with|mon|meu',
  ),
);

export const LEGAL_OPENERS: readonly string[] = phrases(
  'aviso legal|aviso de confidencialidad|confidencialidad|cláusula de confidencialidad|nota legal|' +
    'advertencia legal|información básica sobre protección de datos|' +
    'este mensaje|este correo|este e-mail|este email|la información contenida|la información incluida|' +
    'el contenido de este|' +
    'antes de imprimir|por favor, antes de imprimir|no imprima|avís legal|aquest missatge|aquest correu|' +
    "abans d'imprimir|aviso de confidencialidade|esta mensagem|confidentiality|disclaimer|legal notice|" +
    'this message|this email|this e-mail|the information contained|the information in this|the contents of this|' +
    'please consider the environment|before printing|ce message|ce courriel|avis de confidentialité|' +
    'diese e-mail|diese nachricht|le informazioni contenute|questo messaggio|dit bericht|deze e-mail|' +
    'ta wiadomość|niniejsza wiadomość',
);

/** One of these must stand in a paragraph that claims to be a notice. */
export const LEGAL_WORDS: readonly string[] = phrases(
  'confidencial|confidential|destinatari|recipient|intended for|privilegiad|privileged|rgpd|gdpr|lopd|2016/679|' +
    '3/2018|15/1999|34/2002|protección de datos|protecció de dades|data protection|vertraulich|riservate|vertrouwelijk|' +
    'confidentiel|secreto profesional|responsable del tratamiento',
);

/** Pleas to save paper. */
export const GREEN_WORDS: readonly string[] = phrases(
  "medio ambiente|medi ambient|meio ambiente|the environment|l'environnement|die umwelt|l'ambiente",
);

/** What no notice says. */
export const WRITER_WORDS: readonly string[] = phrases(
  '?|solicito|solicitamos|mis datos|ruego|quisiera|quiero|pido|my data|i request|i would like|je demande|mes données',
);

export const LIST_WORDS: readonly string[] = phrases(
  'mailing list|lista de correo|lista de distribución|llista de correu|liste de diffusion|mailingliste|' +
    'google groups|grupos de google|grupo de google',
);
