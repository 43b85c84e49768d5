/** Parsing is total: whatever arrives is a mail with defects. Seeded, so that a failure can be run again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeAddress, readMailboxes } from '../../src/mail/address.ts';
import { decodeBytes } from '../../src/mail/charset.ts';
import { headerText, readHeaderLines } from '../../src/mail/header-lines.ts';
import { htmlToPlainText } from '../../src/mail/html-text.ts';
import { readMessageIds } from '../../src/mail/message-id.ts';
import { bufferSource, parseMail } from '../../src/mail/parse.ts';
import { readSender } from '../../src/mail/sender.ts';
import { withoutReplyPrefixes } from '../../src/mail/subject.ts';
import { namedDomains } from '../../src/tickets/find-service.ts';
import { namedTicketIds } from '../../src/tickets/ticket-id.ts';
import { findCases } from '../support/cases.ts';

const RUNS = { seed: Number(process.env.FUZZ_SEED ?? 20_260_302), numRuns: Number(process.env.FUZZ_RUNS ?? 150) };
const bytes = fc.uint8Array({ maxLength: 2000 });
const binary = fc.string({ unit: 'binary', maxLength: 500 });

const FIXTURES = findCases('mail', 'message.eml').map(({ folder }) => readFileSync(join(folder, 'message.eml')));

/** One of the fixtures with some bytes changed, dropped or doubled. */
const mutated = fc
  .tuple(fc.constantFrom(...FIXTURES), fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.nat(2)), { maxLength: 8 }))
  .map(([mail, changes]) => {
    let result: Buffer = mail;
    for (const [position, byte, how] of changes) {
      const at = position % result.length;
      const behind = result.subarray(how === 0 ? at : at + 1);
      const put = how === 1 ? [] : [byte];
      result = Buffer.concat([result.subarray(0, at), Buffer.from(put), behind]);
    }
    return result;
  });

describe('any bytes', () => {
  it.each([
    ['at random', bytes],
    ['of broken mails', mutated],
  ])('%s are a mail', async (_, mails) => {
    await fc.assert(
      fc.asyncProperty(mails, async (mail) => {
        const parsed = await parseMail(bufferSource(mail), null);
        expect(parsed.text).not.toContain('\u0000');
        expect(parsed.subject).not.toMatch(/[\r\n\u0000]/);
        if (parsed.sender.clear) expect(normalizeAddress(parsed.sender.address)).toBe(parsed.sender.address);
        for (const address of parsed.headerRecipients) expect(normalizeAddress(address)).toBe(address);
      }),
      RUNS,
    );
  });

  it('have a header and a body', () => {
    fc.assert(
      fc.property(bytes, (mail) => {
        const block = readHeaderLines(mail);
        expect(block.bodyOffset).toBeLessThanOrEqual(mail.length);
        expect(readSender(block.lines)).toHaveProperty('clear');
      }),
      RUNS,
    );
  });

  it('are text in any charset', () => {
    fc.assert(
      fc.property(
        bytes,
        fc.oneof(binary, fc.constantFrom('utf-7', 'utf-16', 'iso-2022-jp', 'big5')),
        (mail, charset) => {
          expect(typeof decodeBytes(mail, charset).text).toBe('string');
        },
      ),
      RUNS,
    );
  });
});

describe('any text', () => {
  it('as From gives a sender in normal form or none', () => {
    const parts = fc.constantFrom(
      'a@b.com',
      'Ana',
      '<',
      '>',
      '"',
      '(',
      ')',
      ',',
      ':',
      ';',
      '@',
      '\\',
      ' ',
      '=?utf-8?Q?a?=',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), (words) => {
        const raw = Buffer.from(words.join('')).toString('latin1');
        const sender = readSender([{ name: 'from', raw }]);
        if (!sender.clear) return;
        expect(normalizeAddress(sender.address)).toBe(sender.address);
        // Nothing but a literal part of the header can be the address.
        expect(words.join('').toLowerCase()).toContain(sender.address.slice(sender.address.indexOf('@')));
      }),
      { ...RUNS, numRuns: RUNS.numRuns * 10 },
    );
  });

  it('is read by every reader', () => {
    fc.assert(
      fc.property(binary, (text) => {
        expect(headerText(Buffer.from(text).toString('latin1'))).not.toMatch(/[\r\n]/);
        expect(Array.isArray(readMailboxes(text).mailboxes)).toBe(true);
        expect(readMessageIds([text]).every((id) => id.startsWith('<') && id.endsWith('>'))).toBe(true);
        expect(text.trim().endsWith(withoutReplyPrefixes(text))).toBe(true);
        expect(typeof htmlToPlainText(text).text).toBe('string');
        for (const id of namedTicketIds(text, 'TQ')) expect(id).toMatch(/^TQ-\d{6,12}$/);
        for (const domain of namedDomains(text)) expect(domain).toMatch(/^[a-z0-9_.-]+$/);
      }),
      RUNS,
    );
  });
});
