/**
 * Mails one after the other in one file: the mbox format (RFC 4155) in its reversible form, mboxrd. Line ends become
 * LF, and every line of a mail that begins with "From " behind any number of ">" gets one ">" more.
 */

export interface MboxMail {
  /** Envelope sender; `''` for the null sender. */
  readonly sender: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

export function mboxEntry({ sender, at, bytes }: MboxMail): Buffer {
  const lines = Buffer.from(bytes)
    .toString('latin1')
    .replaceAll('\r\n', '\n')
    .replace(/^>*From /gm, '>$&');
  const end = lines.endsWith('\n') ? '\n' : '\n\n';
  return Buffer.from(`From ${fromAddress(sender)} ${asctime(at)}\n${lines}${end}`, 'latin1');
}

/** The separator line is one line of three parts, whatever the mail's sender was. */
function fromAddress(sender: string): string {
  const plain = sender.replace(/[^\x21-\x7e]+/g, '_');
  return plain === '' ? 'MAILER-DAEMON' : plain;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `Sat Nov 21 09:00:00 2026`, in UTC as the RFC wants it. */
function asctime(at: number): string {
  const date = new Date(at);
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const time = date.toISOString().slice(11, 19);
  return `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${day} ${time} ${date.getUTCFullYear()}`;
}
