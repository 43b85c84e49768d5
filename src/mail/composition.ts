/** What an outgoing mail is made of. */
import type { Readable } from 'node:stream';

export interface Composition {
  readonly from: { readonly name: string; readonly address: string };
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** With angle brackets. */
  readonly messageId: string;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  /** Epoch milliseconds. */
  readonly date: number;
  /** `auto-replied` for what answers a mail, `auto-generated` for the rest (RFC 3834 section 5); `null`: a person wrote it. */
  readonly autoSubmitted: 'auto-replied' | 'auto-generated' | null;
  /** `es`, `en` (RFC 3282). */
  readonly language: string;
  readonly files?: readonly ComposedFile[];
}

export interface ComposedFile {
  readonly name: string;
  readonly contentType: string;
  readonly open: () => Readable;
}

export const MESSAGE_ID = /^<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>$/;
