/**
 * Addresses of staff in what goes to clients: in their place stands the department's mailbox. Case is ignored; a domain
 * is found in its Unicode form too, and a tag (`ana+x@`) goes with it. Linear in the text for each address.
 */
import { domainToUnicode } from 'node:url';
import { domainOf, localPartOf } from '../mail/address.ts';
import type { Policy } from './policy.ts';

function staffAddresses({ departments }: Pick<Policy, 'departments'>): string[] {
  return [...new Set(departments.flatMap(({ staff }) => staff.map(({ address }) => address)))];
}

/** `mailbox` stands for each address of a staff member. */
export function maskStaff(text: string, policy: Pick<Policy, 'departments'>, mailbox: string): string {
  let masked = text;
  for (const address of staffAddresses(policy)) {
    const domain = domainOf(address);
    for (const form of new Set([domain, domainToUnicode(domain)])) {
      // In a link the sign is written as %40.
      for (const at of ['@', '%40']) masked = maskOne(masked, localPartOf(address), `${at}${form}`, mailbox);
    }
  }
  return masked;
}

/** In a file's name nothing ends an address: `informe-ana@hosting.example.pdf`. */
export function maskStaffName(name: string, policy: Pick<Policy, 'departments'>, mailbox: string): string {
  return staffAddresses(policy).reduce((masked, address) => {
    const lower = asciiLower(masked);
    const pieces: string[] = [];
    let done = 0;
    for (let at = lower.indexOf(address); at >= 0; at = lower.indexOf(address, done)) {
      pieces.push(masked.slice(done, at), mailbox);
      done = at + address.length;
    }
    return [...pieces, masked.slice(done)].join('');
  }, name);
}

function maskOne(text: string, local: string, atDomain: string, mailbox: string): string {
  const lower = text.toLowerCase();
  // Some letters change their length with their case; offsets would not fit then.
  const searched = lower.length === text.length ? lower : asciiLower(text);
  const pieces: string[] = [];
  let done = 0;
  let from = 0;
  for (;;) {
    const at = searched.indexOf(atDomain, from);
    if (at < 0) break;
    from = at + atDomain.length;
    if (goesOn(searched, from)) continue;
    const start = startOf(searched, at, local);
    if (start === null || start < done) continue;
    pieces.push(text.slice(done, start), mailbox);
    done = from;
  }
  pieces.push(text.slice(done));
  return pieces.join('');
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}

/** Longest local part that is looked at (RFC 5321 section 4.5.3.1.1). */
const MAX_LOCAL = 64;

/** Where the address begins whose local part ends at `at`; `null`: it is somebody else's. */
function startOf(text: string, at: number, local: string): number | null {
  let end = at;
  if (!text.endsWith(local, at)) {
    end = text.slice(Math.max(0, at - MAX_LOCAL), at).lastIndexOf(`${local}+`);
    if (end < 0) return null;
    end += Math.max(0, at - MAX_LOCAL) + local.length;
    if (/\s/.test(text.slice(end, at))) return null;
  }
  const start = end - local.length;
  return belongsToLongerName(text, start) ? null : start;
}

/** `juana@` and `x.ana@` are not `ana@`; `...ana@` and `mailto%3Aana@` are. */
function belongsToLongerName(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 3), start);
  return !/^%[0-9a-f]{2}$/.test(before) && /[\p{L}\p{N}][._+-]?$/u.test(before);
}

/** `ana@hosting.example.org` is another address. */
function goesOn(text: string, end: number): boolean {
  const next = text.charAt(end);
  if (/[\p{L}\p{N}-]/u.test(next)) return true;
  return next === '.' && /[\p{L}\p{N}]/u.test(text.charAt(end + 1));
}
