/**
 * Every reply that this program gives in an SMTP dialogue, once: code, enhanced code (RFC 3463) and one line in the
 * reader's language. The reader is a person who finds the line in a bounce, so it says what to do.
 *
 * Temporary or permanent is in the code alone. Non-ASCII letters go out only where SMTPUTF8 is in force (RFC 6531);
 * elsewhere accents are dropped. No text of a library or of the operating system ever gets here.
 */
import type { RecipientRefusal } from '../tickets/accept-recipient.ts';
import type { DoorReason, RefusalReason } from '../tickets/decision.ts';
import type { Language } from '../tickets/model.ts';

export type ReplyReason =
  | RecipientRefusal
  | RefusalReason
  | DoorReason
  | 'accepted'
  | 'bad-sender-syntax'
  | 'disk-full'
  | 'try-again'
  | 'too-many-recipients'
  | 'over-rate'
  | 'not-looked-up'
  | 'too-many-connections'
  | 'too-many-commands'
  | 'too-busy'
  | 'talks-too-soon'
  | 'no-smtp'
  | 'line-too-long'
  | 'idle-too-long'
  | 'open-too-long'
  | 'too-slow'
  | 'unknown-command'
  | 'bad-arguments'
  | 'not-allowed'
  | 'bad-sequence'
  | 'too-many-errors'
  | 'shutting-down';

export interface ReplyContext {
  readonly language: Language;
  /** Intake reference; `null` before there is one. */
  readonly reference: string | null;
  /** Where the reader finds help: the department's page, else its telephone. */
  readonly help: string | null;
  readonly utf8: boolean;
}

export interface Reply {
  readonly code: number;
  /** What follows the code on the line: enhanced code and text. */
  readonly text: string;
}

interface Template {
  readonly code: number;
  readonly enhanced: string;
  readonly es: string;
  readonly en: string;
}

/** The same words for every reason that would tell a stranger who is a client and who is not. */
const NOT_REGISTERED: Template = {
  code: 550,
  enhanced: '5.7.1',
  es: 'Tu dirección no puede escribir a este buzón. Escribe desde la dirección que tienes registrada como cliente{help}',
  en: 'Your address may not write to this mailbox. Please write from the address registered on your account{help}',
};

const TEMPLATES: Record<ReplyReason, Template> = {
  accepted: { code: 250, enhanced: '2.0.0', es: 'accepted', en: 'accepted' },
  'bad-sender-syntax': {
    code: 501,
    enhanced: '5.1.7',
    es: 'La dirección del remitente no es válida',
    en: 'The sender address is not valid',
  },
  'bad-recipient-syntax': {
    code: 501,
    enhanced: '5.1.3',
    es: 'La dirección del destinatario no es válida',
    en: 'The recipient address is not valid',
  },
  'relay-denied': {
    code: 550,
    enhanced: '5.7.1',
    es: 'Este servidor no recibe correo para ese dominio',
    en: 'This server does not take mail for that domain',
  },
  'unknown-mailbox': {
    code: 550,
    enhanced: '5.1.1',
    es: 'Ese buzón no existe aquí',
    en: 'There is no such mailbox here',
  },
  'department-takes-no-mail': {
    code: 550,
    enhanced: '5.2.1',
    es: 'Este departamento no atiende por correo{help}',
    en: 'This department does not take mail{help}',
  },
  'mail-loop': {
    code: 554,
    enhanced: '5.4.6',
    es: 'El correo da vueltas: viene de uno de nuestros buzones o ha pasado por demasiados servidores',
    en: 'Mail loop: this mail comes from one of our own mailboxes or went through too many servers',
  },
  'unclear-sender': {
    code: 550,
    enhanced: '5.7.1',
    es: 'El correo no dice con claridad de quién es: debe llevar un solo remitente (From)',
    en: 'The mail does not say clearly who it is from: it must have exactly one From address',
  },
  'dmarc-policy': {
    code: 550,
    enhanced: '5.7.1',
    es: 'El dominio del remitente pide rechazar este correo (DMARC). Envíalo por el servidor de tu dominio{help}',
    en: 'The policy of the sender domain (DMARC) asks to refuse this mail. Send it through the server of your domain{help}',
  },
  'not-authenticated': {
    code: 550,
    enhanced: '5.7.26',
    es: 'No se pudo comprobar el remitente (SPF o DKIM). Envíalo por el servidor de tu dominio{help}',
    en: 'The sender could not be verified (SPF or DKIM). Send it through the server of your domain{help}',
  },
  'staff-not-authenticated': {
    code: 550,
    enhanced: '5.7.26',
    es: 'No se pudo comprobar que este correo sea de esa dirección del equipo. Envíalo por el servidor de la empresa',
    en: 'Nothing proves that this mail is from that staff address. Send it through the server of the company',
  },
  'dns-temporary-failure': {
    code: 451,
    enhanced: '4.7.1',
    es: 'No se pudo comprobar el remitente ahora. Se intentará de nuevo',
    en: 'The sender cannot be checked right now. Please try again later',
  },
  'replies-only': {
    code: 550,
    enhanced: '5.7.1',
    es: 'Este buzón solo recibe respuestas a tickets abiertos{help}',
    en: 'This mailbox only takes replies to existing tickets{help}',
  },
  'risky-attachment': {
    code: 550,
    enhanced: '5.7.1',
    es: 'El correo lleva un archivo de un tipo que no se admite. Envíalo sin él o con un enlace{help}',
    en: 'The mail has an attachment of a type that is not accepted. Send it without, or as a link{help}',
  },
  'unregistered-sender': NOT_REGISTERED,
  'blocked-sender': NOT_REGISTERED,
  'account-state': NOT_REGISTERED,
  'department-not-allowed': NOT_REGISTERED,
  'too-large': {
    code: 552,
    enhanced: '5.3.4',
    es: 'El correo es demasiado grande. Envía los archivos con un enlace',
    en: 'The mail is too large. Send the files as a link',
  },
  'bare-line-break': {
    code: 550,
    enhanced: '5.5.2',
    es: 'El correo tiene saltos de línea no válidos',
    en: 'The mail has invalid line breaks',
  },
  'disk-full': {
    code: 452,
    enhanced: '4.3.1',
    es: 'Ahora no hay espacio para guardar el correo. Se intentará de nuevo',
    en: 'There is no space to keep the mail right now. Please try again later',
  },
  'try-again': {
    code: 451,
    enhanced: '4.3.0',
    es: 'Ahora no se puede guardar el correo. Se intentará de nuevo',
    en: 'The mail cannot be kept right now. Please try again later',
  },
  'too-many-recipients': {
    code: 452,
    enhanced: '4.5.3',
    es: 'Demasiados destinatarios en un solo correo',
    en: 'Too many recipients in one mail',
  },
  'over-rate': {
    code: 452,
    enhanced: '4.4.5',
    es: 'Demasiados correos en poco tiempo. Se intentará de nuevo más tarde',
    en: 'Too many mails within an hour. Please try again later',
  },
  'not-looked-up': {
    code: 451,
    enhanced: '4.3.0',
    es: 'Ahora no podemos comprobar si eres cliente. Se intentará de nuevo',
    en: 'We cannot check right now whether you are a client. Please try again later',
  },
  'too-many-connections': {
    code: 421,
    enhanced: '4.7.0',
    es: 'Demasiadas conexiones o intentos desde esta dirección. Se intentará de nuevo más tarde',
    en: 'Too many connections or attempts from this address. Please try again later',
  },
  'too-many-commands': {
    code: 421,
    enhanced: '4.7.0',
    es: 'Demasiados comandos sin enviar ningún correo',
    en: 'Too many commands without a mail',
  },
  'too-busy': {
    code: 421,
    enhanced: '4.3.2',
    es: 'Hay demasiadas conexiones ahora. Se intentará de nuevo más tarde',
    en: 'There are too many connections right now. Please try again later',
  },
  'talks-too-soon': {
    code: 421,
    enhanced: '4.5.0',
    es: 'Hay que esperar al saludo del servidor',
    en: 'Please wait for the greeting',
  },
  'no-smtp': { code: 421, enhanced: '4.5.0', es: 'Esto es un servidor de correo', en: 'This is a mail server' },
  'line-too-long': {
    code: 421,
    enhanced: '4.5.0',
    es: 'La línea es demasiado larga para un comando',
    en: 'The line is too long for a command',
  },
  'idle-too-long': {
    code: 421,
    enhanced: '4.4.2',
    es: 'Demasiado tiempo sin un comando. Se intentará de nuevo',
    en: 'Too long without a command. Please try again',
  },
  'open-too-long': {
    code: 421,
    enhanced: '4.4.2',
    es: 'La conexión ha durado demasiado. Abre otra',
    en: 'The connection was open for too long. Please open another one',
  },
  'too-slow': {
    code: 421,
    enhanced: '4.4.2',
    es: 'El correo llega demasiado despacio. Se intentará de nuevo',
    en: 'The mail comes too slowly. Please try again',
  },
  'unknown-command': {
    code: 500,
    enhanced: '5.5.2',
    es: 'No se entiende ese comando',
    en: 'The command is not understood',
  },
  'not-allowed': {
    code: 550,
    enhanced: '5.7.1',
    es: 'Ese comando no se admite desde tu dirección',
    en: 'That command is not accepted from your address',
  },
  'bad-arguments': {
    code: 501,
    enhanced: '5.5.4',
    es: 'Los parámetros del comando no son válidos',
    en: 'The parameters of the command are not valid',
  },
  'bad-sequence': {
    code: 503,
    enhanced: '5.5.1',
    es: 'Ese comando no toca todavía',
    en: 'Another command has to come first',
  },
  'too-many-errors': {
    code: 421,
    enhanced: '4.5.0',
    es: 'Demasiados errores en esta conexión',
    en: 'Too many errors in this connection',
  },
  'shutting-down': {
    code: 421,
    enhanced: '4.3.2',
    es: 'El servicio se detiene. Se intentará de nuevo',
    en: 'The service is stopping. Please try again later',
  },
};

/** Longest text behind the code: RFC 5321 section 4.5.3.1.5 allows 512 for the line, and some servers cut earlier. */
const MAX_TEXT = 400;

export function replyFor(reason: ReplyReason, context: ReplyContext): Reply {
  const template = TEMPLATES[reason];
  if (reason === 'accepted')
    return { code: template.code, text: `${template.enhanced} accepted ${context.reference ?? ''}`.trim() };
  const reference = context.reference === null ? '' : ` (ref ${context.reference})`;
  const line = (help: string) => {
    const words = `${template.enhanced} ${template[context.language].replace('{help}', help)}${reference}`;
    return oneLine(context.utf8 ? words : toAscii(words));
  };
  const whole = line(context.help === null ? '' : `: ${context.help}`);
  // Half an address helps nobody; the reference must never be what is cut off.
  return { code: template.code, text: whole.length > MAX_TEXT ? line('') : whole };
}

/** What the client sees: `550 5.7.1 …`. */
export function replyLine({ code, text }: Reply): string {
  return `${code} ${text}`;
}

/** All reasons, for tests that look at every reply. */
export const REPLY_REASONS: readonly ReplyReason[] = Object.keys(TEMPLATES).filter(
  (key): key is ReplyReason => key in TEMPLATES,
);

function toAscii(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/g, '');
}

function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ');
}
