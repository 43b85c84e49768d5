/**
 * `taquilla health`: does the running gateway take mail? For container health checks and monitoring by command; looks at
 * nothing but the greeting of the SMTP door (220), which is 421 or silence where mail is not taken.
 */
import { connect } from 'node:net';
import type { Config } from '../config.ts';
import { CommandError, type GlobalOptions, locateConfig, print } from './command.ts';

/** Reading a greeting, milliseconds. A gateway that needs longer is not well. */
const WAIT_MS = 5000;
/** Bytes of a greeting that are looked at. */
const MAX_GREETING = 1024;

export async function health(options: GlobalOptions): Promise<void> {
  const { config } = locateConfig(options);
  const { host, port } = reachable(config.smtp);
  if (port === 0) throw new CommandError('smtp.port is 0: nobody can know which one the gateway has taken', 2);
  const greeting = await greetingOf(host, port);
  if (!greeting.startsWith('220 ')) throw new CommandError(`${host}:${port}: ${greeting}`, 1);
  print(`${host}:${port}: ${greeting}`);
}

/** An address that stands for all of them is asked on the loopback. */
function reachable({ host, port }: Config['smtp']): { readonly host: string; readonly port: number } {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  return { host: host === '::' ? '::1' : host, port };
}

/** The first line, or in words why there is none. */
function greetingOf(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let text = '';
    const end = (result: string) => {
      socket.destroy();
      resolve(result);
    };
    socket.setEncoding('latin1');
    const timer = setTimeout(() => end(`no greeting after ${WAIT_MS / 1000} s`), WAIT_MS);
    socket.on('data', (chunk: string) => {
      text += chunk;
      const line = /^([^\r\n]*)\r?\n/.exec(text)?.[1];
      if (line === undefined && text.length < MAX_GREETING) return;
      clearTimeout(timer);
      // Nobody waits for the answer.
      socket.end('QUIT\r\n').unref();
      resolve(line ?? 'the greeting does not end');
    });
    socket.on('error', (error) => {
      clearTimeout(timer);
      end(`nothing answers (${'code' in error ? String(error.code) : 'fault'}); is the gateway running?`);
    });
    socket.on('close', () => {
      clearTimeout(timer);
      end('the connection was closed without a greeting');
    });
  });
}
