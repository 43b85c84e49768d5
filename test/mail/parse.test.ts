/** What the fixtures can't show: sizes, keepers that fail, fingerprints. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { AttachmentKeeper } from '../../src/mail/keep-attachments.ts';
import { bufferSource, parseMail } from '../../src/mail/parse.ts';

const HEAD = 'From: ana@empresa.example\r\nMessage-ID: <a@x>\r\nDate: Mon, 02 Mar 2026 09:15:00 +0100\r\n';
const MIXED = `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHola\r\n`;

const parse = (mail: string, keeper: AttachmentKeeper | null = null) =>
  parseMail(bufferSource(Buffer.from(mail)), keeper);

function file(name: string, content: string): string {
  const base64 = Buffer.from(content).toString('base64').replace(/.{76}/g, '$&\r\n');
  return `--b\r\nContent-Disposition: attachment; filename=${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64}\r\n`;
}

const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');

describe('attachments', () => {
  it('are kept whole, with the digest that is told', async () => {
    const contents = ['', 'a', 'ñ'.repeat(50_000)];
    const kept: string[] = [];
    const mail = await parse(
      `${MIXED}${contents.map((content, index) => file(`${index}`, content)).join('')}--b--\r\n`,
      {
        async keep(content, digest) {
          const chunks: Buffer[] = [];
          for await (const chunk of content) chunks.push(chunk);
          const text = Buffer.concat(chunks).toString();
          kept.push(text);
          expect(digest()).toEqual({ sha256: sha256(text), size: Buffer.byteLength(text) });
        },
      },
    );
    expect(kept).toEqual(contents);
    expect(mail.attachments.map((attachment) => attachment.sha256)).toEqual(contents.map(sha256));
  });

  it('above the limit are not listed, and the mail says so', async () => {
    const mail = await parse(
      `${MIXED}${Array.from({ length: 600 }, (_, index) => file(`${index}`, `${index}`)).join('')}--b--\r\n`,
    );
    expect(mail.attachments).toHaveLength(100);
    expect(mail.attachments.at(-1)).toMatchObject({ filename: '99', sha256: sha256('99') });
    expect(mail.defects).toEqual(['too-many-attachments']);
    expect(mail.text).toBe('Hola');
  });

  it('of a mail with too many parts are read as far as it goes, and no reader is left waiting', async () => {
    const big = file('grande', 'x'.repeat(200_000)).repeat(4);
    const small = '--b\r\nContent-Disposition: attachment\r\n\r\nx\r\n'.repeat(1200);
    let waiting = 0;
    const mail = await parse(`${MIXED}${big}${small}--b--\r\n`, {
      async keep(content) {
        waiting += 1;
        try {
          for await (const _chunk of content);
        } finally {
          waiting -= 1;
        }
      },
    });
    expect(mail.defects).toEqual(['too-many-attachments', 'too-many-parts-or-headers']);
    expect(mail.attachments).toHaveLength(100);
    expect(waiting).toBe(0);
  });

  it('that cannot be kept are a fault of ours, not of the mail', async () => {
    const full = { keep: () => Promise.reject(new Error('disk full')) };
    await expect(parse(`${MIXED}${file('a', 'a')}--b--\r\n`, full)).rejects.toThrow('disk full');
  });

  it('that are larger than the limit are left out, and what follows is read', async () => {
    const kept: number[] = [];
    const keeper: AttachmentKeeper = {
      async keep(content) {
        let size = 0;
        for await (const chunk of content) size += chunk.length;
        kept.push(size);
      },
    };
    const source = bufferSource(Buffer.from(`${MIXED}${file('a', 'x'.repeat(300_000))}${file('b', 'b')}--b--\r\n`));
    const mail = await parseMail(source, keeper, { count: 10, bytes: 100_000 });
    expect(mail.attachments.map(({ filename }) => filename)).toEqual(['b']);
    expect(mail.defects).toEqual(['attachment-too-large']);
    expect(kept).toEqual([1]);
  });

  it('have file names of bounded length', async () => {
    const mail = await parse(`${MIXED}${file(`"${'a'.repeat(5000)}"`, 'a')}--b--\r\n`);
    expect(mail.attachments[0]?.filename).toHaveLength(1000);
  });
});

describe('a mail', () => {
  it('whose source breaks off is a fault of ours', async () => {
    const source = {
      start: Buffer.from(HEAD),
      open: () =>
        new Readable({
          read() {
            this.destroy(new Error('read failed'));
          },
        }),
    };
    await expect(parseMail(source, null)).rejects.toThrow('read failed');
  });

  it('of 20,000 nested multiparts still gives its sender and something to read', async () => {
    let body = '';
    for (let level = 0; level < 20_000; level += 1) {
      body += `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n`;
    }
    const mail = await parse(`${HEAD}${body}`);
    expect(mail.sender).toMatchObject({ address: 'ana@empresa.example' });
    expect(mail.defects).toContain('too-many-parts-or-headers');
    expect(mail.text).not.toBe('');
  });

  it.each([
    ['Mon, 02 Mar 2026 09:15:00 +0100', Date.UTC(2026, 2, 2, 8, 15)],
    ['2 Mar 2026 09:15 GMT', Date.UTC(2026, 2, 2, 9, 15)],
    ['Mon, 02 Mar 2026 09:15:00 +0100 (CET)', Date.UTC(2026, 2, 2, 8, 15)],
    ['ayer', null],
    ['', null],
    ['Thu, 01 Jan 1900 00:00:00 +0000', null],
    ['9'.repeat(5000), null],
  ])('dated %j is of %s', async (date, time) => {
    expect((await parse(`From: ana@x.com\r\nDate: ${date}\r\n\r\nHola\r\n`)).date).toBe(time);
  });

  it('with more text than is read says so', async () => {
    const mail = await parse(`${HEAD}\r\n${'x'.repeat(98)}\r\n`.padEnd(3_000_000, 'y\r\n'));
    expect(mail.defects).toContain('text-cut');
    expect(mail.text.length).toBeLessThan(2_200_000);
  });

  it('counts how often it was passed on', async () => {
    expect((await parse(`${'Received: from a by b\r\n'.repeat(51)}${HEAD}\r\nHola`)).receivedCount).toBe(51);
  });
});

describe('the fingerprint of a mail', () => {
  const of = async (mail: string) => (await parse(mail)).fingerprint;
  const base = `${HEAD}Subject: uno\r\nTo: soporte@x.com\r\n\r\nHola\r\n`;

  it.each([
    ['one more Received header', `Received: from a by b\r\n${base}`],
    ['another mailbox in To', base.replace('soporte@', 'ventas@')],
    ['a subject that a list changed', base.replace('uno', '[lista] uno')],
    ['LF line ends', base.replaceAll('\r\n', '\n')],
    ['the sender in other case', base.replace('ana@empresa', 'Ana@EMPRESA')],
  ])('stays with %s', async (_, mail) => {
    expect(await of(mail)).toBe(await of(base));
  });

  it.each([
    ['another body', base.replace('Hola', 'Adiós')],
    ['another Message-ID', base.replace('<a@x>', '<b@x>')],
    ['another sender', base.replace('ana@', 'bea@')],
    ['another attachment', `${MIXED}${file('a', 'a')}--b--\r\n`],
    ['yet another attachment', `${MIXED}${file('a', 'b')}--b--\r\n`],
    ['text moved from plain to HTML', base.replace('Subject:', 'Content-Type: text/html\r\nSubject:')],
  ])('changes with %s', async (_, mail) => {
    const others = [base, `${MIXED}${file('a', 'x')}--b--\r\n`];
    for (const other of others) expect(await of(mail)).not.toBe(await of(other));
  });

  it('tells mails without a Message-ID apart by their subject', async () => {
    const bare = base.replace('Message-ID: <a@x>\r\n', '');
    expect(await of(bare)).not.toBe(await of(bare.replace('uno', 'dos')));
  });
});
