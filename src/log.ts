/**
 * The log: one JSON object a line for machines, one readable line on a terminal. No bodies of mails, no secrets.
 */
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';

/** `level` can be set while the program runs; logs of tests need not have one. */
export type Log = Pick<Logger, 'info' | 'warn' | 'error' | 'debug'> & { level?: string };

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `json` forces machine-readable lines; otherwise a terminal gets readable ones. */
export function createLog(level: LogLevel, json: boolean): Log {
  const destination = process.stderr.isTTY && !json ? readable() : pino.destination({ dest: 2, sync: true });
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { error: stdSerializers.err } },
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
