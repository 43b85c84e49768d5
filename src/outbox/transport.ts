/**
 * What every way out has in common: it takes finished bytes and an envelope with exactly one recipient, and answers
 * with a value. The ways are an SMTP smarthost, the local sendmail, and a folder of .eml files.
 */
import type { SendFailure } from './retry.ts';

export interface Sending {
  /** Normal form; `''` is the null sender. */
  readonly envelopeFrom: string;
  readonly recipient: string;
  readonly bytes: Buffer;
  /** Names the file of the `file` transport. */
  readonly label: string;
}

export type SendResult =
  /** `answer`: what the other side said, such as its queue ID; for the log. */
  | { readonly ok: true; readonly answer?: string }
  | {
      readonly ok: false;
      readonly failure: SendFailure;
      readonly error: string;
      /** The other side says that the address does not exist. */
      readonly badAddress?: boolean;
    };

export interface Transport {
  /** Never rejects. */
  send(mail: Sending): Promise<SendResult>;
  close(): void;
}

/** For the admin: on one line, of bounded length. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 500);
}
