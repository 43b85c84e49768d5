/** Large mails stream through the gateway: many at once take less memory than they are long. See also scripts/bench-memory.ts. */
import { expect, it } from 'vitest';
import { sendAll, watchedGateway } from './watched.ts';

const MB = 1024 * 1024;
const LINE = `${'QUJD'.repeat(19)}\r\n`;

function large(number: number, bytes: number): Buffer {
  return Buffer.from(
    `From: ana@empresa.example\r\nSubject: Fotos\r\nMessage-ID: <${number}@empresa.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: image/jpeg; name=f.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(`foto${number}`).toString('base64')}\r\n${LINE.repeat(bytes / LINE.length)}\r\n--b--\r\n`,
  );
}

it('takes eight mails of 16 MB at once in about half their size', { timeout: 120_000 }, async () => {
  const gateway = await watchedGateway({ workers: 1, authentication: 'off' });
  // With this one the thread is there and the code is compiled.
  await sendAll(gateway.port, [large(0, 4 * MB)], 1);
  const before = (await gateway.measure()).residentMb;
  let peak = before;
  let going = true;
  const watching = (async () => {
    while (going) peak = Math.max(peak, (await gateway.measure()).residentMb);
  })();
  const mails = Array.from({ length: 8 }, (_, index) => large(index + 1, 16 * MB));
  const replies = await sendAll(gateway.port, mails, 8);
  going = false;
  await watching;
  expect(replies.map(({ code }) => code)).toEqual(replies.map(() => 250));
  expect(peak - before).toBeLessThan(70);
});
