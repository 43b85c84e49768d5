/** A gateway in a process of its own, which is asked how long its event loop was held up and what memory it has. */
import { type ChildProcess, fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { SmtpClient, type SmtpReply } from '../support/smtp-client.ts';
import { tempFolder } from '../support/temp-folder.ts';

const PROGRAM = fileURLToPath(new URL('./watched-gateway.ts', import.meta.url));
const MANY = 1_000_000;

export interface Watched {
  readonly port: number;
  /** Milliseconds of the longest turn of its event loop since this was asked last, and its memory, MB. */
  measure(): Promise<{ readonly longest: number; readonly residentMb: number }>;
}

/** Takes mail from anybody, in any number. Ends with the test. */
export async function watchedGateway(config: Readonly<Record<string, unknown>>): Promise<Watched> {
  const file = join(tempFolder(), 'config.json');
  const whole = {
    company: 'Hosting de Prueba',
    hostname: 'mail.hosting.example',
    smtp: { port: 0, drainSeconds: 1 },
    departments: [
      {
        key: 'soporte',
        names: { es: 'Soporte', en: 'Support' },
        mailboxes: ['soporte@hosting.example'],
        accepts: 'anyone',
      },
    ],
    outbound: { transport: { type: 'file', folder: './outbox' } },
    limits: {
      mailsPerSenderPerHour: MANY,
      unverifiedMailsPerAddressPerHour: MANY,
      refusedSendersPerAddressPerHour: MANY,
      errorsPerConnection: MANY,
    },
    ...config,
  };
  writeFileSync(file, JSON.stringify(whole));
  const child = fork(PROGRAM, [file], { execArgv: ['--import', 'tsx'] });
  onTestFinished(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    await ended;
  });
  const { port } = await next<{ port: number }>(child);
  return {
    port,
    measure: () => {
      const answer = next<{ longest: number; residentMb: number }>(child);
      child.send('measure');
      return answer;
    },
  };
}

function next<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the gateway ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message: unknown) => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
}

/** Sends all of them, over so many connections at once; the replies are in the order of the mails. */
export async function sendAll(port: number, mails: readonly Uint8Array[], connections: number): Promise<SmtpReply[]> {
  const replies: SmtpReply[] = [];
  let at = 0;
  const work = async () => {
    let client: SmtpClient | null = null;
    for (let index = at++; index < mails.length; index = at++) {
      if (client === null) {
        client = await SmtpClient.open(port);
        await client.command('EHLO client.example');
      }
      const bytes = mails[index] ?? new Uint8Array();
      const reply = await client.send({ from: 'ana@empresa.example', to: ['soporte@hosting.example'], bytes });
      replies[index] = reply;
      // The gateway has hung up.
      if (reply.code === 0 || reply.code === 421) client = null;
    }
    await client?.quit();
  };
  await Promise.all(Array.from({ length: connections }, work));
  return replies;
}
