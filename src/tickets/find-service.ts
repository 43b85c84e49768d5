/**
 * Which of an account's services a mail speaks of: domains and service names as whole words in subject and text,
 * also inside URLs and addresses, in Unicode or in A-labels.
 */
import { normalizeDomain } from '../mail/address.ts';

/** A service of one account. */
export interface Service {
  readonly serviceId: number;
  readonly accountId: number;
  /** Domain in A-labels, or any other name in lower case. */
  readonly name: string;
}

/** Only this much of a text is searched, and at most so many names of it are looked up. */
const MAX_SCANNED = 64 * 1024;
const MAX_NAMES = 100;

/** What a service is stored and compared under: a domain in A-labels, any other name in lower case with single blanks. */
export function normalizeServiceName(name: string): string {
  const plain = name.trim().replace(/\s+/g, ' ');
  const domain = plain.includes('.') && !plain.includes(' ') ? normalizeDomain(plain) : null;
  return domain ?? plain.normalize('NFC').toLowerCase();
}

/** Every domain name in the text and, for each, the domains above it (`www.empresa.com` also names `empresa.com`). */
export function namedDomains(text: string): string[] {
  const found = new Set<string>();
  const scanned = text.slice(0, MAX_SCANNED);
  let end = 0;
  // Most words have no dot: only the surroundings of each dot are looked at.
  for (let dot = scanned.indexOf('.'); dot >= 0 && found.size < MAX_NAMES; dot = scanned.indexOf('.', end)) {
    let start = dot;
    while (start > end && isHostCharacter(scanned.charCodeAt(start - 1))) start -= 1;
    end = dot + 1;
    while (end < scanned.length && isHostCharacter(scanned.charCodeAt(end))) end += 1;
    addDomains(scanned.slice(start, end), found);
  }
  return [...found].slice(0, MAX_NAMES);
}

function addDomains(word: string, found: Set<string>): void {
  if (word.length > 253 || !word.includes('.')) return;
  const trimmed = word.replace(/^[.-]+/, '').replace(/[.-]+$/, '');
  const domain = trimmed.includes('.') ? normalizeDomain(trimmed) : null;
  if (domain === null) return;
  const labels = domain.split('.');
  for (let from = 0; from < labels.length - 1; from += 1) found.add(labels.slice(from).join('.'));
}

/** Letters and digits of any script, hyphen and dot; not the quotes and marks that a sentence puts around a name. */
function isHostCharacter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2d ||
    code === 0x2e ||
    (code > 0x7f && /^[\p{L}\p{M}\p{N}]$/u.test(String.fromCharCode(code)))
  );
}

/** The service that the text names: the longest name wins (`tienda.empresa.com` over `empresa.com`), then the earliest. */
export function findService(text: string, services: readonly Service[]): Service | null {
  if (services.length === 0) return null;
  const domains = new Set(namedDomains(text));
  let lower: string | null = null;
  const names = (name: string) => {
    lower ??= text.slice(0, MAX_SCANNED).normalize('NFC').toLowerCase();
    return namesWord(lower, name);
  };
  let best: Service | null = null;
  for (const service of services) {
    const named = service.name.includes('.') ? domains.has(service.name) : names(service.name);
    if (named && (best === null || service.name.length > best.name.length)) best = service;
  }
  return best;
}

/** Does the text hold this name as a whole word? Both in lower case. Linear. */
export function namesWord(text: string, name: string): boolean {
  if (name === '') return false;
  let at = text.indexOf(name);
  while (at >= 0) {
    if (!isWordAt(text, at - 1) && !isWordAt(text, at + name.length)) return true;
    at = text.indexOf(name, at + name.length);
  }
  return false;
}

function isWordAt(text: string, index: number): boolean {
  return index >= 0 && index < text.length && /^[\p{L}\p{N}_]$/u.test(text.charAt(index));
}
