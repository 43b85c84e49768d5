/**
 * Small reports and notices, written for this project after the formats of the mail systems named. Spanish ones are
 * ours entirely, since no collection has any. The mails stand in the text files beside this one, as they are read.
 */
import { readFileSync } from 'node:fs';

export interface BounceCase {
  readonly name: string;
  readonly mail: Buffer;
  /** Address, status and action of each recipient. */
  readonly recipients: readonly string[];
  readonly original: string | null;
  readonly nullSender: boolean;
}

/** The cases of a file such as `bounce.notices.txt`. */
export function readCases(file: string): BounceCase[] {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return text.split('\n#### ').slice(1).map(readCase);
}

function readCase(text: string): BounceCase {
  const [head = '', ...body] = text.split('\n----\n');
  const [name = '', ...expected] = head.split('\n');
  const valuesOf = (key: string) =>
    expected.filter((line) => line.startsWith(key)).map((line) => line.slice(key.length));
  const mail = body.join('\n----\n');
  return {
    name,
    mail: Buffer.from(expected.includes('crlf') ? mail.replaceAll('\n', '\r\n') : mail),
    recipients: valuesOf('recipient: '),
    original: valuesOf('original: ')[0] ?? null,
    nullSender: expected.includes('null sender'),
  };
}
