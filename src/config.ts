/**
 * Reads a config file: schema, cross checks, secrets, and the policy made from it. All problems are named at once.
 * Paths in the file are relative to it.
 */
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { crossChecks } from './config/cross-checks.ts';
import { policyOf } from './config/policy-of.ts';
import { type ConfigProblem, flatten } from './config/problems.ts';
import { type Settings, schema } from './config/schema.ts';
import type { Policy } from './tickets/policy.ts';

export interface Config extends Omit<Settings, 'dataFolder'> {
  /** Absolute. */
  readonly dataFolder: string;
  /** The file it came from. */
  readonly file: string;
  readonly policy: Policy;
  /** Resolved; `null` where the smarthost wants none. */
  readonly smarthostPassword: string | null;
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
  const password = secretOf(values, absolute, environment, problems);
  if (problems.length > 0) return { ok: false, problems };

  const chosen = dataFolder ?? absolute(values.dataFolder);
  const { transport: way } = values.outbound;
  return {
    ok: true,
    config: {
      ...values,
      dataFolder: chosen,
      file,
      smtp:
        values.smtp.tls === undefined
          ? values.smtp
          : { ...values.smtp, tls: { cert: absolute(values.smtp.tls.cert), key: absolute(values.smtp.tls.key) } },
      outbound:
        way.type !== 'file'
          ? values.outbound
          : {
              ...values.outbound,
              transport: {
                ...way,
                folder: dataFolder === undefined ? absolute(way.folder) : resolve(dataFolder, 'outbox'),
              },
            },
      policy: policyOf(values),
      smarthostPassword: password,
    },
  };
}

/** V8 quotes what stands around the mistake, and that may be a password: the line is told instead. */
function whereJsonBreaks(content: string, error: unknown): string {
  const reason = (error instanceof Error ? error.message : String(error)).replace(/\s+is not valid JSON$/, '');
  const quoted = /^(Unexpected token .{1,6}?), (?:\.\.\.)?"(.*?)"(?:\.\.\.)?$/s.exec(reason);
  if (quoted === null) return reason.includes('"') ? 'it breaks off' : reason;
  const [, what = '', around = ''] = quoted;
  const line = content.slice(0, content.indexOf(around) + around.length / 2).split('\n').length;
  return `${what} near line ${line}`;
}

function failed(path: string, message: string): ConfigResult {
  return { ok: false, problems: [{ path, message }] };
}

function secretOf(
  values: Settings,
  absolute: (path: string) => string,
  environment: NodeJS.ProcessEnv,
  problems: ConfigProblem[],
): string | null {
  const { transport: way } = values.outbound;
  if (way.type !== 'smtp' || way.password === undefined) return null;
  const path = 'outbound.transport.password';
  if (typeof way.password === 'string') return way.password;
  if ('env' in way.password) {
    const value = environment[way.password.env];
    if (value === undefined || value === '')
      problems.push({ path, message: `the environment variable ${way.password.env} is not set` });
    return value ?? null;
  }
  try {
    return readFileSync(absolute(way.password.file), 'utf8').replace(/\r?\n$/, '');
  } catch {
    problems.push({ path, message: `the file ${way.password.file} cannot be read` });
    return null;
  }
}
