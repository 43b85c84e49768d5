/** What is replaced inside mailparser must go on working when its version changes (see src/mail/mime-parts.ts). */
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { unflow } from '../../src/mail/flowed.ts';
import { type AttachmentHead, readMimeParts } from '../../src/mail/mime-parts.ts';

async function read(mail: string | Buffer) {
  const heads: AttachmentHead[] = [];
  const source = Readable.from([typeof mail === 'string' ? Buffer.from(mail) : mail], { objectMode: false });
  const parts = await readMimeParts(source, async (head, content) => {
    heads.push(head);
    for await (const _chunk of content);
  });
  return { ...parts, heads };
}

describe('the parts of a mail', () => {
  it('come one by one, each with the alternative it belongs to', async () => {
    const alternative = (b: string) =>
      `Content-Type: multipart/alternative; boundary=${b}\n\n--${b}\n\n${b} text\n--${b}\nContent-Type: text/html\n\n${b} html\n--${b}--\n`;
    const { texts } = await read(
      `Content-Type: multipart/mixed; boundary=m\n\n--m\n\nantes\n--m\n${alternative('uno')}--m\n${alternative('dos')}--m--\n`,
    );
    expect(texts).toEqual([
      { type: 'text/plain', text: 'antes', alternative: -1 },
      { type: 'text/plain', text: 'uno text', alternative: 0 },
      { type: 'text/html', text: 'uno html', alternative: 0 },
      { type: 'text/plain', text: 'dos text', alternative: 1 },
      { type: 'text/html', text: 'dos html', alternative: 1 },
    ]);
  });

  it('are decoded by our own charset rules, not by the parser', async () => {
    const latin = Buffer.from('Content-Type: text/plain\r\n\r\nseñor', 'latin1');
    expect(await read(latin)).toMatchObject({ texts: [{ text: 'señor' }], defects: ['charset-guessed'] });
  });

  it('are read without the header parser, which takes seconds for this', async () => {
    const before = process.cpuUsage();
    await read(`To: ${'a:'.repeat(120_000)}\r\nCc: ${'"'.repeat(10_000)}\r\n\r\nHola`);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1500);
  });

  it('have the content type in lower case and the Content-ID without brackets', async () => {
    const { heads } = await read('Content-Type: IMAGE/PNG; name=a.png\nContent-ID: < uno@x >\n\nx');
    expect(heads).toEqual([{ filename: 'a.png', contentType: 'image/png', inline: false, contentId: 'uno@x' }]);
  });

  it.each(['texto', 'text', '/', 'text/', ';', 'text plain'])('of the type %j are text', async (type) => {
    const { texts, heads } = await read(`Content-Type: ${type}\n\nHola`);
    expect(heads).toEqual([]);
    expect(texts).toEqual([{ type: 'text/plain', text: 'Hola', alternative: -1 }]);
  });
});

describe('flowed text', () => {
  it.each<[string, string, boolean]>([
    ['uno \ndos', 'uno dos', false],
    ['uno \ndos', 'unodos', true],
    ['uno\ndos', 'uno\ndos', false],
    ['uno \n\ndos', 'uno \n\ndos', false],
    ['> uno \n>\n> dos', '> uno \n>\n> dos', false],
    ['Saludos \n', 'Saludos \n', false],
    ['> uno \n> dos', '> uno dos', false],
    ['>> uno \n> dos', '>> uno \n> dos', false],
    ['> uno \ndos', '> uno \ndos', false],
    ['>', '>', false],
    [' >no es cita', '>no es cita', false],
    [' From aqui', 'From aqui', false],
    ['fin \n-- \nAna', 'fin \n-- \nAna', false],
    ['', '', false],
  ])('%j is %j (DelSp %s)', (text, unflowed, deleteSpace) => {
    expect(unflow(text, deleteSpace)).toBe(unflowed);
  });
});
