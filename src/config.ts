/**
 * Reads a config file: schema, cross checks, secrets, and the policy made from it. All problems are named at once.
 * Paths in the file are relative to it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { crossChecks } from './config/cross-checks.ts';
import { policyOf } from './config/policy-of.ts';
import { type ConfigProblem, flatten } from './config/problems.ts';
import { type Settings, schema } from './config/schema.ts';
import { whereJsonBreaks } from './config/where-json-breaks.ts';
import type { Policy } from './tickets/policy.ts';

export interface Config extends Omit<Settings, 'dataFolder'> {
  /** Absolute. */
  readonly dataFolder: string;
  /** The file it came from. */
  readonly file: string;
  readonly policy: Policy;
  /** Resolved; `null` where the smarthost wants none. */
  readonly smarthostPassword: string | null;
  /** Resolved; `null` where unknown senders are not looked up. */
  readonly lookupSecret: string | null;
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Reads and checks a config file. `dataFolder` replaces the file's own (the demo keeps its data apart). */
export function loadConfig(file: string, environment: NodeJS.ProcessEnv, dataFolder?: string): ConfigResult {
  let content: string;
  try {
    content = readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch {
    return failed('', 'cannot be read; check the path and its permissions');
  }
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    return failed('', `is not valid JSON: ${whereJsonBreaks(content, error)}`);
  }
  const parsed = schema.safeParse(value, { reportInput: true });
  const problems = crossChecks(value);
  if (!parsed.success) return { ok: false, problems: [...flatten(parsed.error.issues), ...problems] };

  const folder = dirname(resolve(file));
  const absolute = (path: string) => (isAbsolute(path) ? path : resolve(folder, path));
  const { $schema: _, ...values } = parsed.data;
  const templates = values.templatesFolder === undefined ? null : absolute(values.templatesFolder);
  if (templates !== null && !existsSync(templates))
    problems.push({
      path: 'templatesFolder',
      message: `there is no folder ${values.templatesFolder}; make it or drop the setting`,
    });
  const { transport: way, dkim } = values.outbound;
  const read = (secret: Secret | undefined, path: string) => secretOf(secret, path, absolute, environment, problems);
  const password = way.type === 'smtp' ? read(way.password, 'outbound.transport.password') : null;
  const lookupSecret = read(values.lookup?.secret, 'lookup.secret');
  if (problems.length > 0) return { ok: false, problems };

  const chosen = dataFolder ?? absolute(values.dataFolder);
  return {
    ok: true,
    config: {
      ...values,
      dataFolder: chosen,
      file,
      ...(templates === null ? {} : { templatesFolder: templates }),
      smtp:
        values.smtp.tls === undefined
          ? values.smtp
          : { ...values.smtp, tls: { cert: absolute(values.smtp.tls.cert), key: absolute(values.smtp.tls.key) } },
      outbound: {
        ...values.outbound,
        ...(dkim === undefined ? {} : { dkim: { ...dkim, keyFile: absolute(dkim.keyFile) } }),
        transport:
          way.type === 'file'
            ? { ...way, folder: dataFolder === undefined ? absolute(way.folder) : resolve(dataFolder, 'outbox') }
            : way.type === 'smtp' && way.ca !== undefined
              ? { ...way, ca: absolute(way.ca) }
              : way,
      },
      ...(values.lmtp?.socket === undefined ? {} : { lmtp: { ...values.lmtp, socket: absolute(values.lmtp.socket) } }),
      policy: policyOf(values),
      smarthostPassword: password,
      lookupSecret,
    },
  };
}

function failed(path: string, message: string): ConfigResult {
  return { ok: false, problems: [{ path, message }] };
}

type Secret = NonNullable<Settings['lookup']>['secret'];

function secretOf(
  secret: Secret | undefined,
  path: string,
  absolute: (path: string) => string,
  environment: NodeJS.ProcessEnv,
  problems: ConfigProblem[],
): string | null {
  if (secret === undefined) return null;
  if (typeof secret === 'string') return secret;
  if ('env' in secret) {
    const value = environment[secret.env];
    if (value === undefined || value === '')
      problems.push({ path, message: `the environment variable ${secret.env} is not set` });
    return value ?? null;
  }
  try {
    return readFileSync(absolute(secret.file), 'utf8').replace(/\r?\n$/, '');
  } catch {
    problems.push({ path, message: `the file ${secret.file} cannot be read` });
    return null;
  }
}
