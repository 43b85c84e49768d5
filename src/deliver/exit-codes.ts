/**
 * What a mail server understands of a program that takes mails from it: the codes of sysexits.h. Temporary is 75 and
 * nothing else; with any other code the mail goes back to its sender.
 */
import type { LmtpReply } from './lmtp-dialogue.ts';

const EX_OK = 0;
export const EX_USAGE = 64;
export const EX_DATAERR = 65;
const EX_NOUSER = 67;
const EX_UNAVAILABLE = 69;
export const EX_TEMPFAIL = 75;
const EX_NOPERM = 77;

export function exitCodeOf({ code, text }: LmtpReply): number {
  if (code >= 200 && code < 300) return EX_OK;
  // Everything that is not a clear no is asked again.
  if (code < 500 || code > 599) return EX_TEMPFAIL;
  const [enhanced = ''] = text.split(' ', 1);
  if (enhanced === '5.1.1') return EX_NOUSER;
  if (enhanced.startsWith('5.7.')) return EX_NOPERM;
  if (/^5\.(?:1|5|6)\./.test(enhanced)) return EX_DATAERR;
  return EX_UNAVAILABLE;
}

/** One code for all recipients: come again where one has to, else what the first one that was refused got. */
export function worstExitCode(replies: readonly LmtpReply[]): number {
  const codes = replies.map(exitCodeOf);
  return codes.find((code) => code === EX_TEMPFAIL) ?? codes.find((code) => code !== EX_OK) ?? EX_OK;
}
