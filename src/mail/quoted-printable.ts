/**
 * Quoted-printable (RFC 2045 section 6.7) for the texts of outgoing mails: one pass over the bytes, lines of at most 76
 * characters. An encoded text never holds `=_`, so a boundary with these two characters can't occur in it.
 */

const MAX_LINE = 76;
const HEX = Buffer.from('0123456789ABCDEF');
const [CR, LF, SPACE, TAB, EQUALS] = [13, 10, 32, 9, 61];

/** Text with any line breaks to bytes with CRLF. */
export function encodeQuotedPrintable(text: string): Buffer {
  const bytes = Buffer.from(text);
  // Each byte becomes three at most; every 73 bytes or more a soft line break of three, and LF may become CRLF.
  const out = Buffer.allocUnsafe(bytes.length * 4 + 16);
  let at = 0;
  let column = 0;
  const breakSoftly = () => {
    out[at] = EQUALS;
    out[at + 1] = CR;
    out[at + 2] = LF;
    at += 3;
    column = 0;
  };
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    const next = bytes[index + 1];
    if (byte === LF || (byte === CR && next === LF)) {
      if (byte === CR) index += 1;
      out[at] = CR;
      out[at + 1] = LF;
      at += 2;
      column = 0;
      continue;
    }
    const atLineEnd = next === undefined || next === LF || next === CR;
    const plain = (byte > SPACE && byte < 127 && byte !== EQUALS) || ((byte === SPACE || byte === TAB) && !atLineEnd);
    const width = plain ? 1 : 3;
    // The last column stays free for the = of a soft break.
    if (column + width > (atLineEnd ? MAX_LINE : MAX_LINE - 1)) breakSoftly();
    if (plain) {
      out[at] = byte;
    } else {
      out[at] = EQUALS;
      out[at + 1] = HEX[byte >> 4] ?? 0;
      out[at + 2] = HEX[byte & 15] ?? 0;
    }
    at += width;
    column += width;
  }
  return out.subarray(0, at);
}
