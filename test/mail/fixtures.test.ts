/** Every mail under fixtures/mail: what must be read from it, down to the digest of each attachment. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { bufferSource, type ParsedMail, parseMail } from '../../src/mail/parse.ts';
import { expectCase, findCases } from '../support/cases.ts';

const CASES = findCases('mail', 'message.eml');

/** What an expectation holds: the facts of a mail that other code relies on. */
function facts(mail: ParsedMail) {
  const { sender } = mail;
  return {
    sender: sender.clear ? { address: sender.address, name: sender.name } : { unclear: sender.why },
    recipients: mail.headerRecipients,
    subject: mail.subject,
    messageId: mail.messageId,
    inReplyTo: mail.inReplyTo,
    references: mail.references,
    text: mail.text,
    html: mail.html !== null,
    attachments: mail.attachments.map(({ filename, contentType, size, sha256, inline, contentId }) => ({
      filename,
      contentType,
      size,
      sha256,
      inline,
      contentId,
    })),
    defects: mail.defects,
  };
}

describe('a mail in fixtures/mail', () => {
  it('has at least 40 others beside it', () => {
    expect(CASES.length).toBeGreaterThan(40);
  });

  it.each(CASES)('is read as expected: $name', async (mail) => {
    const bytes = readFileSync(join(mail.folder, 'message.eml'));
    expectCase(mail, facts(await parseMail(bufferSource(bytes), null)));
  });

  it.each(CASES)('reads the same when it arrives byte by byte: $name', async ({ folder }) => {
    const bytes = readFileSync(join(folder, 'message.eml'));
    const whole = await parseMail(bufferSource(bytes), null);
    const trickled = await parseMail(
      {
        start: bytes,
        open: () =>
          Readable.from(
            Array.from(bytes, (byte) => Buffer.of(byte)),
            { objectMode: false },
          ),
      },
      null,
    );
    expect(facts(trickled)).toEqual(facts(whole));
    expect(trickled.fingerprint).toBe(whole.fingerprint);
  });
});
