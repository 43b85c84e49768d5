/**
 * What all commands share: where the config is, how a store is opened, how things are printed, and which exit code
 * means what. 0: done. 1: could not be done. 2: the call or its input is wrong.
 */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConfigProblem } from '../config/problems.ts';
import { type Config, type ConfigResult, loadConfig } from '../config.ts';
import type { Store } from '../store/store.ts';

/** Ends the command with a message for the user and an exit code; caught in main.ts. */
export class CommandError extends Error {
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

export interface GlobalOptions {
  readonly config?: string;
}

/** Of every command that prints data. */
export interface JsonOption extends GlobalOptions {
  readonly json?: boolean;
}

export interface Located {
  readonly config: Config;
  /** There is no config file: the example config, with a data folder of its own. */
  readonly demo: boolean;
}

/** Files that ship with the program. */
export function shipped(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** `--config`, else TAQUILLA_CONFIG, else ./config.json, else the example config with demo data. */
export function readConfig(options: GlobalOptions): {
  readonly path: string;
  readonly demo: boolean;
  readonly result: ConfigResult;
} {
  // An empty variable is as good as none.
  const named = options.config ?? (process.env.TAQUILLA_CONFIG || undefined);
  const file = named ?? (existsSync('config.json') ? 'config.json' : null);
  const demo = file === null;
  const path = file ?? shipped('config.example.json');
  return { path, demo, result: loadConfig(path, process.env, demo ? resolve('data-demo') : undefined) };
}

export function locateConfig(options: GlobalOptions): Located {
  const { path, demo, result } = readConfig(options);
  if (!result.ok)
    throw new CommandError(result.problems.map((problem) => describeProblem(path, problem)).join('\n'), 2);
  return { config: result.config, demo };
}

export function describeProblem(file: string, { path, message }: ConfigProblem): string {
  return `${shownPath(file)}: ${path === '' ? '' : `${path}: `}${message}`;
}

/** A path as a person in this folder would write it. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), resolve(path));
  return short === '' ? '.' : short.startsWith('..') ? resolve(path) : short;
}

export function databaseFile(config: Config): string {
  return join(config.dataFolder, 'taquilla.db');
}

export async function withStore<T>(store: Store, use: (store: Store) => Promise<T>): Promise<T> {
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}
