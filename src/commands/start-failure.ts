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
  const { tls } = config.smtp;
  if (tls !== undefined && (path === tls.cert || path === tls.key)) {
    return new CommandError(`${path} cannot be read (${code}); correct smtp.tls or its permissions`, 1);
  }
  if (path?.startsWith(config.dataFolder) === true) {
    return new CommandError(
      `${path} cannot be used (${code}); give this user the right to read and write the data folder`,
      1,
    );
  }
  return syscall === 'listen' ? cannotListen(error, config) : error;
}

/** The same words for every door; a socket file has its own. */
function cannotListen(error: NodeJS.ErrnoException, config: Config): CommandError {
  const { code } = error;
  const socket = config.lmtp?.socket;
  if (socket !== undefined && 'address' in error && error.address === socket) {
    return new CommandError(
      `${socket} cannot be made (${code}); make its folder, give this user the right to write there, or correct lmtp.socket`,
      1,
    );
  }
  const { setting, host, port } = doorOf(error, config);
  switch (code) {
    case 'EADDRINUSE':
      return new CommandError(
        `${host}:${port} is in use by another program; stop it or choose another ${setting}.port`,
        1,
      );
    case 'EACCES':
      return new CommandError(
        `this user may not listen on ${host}:${port}; ports below 1024 need a capability (see README) or another ${setting}.port`,
        1,
      );
    case 'EADDRNOTAVAIL':
      return new CommandError(`this machine has no address ${host}; correct ${setting}.host`, 1);
    default:
      return new CommandError(
        `${host}:${port} cannot be listened on (${code}); correct ${setting}.host or ${setting}.port`,
        1,
      );
  }
}

interface Door {
  readonly setting: 'smtp' | 'lmtp' | 'http';
  readonly host: string;
  readonly port: number;
}

/** The door that the error names: by address and port, else, where the host is a name, by the port alone. */
function doorOf(error: NodeJS.ErrnoException, { smtp, lmtp, http }: Config): Door {
  const door: Door = { setting: 'smtp', ...smtp };
  const doors = [door];
  if (lmtp?.port !== undefined) doors.push({ setting: 'lmtp', host: lmtp.host, port: lmtp.port });
  if (http !== undefined) doors.push({ setting: 'http', ...http });
  const host = 'address' in error ? error.address : null;
  // An error about port 0 names none.
  const port = 'port' in error ? error.port : 0;
  const there = doors.filter((one) => one.port === port);
  return there.find((one) => one.host === host) ?? there[0] ?? door;
}
