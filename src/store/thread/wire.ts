/**
 * What passes between the store's thread and everybody else, for any method of any store: plain data as it is, with two
 * differences to a structured clone. Bytes arrive as Buffers and take no more with them than themselves (a clone would
 * copy the whole block of memory that a small Buffer is a part of). The policy is the same for thousands of calls: it
 * crosses once, and its number after that.
 */
import type { Policy } from '../../tickets/policy.ts';
import { StoreUnavailable, type Unavailable } from '../store.ts';

export interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Calls that were made in the same turn of the event loop, and the policies that they are the first to use. */
export interface Calls {
  readonly policies: readonly (readonly [version: number, policy: Policy])[];
  readonly calls: readonly Call[];
}

/** The first word of the thread. `unusable`: what the admin has to mend. */
export type Opened =
  | { readonly opened: true }
  | { readonly opened: false; readonly unusable: string | null; readonly failure: Failure };

/** An error as data: what a structured clone makes of the database driver's errors is an empty object. */
interface Told {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly code: string | null;
}

export type Failure =
  | { readonly kind: 'unavailable'; readonly why: Unavailable; readonly cause: Told }
  /** A bug, as far as the caller can tell. */
  | { readonly kind: 'thrown'; readonly error: Told };

export type Answer = { readonly id: number } & (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly failure: Failure }
);

export function toFailure(error: unknown): Failure {
  return error instanceof StoreUnavailable
    ? { kind: 'unavailable', why: error.why, cause: tell(error.cause) }
    : { kind: 'thrown', error: tell(error) };
}

export function fromFailure(failure: Failure): Error {
  switch (failure.kind) {
    case 'unavailable':
      return new StoreUnavailable(failure.why, asError(failure.cause));
    case 'thrown':
      return asError(failure.error);
    default:
      return failure satisfies never;
  }
}

function tell(error: unknown): Told {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: '', code: null };
  const { name, message, stack = '' } = error;
  return { name, message, stack, code: 'code' in error ? String(error.code) : null };
}

function asError({ name, message, stack, code }: Told): Error {
  return Object.assign(new Error(message), { name, stack, ...(code === null ? {} : { code }) });
}

/** The same data with every view of a larger block of memory in a block of its own. Copies nothing else. */
export function compact(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.byteLength === value.buffer.byteLength ? value : new Uint8Array(value);
  if (Array.isArray(value)) {
    let copy: unknown[] | null = null;
    for (let index = 0; index < value.length; index += 1) {
      const item: unknown = value[index];
      if (!isObject(item)) continue;
      const compacted = compact(item);
      if (compacted === item) continue;
      copy ??= [...value];
      copy[index] = compacted;
    }
    return copy ?? value;
  }
  if (!isPlain(value)) return value;
  let copy: Record<string, unknown> | null = null;
  // Every mail passes here: no list of keys and no iterator for each of its parts.
  for (const key in value) {
    const item = value[key];
    if (!isObject(item)) continue;
    const compacted = compact(item);
    if (compacted === item) continue;
    copy ??= { ...value };
    copy[key] = compacted;
  }
  return copy ?? value;
}

/** Bytes as Buffers again, in place: what has arrived belongs to nobody else. */
export function restoreBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1)
      if (isObject(value[index])) value[index] = restoreBuffers(value[index]);
  } else if (isPlain(value)) {
    for (const key in value) if (isObject(value[key])) value[key] = restoreBuffers(value[key]);
  }
  return value;
}

/** The policies of the last few reloads: a mail that came before one may still be on its way. */
const KEPT_POLICIES = 8;

/** Puts numbers in the place of policies. */
export class PolicySender {
  private readonly versions = new WeakMap<Policy, number>();
  private newest = 0;
  private unsent: [number, Policy][] = [];

  strip(argument: unknown): unknown {
    if (!hasPolicy(argument)) return argument;
    const { policy } = argument;
    let version = this.versions.get(policy) ?? 0;
    if (version <= this.newest - KEPT_POLICIES || version === 0) {
      this.newest += 1;
      version = this.newest;
      this.versions.set(policy, version);
      this.unsent.push([version, policy]);
    }
    return { ...argument, policy: version };
  }

  /** Those that the other side has not seen. */
  take(): Calls['policies'] {
    const taken = this.unsent;
    this.unsent = [];
    return taken;
  }
}

/** Puts the policies back in their places. */
export class PolicyReceiver {
  private readonly policies = new Map<number, Policy>();

  learn(policies: Calls['policies']): void {
    for (const [version, policy] of policies) {
      this.policies.set(version, policy);
      this.policies.delete(version - KEPT_POLICIES);
    }
  }

  restore(argument: unknown): unknown {
    if (!isPlain(argument) || typeof argument.policy !== 'number') return argument;
    return { ...argument, policy: this.policies.get(argument.policy) };
  }
}

function hasPolicy(value: unknown): value is { policy: Policy } {
  return isPlain(value) && isPlain(value.policy);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
