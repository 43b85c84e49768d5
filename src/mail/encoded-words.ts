/**
 * Encoded words (RFC 2047) in header text. The decoding itself is libmime's; what is ours is the bound: past it
 * the text is shown as it came, because no person writes a header of that size.
 */
import libmime from 'libmime';

const MAX_DECODED_HEADER = 64 * 1024;

/** Decodes every `=?charset?b|q?…?=` in the text; text without one comes back unchanged. Never throws. */
export function decodeWords(text: string): string {
  if (!text.includes('=?')) return text;
  if (text.length > MAX_DECODED_HEADER) return text;
  try {
    return libmime.decodeWords(text);
  } catch {
    // An unknown charset in a display name is no reason to lose the mail: show it undecoded.
    return text;
  }
}
