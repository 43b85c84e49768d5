/**
 * The line that our mails carry above everything else: what stands below it in a reply is quoted. Recognised in
 * every language at once, because people answer mails in another one than they got.
 */
export const REPLY_MARKER = {
  es: '--- Responde por encima de esta línea ---',
  en: '--- Reply above this line ---',
} as const;

export const REPLY_MARKERS: readonly string[] = Object.values(REPLY_MARKER);
