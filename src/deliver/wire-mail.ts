/**
 * A mail as a pipe brings it, made ready for the wire: without the `From ` line of a mailbox file, every line ended with
 * CR LF, dots at the start of a line doubled (RFC 5321 section 4.5.2), the final dot behind it. Streams; keeps nothing.
 */

/** Lines end in a pipe as they like; the mail server in front has taken the mail already, so nothing is smuggled here. */
export async function* wireMail(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let heldCr = '';
  let atLineStart = true;
  for await (const chunk of chunks) {
    let text = heldCr + Buffer.from(chunk).toString('latin1');
    heldCr = text.endsWith('\r') ? '\r' : '';
    if (heldCr !== '') text = text.slice(0, -1);
    if (text === '') continue;
    const lines = text.replace(/\r\n|\r|\n/g, '\r\n').replaceAll('\r\n.', '\r\n..');
    yield Buffer.from(atLineStart && lines.startsWith('.') ? `.${lines}` : lines, 'latin1');
    atLineStart = lines.endsWith('\r\n');
  }
  yield Buffer.from(heldCr === '' && atLineStart ? '.\r\n' : '\r\n.\r\n', 'latin1');
}

/** The first line of each mail in a mailbox file, and of what Exim gives to a pipe unless it is told not to. */
export function withoutMboxLine(start: Buffer): { readonly start: Buffer; readonly sender: string | null } {
  if (start.subarray(0, 5).toString('latin1') !== 'From ') return { start, sender: null };
  const end = start.indexOf('\n');
  if (end < 0) return { start, sender: null };
  const [, sender = ''] = start.subarray(0, end).toString('latin1').split(' ', 2);
  return { start: start.subarray(end + 1), sender: sender === '' ? null : sender };
}
