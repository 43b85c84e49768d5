/** Why the gateway could not start, in one line for whoever can mend it. */
import type { Config } from '../config.ts';
import { CertificateUnusable } from '../smtp/tls-certificate.ts';
import { DatabaseUnusable } from '../store/database-unusable.ts';
import { KeysUnusable } from '../store/signing-keys.ts';
import { SocketUnusable } from '../unix-socket.ts';
import { CommandError, shownPath } from './command.ts';
import { controlPath } from './control-socket.ts';

/** What is nobody's to mend comes back as it is. */
export function startFailure(error: unknown, config: Config): unknown {
  if (error instanceof DatabaseUnusable || error instanceof KeysUnusable) return new CommandError(error.message, 1);
  if (error instanceof SocketUnusable) {
    const another = error.why === 'in-use' && error.message.includes(controlPath(config.dataFolder));
    return new CommandError(
      another ? `another gateway runs on the data folder ${shownPath(config.dataFolder)}` : error.message,
      1,
    );
  }
  if (error instanceof CertificateUnusable) return new CommandError(`${error.message}; correct smtp.tls`, 1);
  if (!(error instanceof Error)) return error;
  const { code, syscall, path }: NodeJS.ErrnoException = error;
  const { host, port, tls } = config.smtp;
  if (tls !== undefined && (path === tls.cert || path === tls.key)) {
    return new CommandError(`${path} cannot be read (${code}); correct smtp.tls or its permissions`, 1);
  }
  if (path?.startsWith(config.dataFolder) === true) {
    return new CommandError(
      `${path} cannot be used (${code}); give this user the right to read and write the data folder`,
      1,
    );
  }
  if (syscall !== 'listen') return error;
  const other = lmtpFailure(error, config) ?? httpFailure(error, config);
  if (other !== null) return other;
  switch (code) {
    case 'EADDRINUSE':
      return new CommandError(`${host}:${port} is in use by another program; stop it or choose another smtp.port`, 1);
    case 'EACCES':
      return new CommandError(
        `this user may not listen on ${host}:${port}; ports below 1024 need a capability (see README) or another smtp.port`,
        1,
      );
    case 'EADDRNOTAVAIL':
      return new CommandError(`this machine has no address ${host}; correct smtp.host`, 1);
    default:
      return error;
  }
}

/** `null`: it is not the LMTP door that can't listen. */
function lmtpFailure(error: NodeJS.ErrnoException, { lmtp, smtp }: Config): CommandError | null {
  if (lmtp?.socket !== undefined && 'address' in error && error.address === lmtp.socket) {
    return new CommandError(
      `${lmtp.socket} cannot be made (${error.code}); make its folder, give this user the right to write there, or correct lmtp.socket`,
      1,
    );
  }
  const port = 'port' in error ? error.port : null;
  if (lmtp?.port === undefined || port !== lmtp.port || port === smtp.port) return null;
  return new CommandError(
    `${lmtp.host}:${lmtp.port} cannot be listened on (${error.code}); choose another lmtp.port`,
    1,
  );
}

/** `null`: it is not the HTTP door that can't listen. */
function httpFailure(error: NodeJS.ErrnoException, { http, smtp }: Config): CommandError | null {
  const port = 'port' in error ? error.port : null;
  if (http === undefined || port !== http.port || port === smtp.port) return null;
  return new CommandError(
    `${http.host}:${http.port} cannot be listened on (${error.code}); correct http.host or choose another http.port`,
    1,
  );
}
