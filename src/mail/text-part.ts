/** The text of one text part: from its bytes, without their transfer encoding, to characters. */
import { decodeBytes } from './charset.ts';
import { unflow } from './flowed.ts';

export interface TextFormat {
  /** As declared; empty where nothing was. */
  readonly charset: string;
  /** `format=flowed` (RFC 3676). */
  readonly flowed: boolean;
  /** `DelSp=yes` beside it. */
  readonly deleteSpace: boolean;
}

/** Line ends stay as they are. What is wrong is added to `defects`. */
export function decodeTextPart(
  bytes: Uint8Array,
  { charset, flowed, deleteSpace }: TextFormat,
  defects: Set<string>,
): string {
  const decoded = decodeBytes(bytes, charset);
  if (decoded.guessed) defects.add('charset-guessed');
  const text = flowed ? unflow(decoded.text, deleteSpace) : decoded.text;
  if (!text.includes('\u0000')) return text;
  defects.add('nul-bytes');
  // NUL ends strings in too many programs that will see this text later.
  return text.replaceAll('\u0000', '\ufffd');
}
