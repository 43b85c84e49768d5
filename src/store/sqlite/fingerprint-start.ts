/** 48 bits: as many as fit into a number of JavaScript, whole bytes. */
const HEX_DIGITS = 12;

/** What the index keeps of a mail's fingerprint (hex): beside the Message-ID it tells mails apart that share one by mistake. */
export function fingerprintStart(fingerprint: string): number {
  return Number.parseInt(fingerprint.slice(0, HEX_DIGITS), 16);
}
