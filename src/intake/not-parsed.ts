/**
 * A mail that could not be read within its limits, as far as its header goes: enough to know who writes and to which
 * ticket. The body is told in one sentence, and the raw mail has it. Costs next to nothing, whatever the mail is.
 */
import { createHash } from 'node:crypto';
import { classify } from '../mail/automatic.ts';
import { type HeaderLine, readHeaderLines } from '../mail/header-lines.ts';
import { type MailSource, readFields } from '../mail/parse.ts';
import { NOT_PARSED } from '../tickets/incoming-mail.ts';
import type { Content } from './read-content.ts';
import type { Stopped } from './worker-pool.ts';

/** Fields longer than this are left out, and those beyond the number: they may be what the mail was stopped for. */
const MAX_FIELD = 16 * 1024;
const MAX_FIELDS = 1000;

/** `reference` of the intake record, for whoever wants the mail itself. */
export async function contentNotParsed(
  source: MailSource,
  nullSender: boolean,
  why: Stopped,
  reference: string,
): Promise<Content> {
  const block = readHeaderLines(source.start);
  const lines = shortFields(block.lines);
  const { defects, ...fields } = readFields(lines);
  const text = `${WHY[why]} Nothing is lost: the whole mail is kept, and "taquilla mail raw ${reference}" gives it.\n`;
  const hash = createHash('sha256');
  const identity = fields.messageId ?? fields.subject;
  hash.update(`${NOT_PARSED}\n${fields.sender.clear ? fields.sender.address : fields.sender.shown}\n${identity}\n`);
  // Fields above are other ones on another route; the body is the same when the mail is sent again.
  let skip = block.bodyOffset;
  for await (const chunk of source.open()) {
    hash.update(skip === 0 ? chunk : chunk.subarray(skip));
    skip = Math.max(0, skip - chunk.length);
  }
  return {
    mail: {
      lines,
      ...fields,
      text,
      quoteMarks: { quotes: [], headers: [], signatures: [], rests: [] },
      html: null,
      attachments: [],
      fingerprint: hash.digest('hex'),
      defects: [NOT_PARSED, ...defects],
    },
    automatic: classify({ lines, nullSender, start: source.start.subarray(0, 0) }),
    cut: { visible: [[0, text.length]], rule: 'none', confidence: 1 },
  };
}

function shortFields(lines: readonly HeaderLine[]): HeaderLine[] {
  return lines.filter(({ raw }) => raw.length <= MAX_FIELD).slice(0, MAX_FIELDS);
}

const WHY: Readonly<Record<Stopped, string>> = {
  time: 'This mail could not be read: it takes longer than a mail may take.',
  memory: 'This mail could not be read: it takes more memory than a mail may take.',
  crash: 'This mail could not be read: the reader of mails came to a sudden end with it.',
};
