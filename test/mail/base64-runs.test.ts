/** Base64 that passes the splitter of the parser in whole runs: the same content, wherever the chunks of a mail end. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { MailParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { passBase64Runs } from '../../src/mail/base64-runs.ts';
import { readMimeParts } from '../../src/mail/mime-parts.ts';

/** Bytes that follow from the name, without any pattern. */
function bytesOf(name: string, size: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, index) =>
    createHash('sha256').update(`${name} ${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, size);
}

function inLines(content: Buffer, width: number, end = '\r\n'): string {
  const text = content.toString('base64');
  return `${(text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join(end)}${end}`;
}

function mailOf(bodies: readonly string[], end = '\r\n'): string {
  const parts = bodies.map(
    (body, index) =>
      `--xyz${end}Content-Type: application/pdf; name=${index}.pdf${end}Content-Transfer-Encoding: base64${end}${end}${body}`,
  );
  const head = `From: a@b.example${end}Content-Type: multipart/mixed; boundary=xyz${end}${end}`;
  return `${head}--xyz${end}${end}Hola${end}${parts.join('')}--xyz--${end}`;
}

/** `cuts`: where a chunk ends. The parser collects chunks below 64 KB. */
async function read(mail: string, cuts: readonly number[]) {
  const bytes = Buffer.from(mail, 'latin1');
  const edges = [0, ...cuts, bytes.length];
  const chunks = edges.slice(1).map((to, index) => bytes.subarray(edges[index], to));
  const files: Buffer[] = [];
  const { texts, defects } = await readMimeParts(Readable.from(chunks, { objectMode: false }), async (_, content) => {
    const pieces: Buffer[] = [];
    for await (const chunk of content) pieces.push(chunk);
    files.push(Buffer.concat(pieces));
  });
  return { texts: texts.map(({ text }) => text), defects, files: files.map((file) => file.toString('hex')) };
}

const first = bytesOf('first', 60_000);
const second = bytesOf('second', 50_001);
const expected = { texts: ['Hola'], defects: [], files: [first.toString('hex'), second.toString('hex')] };

describe('files in base64', () => {
  const mail = mailOf([inLines(first, 76), inLines(second, 76)]);
  const boundary = mail.indexOf('--xyz', 70_000);

  it.each(Array.from({ length: 80 }, (_, index) => index - 20))(
    'are whole where a chunk ends %i bytes behind the start of a boundary',
    async (offset) => {
      expect(await read(mail, [boundary + offset])).toEqual(expected);
    },
  );

  it.each<[string, string]>([
    ['lines of 60', mailOf([inLines(first, 60), inLines(second, 60)])],
    ['lines of one quartet', mailOf([inLines(first, 4), inLines(second, 4)])],
    ['lines that cut quartets', mailOf([inLines(first, 75), inLines(second, 7)])],
    ['one line', mailOf([inLines(first, 1_000_000), inLines(second, 1_000_000)])],
    ['LF alone', mailOf([inLines(first, 76, '\n'), inLines(second, 76, '\n')], '\n')],
    ['empty lines between', mailOf([inLines(first, 76, '\r\n\r\n'), inLines(second, 76, '\r\n\r\n')])],
    [
      'lines of hyphens between',
      mailOf([inLines(first, 76), inLines(second, 76)].map((body) => body.replaceAll(/(?<=A.*)\r\n/g, '\r\n--\r\n'))),
    ],
  ])('are whole in %s', async (_, other) => {
    for (const cut of [65_600, 70_001, 77_777, 81_920]) expect(await read(other, [cut])).toEqual(expected);
  });

  it('end where the mail does, without a last boundary', async () => {
    const cutOff = mail.slice(0, mail.lastIndexOf('\r\n--xyz--'));
    expect((await read(cutOff, [70_000])).files).toEqual(expected.files);
  });
});

it('is split as before in every other encoding', async () => {
  const lines = `${'una línea de texto sin guiones\r\n'.repeat(4000)}`;
  const mail = `From: a@b.example\r\nContent-Type: text/plain; charset=latin1\r\n\r\n${lines}`;
  expect((await read(mail, [66_000, 100_001])).texts).toEqual([lines.replaceAll('\r\n', '\n')]);
});

it('asks of a few lines of each chunk only whether they are a boundary', async () => {
  const parser = new MailParser();
  passBase64Runs(parser.splitter);
  let asked = 0;
  const splitter = parser.splitter as unknown as { processLine: (...args: unknown[]) => void };
  const { processLine } = splitter;
  splitter.processLine = function (...args) {
    asked += 1;
    processLine.apply(this, args);
  };
  parser.on('data', (part) => {
    if (part.type === 'attachment') part.content.on('end', () => part.release()).resume();
  });
  const mail = Buffer.from(mailOf([inLines(bytesOf('large', 600_000), 76)]), 'latin1');
  const chunks = Array.from({ length: Math.ceil(mail.length / 65_536) }, (_, index) =>
    mail.subarray(index * 65_536, (index + 1) * 65_536),
  );
  const ended = new Promise((resolve) => parser.on('end', resolve));
  Readable.from(chunks, { objectMode: false }).pipe(parser);
  await ended;
  expect(chunks.length).toBe(13);
  expect(asked).toBeLessThan(13 * 4 + 1000);
});
