/** What is wrong with a config file, in words that say what to do; one line a problem, each with its path. */
import type { z } from 'zod';

export interface ConfigProblem {
  /** `departments[0].mailboxes[1]`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** Every issue on a line of its own, unknown keys one by one. */
export function flatten(issues: readonly z.core.$ZodIssue[], prefix: readonly PropertyKey[] = []): ConfigProblem[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: pathText([...path, key]), message: 'there is no such setting' }));
    }
    // Of the ways to write a mailbox or a secret, the one that was meant: an object that is not quite right.
    const meant = issue.code === 'invalid_union' ? issue.errors.filter((branch) => !isWrongKind(branch)) : [];
    const [only] = meant;
    if (only !== undefined && meant.length === 1) return flatten(only, path);
    return [{ path: pathText(path), message: messageOf(issue) }];
  });
}

function isWrongKind([first]: readonly z.core.$ZodIssue[]): boolean {
  return first?.code === 'invalid_type' && first.path.length === 0;
}

const KINDS: Partial<Record<string, string>> = {
  string: 'text in quotes',
  number: 'a number without quotes',
  int: 'a whole number',
  boolean: 'true or false, without quotes',
  array: 'a list in [ ]',
  object: 'settings in { }',
};

function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.input === undefined ? 'is missing' : `must be one of ${issue.values.join(', ')}`;
    case 'too_small':
      return issue.origin === 'string'
        ? issue.minimum === 1
          ? 'must not be empty'
          : `must have at least ${issue.minimum} characters`
        : issue.origin === 'array'
          ? 'must name at least one'
          : `must be at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `must have at most ${issue.maximum} characters`
        : `must be at most ${issue.maximum}`;
    case 'invalid_format':
      return issue.format === 'url'
        ? 'must be an http or https address, such as https://example.com/help'
        : issue.message;
    case 'invalid_union':
      if ('options' in issue && Array.isArray(issue.options)) return `must be one of ${issue.options.join(', ')}`;
      return issue.path.at(-1) === 'password' || issue.path.at(-1) === 'secret'
        ? 'must be text, { "env": NAME } or { "file": PATH }'
        : 'must be an address or { "address": …, "language": … }';
    default:
      return issue.message;
  }
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
}
