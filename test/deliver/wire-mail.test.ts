/** What a pipe brings, as it goes over the wire. */
import { describe, expect, it } from 'vitest';
import { wireMail, withoutMboxLine } from '../../src/deliver/wire-mail.ts';

async function wired(chunks: readonly string[]): Promise<string> {
  async function* source() {
    for (const chunk of chunks) yield Buffer.from(chunk, 'latin1');
  }
  const parts: Buffer[] = [];
  for await (const part of wireMail(source())) parts.push(part);
  return Buffer.concat(parts).toString('latin1');
}

describe('line ends and dots', () => {
  it.each([
    ['LF of a pipe', 'a\nb\n', 'a\r\nb\r\n.\r\n'],
    ['CR LF that came so', 'a\r\nb\r\n', 'a\r\nb\r\n.\r\n'],
    ['both in one mail', 'a\r\nb\nc', 'a\r\nb\r\nc\r\n.\r\n'],
    ['a CR that stands alone', 'a\rb\n', 'a\r\nb\r\n.\r\n'],
    ['a CR at the very end', 'a\r', 'a\r\n.\r\n'],
    ['a line with one dot', 'a\n.\nb\n', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a dot at the start', '.a\n', '..a\r\n.\r\n'],
    ['dots inside lines', 'a.b\n..\n', 'a.b\r\n...\r\n.\r\n'],
    ['nothing', '', '.\r\n'],
    ['bytes that are no text', '\u00ff\u0000\n', '\u00ff\u0000\r\n.\r\n'],
  ])('%s', async (_, given, expected) => {
    expect(await wired([given])).toBe(expected);
    // However the pipe cuts it.
    expect(await wired([...given])).toBe(expected);
  });
});

it('takes the line of a mailbox file off, and knows the sender in it', () => {
  const { start, sender } = withoutMboxLine(Buffer.from('From ana@empresa.com Sun Nov 22 10:00:00 2026\nFrom: x\n'));
  expect({ start: start.toString(), sender }).toEqual({ start: 'From: x\n', sender: 'ana@empresa.com' });
  const plain = Buffer.from('From: ana@empresa.com\n');
  expect(withoutMboxLine(plain)).toEqual({ start: plain, sender: null });
});
