/**
 * Where the gateway listens, from its config file and without the whole of the program: a mail server starts one
 * process for each mail. Only `dataFolder` is looked at; whether the rest is right is the gateway's business.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { deliverPath } from './deliver-path.ts';

export type SocketFound =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly problem: string };

export function findSocket(configFile: string | undefined, environment: NodeJS.ProcessEnv): SocketFound {
  const file =
    configFile ?? (environment.TAQUILLA_CONFIG || undefined) ?? (existsSync('config.json') ? 'config.json' : null);
  // Without a config the gateway runs the example, whose data is here.
  if (file === null) return { ok: true, path: deliverPath(resolve('data-demo')) };
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8').replace(/^\ufeff/, ''));
    const folder = typeof value === 'object' && value !== null && 'dataFolder' in value ? value.dataFolder : './data';
    if (typeof folder === 'string') return { ok: true, path: deliverPath(resolve(dirname(resolve(file)), folder)) };
  } catch {
    // Said below: what is wrong with it, check-config tells.
  }
  return { ok: false, problem: `${file} cannot be read or is no configuration` };
}
