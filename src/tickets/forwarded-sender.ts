/**
 * Who wrote a mail that was forwarded as text: the address in the first `From:` line that a mail program put there. It
 * proves nothing; the caller looks whether it is a contact.
 */
import { normalizeAddress } from '../mail/address.ts';
import { FIELD_LABELS } from '../mail/visible-reply/header-labels.ts';

const MAX_LINES = 200;
const MAX_LINE = 500;

/** In normal form; `null` where no line says it. Linear. */
export function forwardedSender(text: string): string | null {
  let position = 0;
  for (let count = 0; count < MAX_LINES && position < text.length; count += 1) {
    const stop = text.indexOf('\n', position);
    const end = stop < 0 ? text.length : stop;
    const found = senderIn(text.slice(position, Math.min(end, position + MAX_LINE)));
    if (found !== null) return found;
    position = end + 1;
  }
  return null;
}

function senderIn(line: string): string | null {
  // `> From: …` is quoted, `*De:* …` is bold in the text of a mail with HTML.
  const words = line
    .replaceAll('*', '')
    .replaceAll('>', ' >')
    .trimStart()
    .replace(/^(?:> ?)+/, '')
    .trimStart();
  const colon = words.indexOf(':');
  if (colon < 1 || FIELD_LABELS.get(words.slice(0, colon).trim().toLowerCase()) !== 'from') return null;
  for (const piece of words.slice(colon + 1).split(/[\s<>[\]();,"]+/)) {
    const address = piece.includes('@') ? normalizeAddress(piece.replace(/^mailto:/i, '')) : null;
    if (address !== null) return address;
  }
  return null;
}
