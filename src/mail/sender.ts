/**
 * Who a mail says it is from: the one address of its one From header (RFC 5322 section 3.6.2), or why there is
 * no such thing. Reply-To and Sender are never looked at: they identify nobody.
 */
import { normalizeAddress, readMailboxes } from './address.ts';
import { decodeBytes } from './charset.ts';
import { type HeaderLine, headerText, rawHeaders, unfold } from './header-lines.ts';

export type UnclearFrom = 'no-from-header' | 'several-from-headers' | 'several-addresses' | 'group' | 'not-an-address';

export type Sender =
  | {
      readonly clear: true;
      /** Normal form: local part case-folded, domain in A-labels. */
      readonly address: string;
      /** Decoded display name, one line, at most 200 characters; empty when there is none. For display only. */
      readonly name: string;
    }
  | { readonly clear: false; readonly why: UnclearFrom; readonly shown: string };

const MAX_NAME = 200;

/** Reads the sender from the raw header lines. */
export function readSender(lines: readonly HeaderLine[]): Sender {
  const headers = rawHeaders(lines, 'from');
  const [raw] = headers;
  if (raw === undefined) return unclear('no-from-header', '');
  const shown = headerText(raw).slice(0, MAX_NAME);
  if (headers.length > 1) return unclear('several-from-headers', shown);

  // Raw UTF-8 is allowed in addresses (RFC 6532); anything else that is not ASCII can only be part of a name.
  const value = decodeBytes(Buffer.from(unfold(raw), 'latin1'), null).text;
  const list = readMailboxes(value);
  if (list.hasGroup) return unclear('group', shown);
  if (list.invalid.length > 0) return unclear('not-an-address', shown);
  const [mailbox] = list.mailboxes;
  if (mailbox === undefined) return unclear('not-an-address', shown);
  if (list.mailboxes.length > 1) return unclear('several-addresses', shown);
  const address = normalizeAddress(mailbox.address);
  if (address === null) return unclear('not-an-address', shown);
  return { clear: true, address, name: displayName(mailbox.rawName) };
}

function unclear(why: UnclearFrom, shown: string): Sender {
  return { clear: false, why, shown };
}

/** Quotes and escapes off, encoded words decoded, one line. */
export function displayName(rawName: string): string {
  let name = rawName.trim();
  if (name.length > 1 && name.startsWith('"') && name.endsWith('"')) {
    name = name.slice(1, -1).replace(/\\(.)/gs, '$1');
  }
  return headerText(Buffer.from(name, 'utf8').toString('latin1')).slice(0, MAX_NAME);
}
