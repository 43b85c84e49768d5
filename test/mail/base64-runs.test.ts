/**
 * Base64 that passes the splitter of the parser in whole runs: the same parts with the same content as without it, wherever
 * the chunks of a mail end.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { MailParser } from 'mailparser';
import { expect, it } from 'vitest';
import { passBase64Runs } from '../../src/mail/base64-runs.ts';
import { readMimeParts } from '../../src/mail/mime-parts.ts';

/** Bytes that follow from the name, without any pattern. */
function bytesOf(name: string, size: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, index) =>
    createHash('sha256').update(`${name} ${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, size);
}

/** A number below `limit` that follows from the name. */
const numberOf = (name: string, limit: number) => bytesOf(name, 6).readUIntBE(0, 6) % limit;

function inLines(content: Buffer, width = 76, end = '\r\n'): string {
  const text = content.toString('base64');
  return `${(text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join(end)}${end}`;
}

function part(body: string, fields: readonly string[], end = '\r\n', boundary = 'xyz'): string {
  return `--${boundary}${end}${fields.join(end)}${end}${end}${body}`;
}

const FILE = ['Content-Type: application/pdf; name=a.pdf', 'Content-Transfer-Encoding: base64'];
const BASE64_TEXT = ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64'];
const TEXT = ['Content-Type: text/plain; charset=utf-8'];

function multipart(parts: string, end = '\r\n', boundary = 'xyz'): string {
  return `From: a@b.example${end}Content-Type: multipart/mixed; boundary=${boundary}${end}${end}${parts}--${boundary}--${end}`;
}

/** Chunks of 64 KB and more reach the splitter as they are. `cuts`: where they end. */
function chunksOf(mail: string, cuts: readonly number[]): Buffer[] {
  const bytes = Buffer.from(mail, 'latin1');
  const edges = [0, ...cuts, bytes.length];
  return edges.slice(1).map((to, index) => bytes.subarray(edges[index], to));
}

/** The files of a mail as digests, and its texts. */
async function read(mail: string, cuts: readonly number[]) {
  const files: string[] = [];
  const source = Readable.from(chunksOf(mail, cuts), { objectMode: false });
  const { texts, defects } = await readMimeParts(source, async (_, content) => {
    const pieces: Buffer[] = [];
    for await (const chunk of content) pieces.push(chunk);
    files.push(digestOf(Buffer.concat(pieces)));
  });
  return { texts: texts.map(({ text }) => text), defects, files };
}

const digestOf = (bytes: Buffer) => `${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`;

/** What the parser says of the parts and their content, with the runs or as it is. */
async function told(mail: string, cuts: readonly number[], runs: boolean) {
  const parser = new MailParser({ skipHtmlToText: true, skipTextToHtml: true, ignoreEmbedded: true });
  if (runs) passBase64Runs(parser.splitter);
  const parts: unknown[] = [];
  parser.on('data', (one) => {
    if (one.type !== 'attachment') {
      parts.push((one as { text?: string }).text);
      return;
    }
    const pieces: Buffer[] = [];
    one.content.on('data', (chunk: Buffer) => pieces.push(chunk));
    one.content.on('end', () => {
      parts.push([one.contentType, one.filename, digestOf(Buffer.concat(pieces))]);
      one.release();
    });
  });
  const ended = new Promise((resolve, reject) => parser.on('end', resolve).on('error', reject));
  Readable.from(chunksOf(mail, cuts), { objectMode: false }).pipe(parser);
  await ended;
  return parts;
}

const first = bytesOf('first', 160_000);
const second = bytesOf('second', 120_001);
const files = { texts: [], defects: [], files: [digestOf(first), digestOf(second)] };
const mail = multipart(part(inLines(first), FILE) + part(inLines(second), FILE));
const boundary = mail.indexOf('--xyz', 200_000);

it.each(Array.from({ length: 100 }, (_, index) => index - 30))(
  'files are whole where a chunk of base64 ends %i bytes behind the start of a boundary',
  async (offset) => {
    expect(await read(mail, [70_000, boundary + offset])).toEqual(files);
  },
);

it.each(Array.from({ length: 80 }, (_, index) => index))(
  'files are whole where a chunk inside one begins or ends %i bytes further',
  async (offset) => {
    expect(await read(mail, [66_000 + offset, 140_000 + 2 * offset])).toEqual(files);
  },
);

it.each<[string, string]>([
  ['lines of 60', multipart(part(inLines(first, 60), FILE) + part(inLines(second, 60), FILE))],
  ['lines of one quartet', multipart(part(inLines(first, 4), FILE) + part(inLines(second, 4), FILE))],
  ['lines that cut quartets', multipart(part(inLines(first, 75), FILE) + part(inLines(second, 7), FILE))],
  ['one line', multipart(part(inLines(first, 1e6), FILE) + part(inLines(second, 1e6), FILE))],
  [
    'LF alone',
    multipart(part(inLines(first, 76, '\n'), FILE, '\n') + part(inLines(second, 76, '\n'), FILE, '\n'), '\n'),
  ],
  ['empty lines between', multipart(part(inLines(first, 76, '\r\n\r\n'), FILE) + part(inLines(second), FILE))],
  ['lines of hyphens between', multipart(part(inLines(first, 900, '\r\n--\r\n'), FILE) + part(inLines(second), FILE))],
])('files are whole in %s', async (_, other) => {
  for (const cut of [65_600, 70_001, 77_777]) expect(await read(other, [cut, 2 * cut])).toEqual(files);
});

it('a file ends where the mail does, without a last boundary', async () => {
  const cutOff = mail.slice(0, mail.lastIndexOf('\r\n--xyz--'));
  for (const end of [cutOff, `${cutOff}\r\n`])
    expect((await read(end, [70_000, end.length - 66_000])).files).toEqual(files.files);
});

it.each([
  [
    'a text of one part',
    `From: a@b.example\r\n${BASE64_TEXT.join('\r\n')}\r\n\r\n${inLines(Buffer.from('á'.repeat(150_000)))}`,
  ],
  ['a text among parts', multipart(part(inLines(Buffer.from('á'.repeat(150_000))), BASE64_TEXT))],
])('base64 is %s too', async (_, other) => {
  expect(await read(other, [70_000, 140_000])).toMatchObject({ texts: ['á'.repeat(150_000)], defects: [] });
});

it('text that is not base64 keeps its lines', async () => {
  const lines = 'una linea de texto sin guiones\r\n'.repeat(9000);
  const other = multipart(part(lines, TEXT) + part(inLines(second), FILE));
  expect(await read(other, [70_000, 140_000])).toEqual({
    texts: [lines.replaceAll('\r\n', '\n').slice(0, -1)],
    defects: [],
    files: [digestOf(second)],
  });
});

const words = 'una linea de texto sin guiones\r\n'.repeat(9000);

it.each([-3, -1, 0, 1, 2, 3, 4, 5, 6])(
  'a part without a header behind a chunk that ends %i bytes into its boundary',
  async (at) => {
    const other = multipart(`${part(inLines(first), FILE)}--xyz\r\n\r\n${words}`);
    const cut = other.indexOf('--xyz\r\n\r\n') + at;
    const found = await read(other, [70_000, cut, cut + 80_000]);
    expect(found).toMatchObject({ texts: [words.replaceAll('\r\n', '\n').slice(0, -1)], files: [digestOf(first)] });
  },
);

it('what stands before the parts of a multipart is none of them, whatever encoding that declares', async () => {
  const other = multipart(part(inLines(first), FILE)).replace(
    '\r\n\r\n',
    `\r\nContent-Transfer-Encoding: base64\r\n\r\n${words}`,
  );
  expect(await told(other, [70_000, 140_000], true)).toEqual(await told(other, [70_000, 140_000], false));
  expect((await read(other, [70_000, 140_000])).files).toEqual([digestOf(first)]);
});

/** Nested, with preambles and epilogues, of parts in any order. */
function anyMail(seed: string): string {
  const piece = (name: string) => {
    const content = bytesOf(name, numberOf(`${name} size`, 120_000));
    const width = [76, 76, 60, 4, 73, 1e6][numberOf(`${name} width`, 6)];
    const kinds = [
      part(inLines(content, width), FILE),
      part(inLines(content, width), [...FILE, 'Content-ID: <a@b>']),
      part(inLines(content, width).slice(0, -2 - numberOf(`${name} cut`, 80)), FILE),
      part('una linea\r\n'.repeat(content.length % 9000), TEXT),
      part(`${inLines(content, width)}ni base64 ni nada - \r\n`, FILE),
      part(
        `Content-Type: multipart/mixed; boundary=abc\r\n\r\n${part(inLines(content), FILE, '\r\n', 'abc')}--abc--\r\n`,
        ['Content-Type: message/rfc822'],
      ),
      `--xyz\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n${part(inLines(content), FILE, '\r\n', 'in')}--in--\r\n${inLines(content)}`,
    ];
    return kinds[numberOf(`${name} kind`, kinds.length)] ?? '';
  };
  const count = 1 + numberOf(`${seed} parts`, 5);
  const epilogue = numberOf(`${seed} epilogue`, 3) === 0 ? inLines(bytesOf(`${seed} rest`, 90_000)) : '';
  return `${multipart(Array.from({ length: count }, (_, index) => piece(`${seed} ${index}`)).join(''))}${epilogue}`;
}

it.each(Array.from({ length: 40 }, (_, index) => `mail ${index}`))(
  'any mail is told as without runs: %s',
  async (seed) => {
    const any = anyMail(seed);
    const cuts: number[] = [];
    for (let at = 0, count = 0; ; count += 1) {
      at += 65_536 + numberOf(`${seed} cut ${count}`, 9000);
      if (at >= any.length) break;
      cuts.push(at);
    }
    expect(await told(any, cuts, true)).toEqual(await told(any, cuts, false));
  },
);

it('of each chunk a few lines only are asked whether they are a boundary', async () => {
  const parser = new MailParser();
  passBase64Runs(parser.splitter);
  let asked = 0;
  const splitter = parser.splitter as unknown as { processLine: (...args: unknown[]) => void };
  const { processLine } = splitter;
  splitter.processLine = function (...args) {
    asked += 1;
    processLine.apply(this, args);
  };
  parser.on('data', (one) => {
    if (one.type === 'attachment') one.content.on('end', () => one.release()).resume();
  });
  const large = multipart(part(inLines(bytesOf('large', 600_000)), FILE));
  const chunks = chunksOf(
    large,
    Array.from({ length: 12 }, (_, index) => (index + 1) * 65_536),
  );
  const ended = new Promise((resolve) => parser.on('end', resolve));
  Readable.from(chunks, { objectMode: false }).pipe(parser);
  await ended;
  // All of the first, in which the header is, and a few of each other.
  expect(asked).toBeLessThan(1000 + 12 * 4);
});
