/** A gateway that takes a mail and hangs up before it has answered for everybody: whose mail it is that comes again. */
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { deliver } from '../../src/deliver/deliver.ts';
import { tempFolder } from '../support/temp-folder.ts';

const NOBODY = '550 5.1.1 There is no such mailbox here';
const TOO_LARGE = '552 5.3.4 The mail is too large';

/** Refuses recipients as `refusals` says, by their local part; says `finals` behind the final dot and hangs up. */
async function gatewayThat(refusals: Readonly<Record<string, string>>, finals: readonly string[]): Promise<string> {
  const path = join(tempFolder(), 's.sock');
  const answer = (line: string): string => {
    const recipient = /^RCPT TO:<([^@>]*)/.exec(line)?.[1];
    if (recipient !== undefined) return refusals[recipient] ?? '250 2.1.5 ok';
    return line === 'DATA' ? '354 go on' : '250 ok';
  };
  const talk = (socket: Socket) => {
    let heard = '';
    let inData = false;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
      if (inData && heard.endsWith('\r\n.\r\n')) socket.end(finals.map((line) => `${line}\r\n`).join(''));
      for (let end = heard.indexOf('\r\n'); !inData && end >= 0; end = heard.indexOf('\r\n')) {
        const line = heard.slice(0, end);
        heard = heard.slice(end + 2);
        inData = line === 'DATA';
        socket.write(`${answer(line)}\r\n`);
      }
    });
    socket.write('220 gateway.example LMTP\r\n');
  };
  const server = createServer(talk);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return path;
}

async function run(socket: string, to: readonly string[]) {
  const said: string[] = [];
  const complained: string[] = [];
  async function* stdin() {
    yield Buffer.from('From: ana@empresa.com\n\nHola\n');
  }
  const code = await deliver(
    { socket, to: to.map((one) => `${one}@hosting.example`), from: 'ana@empresa.com' },
    { environment: {}, stdin: stdin(), print: (line) => said.push(line), complain: (line) => complained.push(line) },
  );
  return { code, said, complained };
}

it.each([
  [['soporte'], []],
  [['soporte', 'nobody'], []],
  [['nobody', 'soporte'], []],
  [['nobody', 'soporte', 'ventas'], []],
  [['soporte', 'nobody', 'ventas'], ['250 2.0.0 accepted']],
  [['nobody', 'soporte', 'ventas'], ['250 2.0.0 accepted']],
  // Each department speaks for itself.
  [['soporte', 'ventas'], ['550 5.7.1 Your address may not write to this mailbox']],
  [['nobody', 'soporte', 'ventas'], ['550 5.7.1 Your address may not write to this mailbox']],
  [['soporte', 'nobody', 'ventas'], ['550 5.7.1 Your address may not write to this mailbox']],
  // A size that one mailbox does not take is not the size of the mail.
  [['large', 'soporte'], []],
  [['soporte', 'ventas'], ['552 5.2.2 The mailbox is full']],
])('for %j and the answers %j a missing one is 75: nobody has that mail', async (to, finals) => {
  const result = await run(await gatewayThat({ nobody: NOBODY, large: TOO_LARGE }, finals), to);
  expect(result).toEqual({
    code: 75,
    said: [],
    complained: ['4.4.2 the connection ended; it has to come again'],
  });
});

it.each([
  [['soporte', 'ventas'], 69],
  [['soporte', 'ventas', 'nobody'], 69],
  [['soporte', 'nobody', 'ventas'], 69],
  [['nobody', 'soporte', 'ventas'], 67],
])('for %j a mail far over the limit is refused once, for all', async (to, code) => {
  const result = await run(await gatewayThat({ nobody: NOBODY }, [TOO_LARGE]), to);
  expect(result).toMatchObject({ code, complained: [] });
  expect(result.said).toContain('5.3.4 The mail is too large');
});
