/**
 * The local sendmail command (also Postfix's and Exim's): the mail goes to its standard input, its exit code says what
 * became of it (sysexits.h). A command that does not come to an end is ended.
 */
import { spawn } from 'node:child_process';
import { classifyFailure } from './retry.ts';
import { oneLine, type Sending, type SendResult, type Transport } from './transport.ts';

const TIME_LIMIT_MS = 2 * 60 * 1000;
/** After a polite request to end. */
const KILL_AFTER_MS = 5_000;
const MAX_STDERR = 2_000;

export function sendmailTransport(path: string, timeLimitMs = TIME_LIMIT_MS): Transport {
  return {
    send: async (mail) => {
      // No other attempt will find it fitter; and as a failure of the command one such address would stop all others.
      if (/^"?-/.test(mail.recipient))
        return { ok: false, failure: 'permanent', error: 'sendmail would read this address as an option' };
      return run(path, mail, timeLimitMs);
    },
    close: () => undefined,
  };
}

function run(path: string, { envelopeFrom, recipient, bytes }: Sending, timeLimitMs: number): Promise<SendResult> {
  return new Promise((resolve) => {
    // -i: a line of one dot does not end the mail. The null sender has to be said, or it would be this process's user.
    const args = ['-i', '-f', envelopeFrom === '' ? '<>' : envelopeFrom, recipient];
    const child = spawn(path, args, { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref();
      settle({ ok: false, failure: 'transport', error: `${path} did not end within ${timeLimitMs / 1000} s` });
    }, timeLimitMs);
    const settle = (result: SendResult) => {
      clearTimeout(limit);
      resolve(result);
    };
    child.on('error', (error) =>
      settle({ ok: false, failure: 'transport', error: oneLine(`${path} cannot be run: ${error.message}`) }),
    );
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(0, MAX_STDERR);
    });
    // It may end before it has read everything; its exit code says more than the broken pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
    child.on('close', (exitCode, signal) => {
      if (late) return;
      if (exitCode === 0) return settle({ ok: true });
      const why = exitCode === null ? `was ended by ${signal}` : `exited with code ${exitCode}`;
      settle({
        ok: false,
        failure: exitCode === null ? 'transport' : classifyFailure({ exitCode }),
        error: oneLine(`${path} ${why}${said === '' ? '' : `: ${said}`}`),
      });
    });
  });
}
