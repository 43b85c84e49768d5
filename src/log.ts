/**
 * The log: one JSON object a line for machines, one readable line on a terminal. No bodies of mails, no secrets.
 */
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';

/** `level` can be set while the program runs; logs of tests need not have one. */
export type Log = Pick<Logger, 'info' | 'warn' | 'error' | 'debug'> & { level?: string };

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Nothing is logged under these names today. A config, a transport's options or a library's error that is logged by
 * mistake tomorrow must not take a password along.
 */
const SECRET_NAMES = ['password', 'smarthostPassword', 'pass', 'secret', 'auth', 'keys', 'privateKey'];
const SECRET_PATHS = SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);

/** `json` forces machine-readable lines; otherwise a terminal gets readable ones. */
export function createLog(level: LogLevel, json: boolean): Log {
  const destination = process.stderr.isTTY && !json ? readable() : pino.destination({ dest: 2, sync: true });
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: stdSerializers.err },
      redact: { paths: SECRET_PATHS, censor: '[hidden]' },
    },
    destination,
  );
}

/** `12:00:01 mail reference=7KQ… verdict=open-ticket …` */
function readable(): DestinationStream {
  return {
    write(line) {
      const { time, level, msg, ...rest }: Record<string, unknown> = JSON.parse(line);
      const mark =
        typeof level === 'number' && level >= 50
          ? 'ERROR '
          : typeof level === 'number' && level >= 40
            ? 'warning '
            : '';
      const details = Object.entries(rest).map(([key, value]) => `${key}=${shown(value)}`);
      process.stderr.write(`${String(time).slice(11, 19)} ${[`${mark}${String(msg)}`, ...details].join('  ')}\n`);
    },
  };
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'stack' in value) return String(value.stack);
  return JSON.stringify(value);
}
