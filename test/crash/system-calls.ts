/**
 * What a process really asked of the kernel, as strace wrote it down, and whether a 250 waited for the disk. Pure.
 */

export interface SystemCall {
  readonly name: string;
  /** File or socket that it was about, as `-yy` names it; of a rename the old name. */
  readonly target: string;
  /** The rest of the arguments as strace printed them: what was written; of a rename the new name. */
  readonly data: string;
  /** Line numbers at which it began and came back. */
  readonly began: number;
  readonly ended: number;
  readonly ok: boolean;
}

/** Lines of `strace -f -qq -yy`; calls that never came back are left out. */
export function parseTrace(trace: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, { readonly text: string; readonly began: number }>();
  for (const [number, line] of trace.split('\n').entries()) {
    const thread = /^\d+/.exec(line)?.[0];
    if (thread === undefined) continue;
    const text = line.slice(thread.length).trimStart();
    if (text.endsWith('<unfinished ...>')) {
      unfinished.set(thread, { text: text.slice(0, -'<unfinished ...>'.length), began: number });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>/.exec(text);
    const start = resumed === null ? { text: '', began: number } : unfinished.get(thread);
    if (start === undefined) continue;
    unfinished.delete(thread);
    const call = callOf(`${start.text}${text.slice(resumed?.[0].length ?? 0)}`, start.began, number);
    if (call !== null) calls.push(call);
  }
  return calls;
}

function callOf(text: string, began: number, ended: number): SystemCall | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  const name = text.slice(0, open);
  if (open < 0 || close < open || !/^\w+$/.test(name)) return null;
  const ok = /^\)\s*= \d+/.test(text.slice(close).replace(/<.*>/, ''));
  const args = text.slice(open + 1, close);
  if (name.startsWith('rename')) {
    const [from = '', to = ''] = args.match(/"[^"]*"/g) ?? [];
    return { name: 'rename', target: from.slice(1, -1), data: to.slice(1, -1), began, ended, ok };
  }
  const file = /^\d+<((?:->|[^>])*)>/.exec(args);
  if (file === null) return null;
  return { name, target: file[1] ?? '', data: args.slice(file[0].length), began, ended, ok };
}

const isWrite = ({ name }: SystemCall) => /write|send/.test(name);
const isSync = ({ name, ok }: SystemCall) => ok && /^f(?:data)?sync$/.test(name);

/** One line for each 250 that did not wait, and each row that named a file which was not on the disk yet. */
export function durabilityFaults(calls: readonly SystemCall[], dataFolder: string): string[] {
  return [...replyFaults(calls, dataFolder), ...blobFaults(calls, dataFolder)];
}

/** References of the mails that were answered with 250. */
export function acceptedReferences(calls: readonly SystemCall[]): string[] {
  return replies(calls).map(({ reference }) => reference);
}

function replies(calls: readonly SystemCall[]) {
  return calls.flatMap((call) => {
    const reference =
      isWrite(call) && call.target.startsWith('TCP') ? /250 2\.0\.0 accepted (\w+)/.exec(call.data) : null;
    return reference === null ? [] : [{ call, reference: reference[1] ?? '' }];
  });
}

/** The first write to the log of the database that holds this text. */
function firstWrite(calls: readonly SystemCall[], dataFolder: string, text: string): SystemCall | undefined {
  return calls.find(
    (call) => isWrite(call) && call.target === `${dataFolder}/taquilla.db-wal` && call.data.includes(text),
  );
}

function replyFaults(calls: readonly SystemCall[], dataFolder: string): string[] {
  return replies(calls).flatMap(({ call, reference }) => {
    const written = firstWrite(calls, dataFolder, reference);
    if (written === undefined) return [`${reference}: accepted and never written`];
    const synced = calls.some(
      (one) =>
        isSync(one) &&
        one.target === `${dataFolder}/taquilla.db-wal` &&
        one.began > written.ended &&
        one.ended < call.began,
    );
    return synced ? [] : [`${reference}: accepted before its data was fsynced`];
  });
}

/** Blob files: written, fsynced, renamed, folder fsynced, and only then named by a row. */
function blobFaults(calls: readonly SystemCall[], dataFolder: string): string[] {
  return calls.flatMap((rename) => {
    const name = /\/([0-9a-f]{64})$/.exec(rename.data)?.[1];
    if (rename.name !== 'rename' || !rename.ok || name === undefined) return [];
    const named = firstWrite(calls, dataFolder, name);
    const lastWrite = calls.findLast(
      (call) => isWrite(call) && call.target === rename.target && call.ended < rename.began,
    );
    const after = lastWrite?.ended ?? -1;
    const fileSynced = calls.some(
      (call) => isSync(call) && call.target === rename.target && call.began > after && call.ended < rename.began,
    );
    const folder = rename.data.slice(0, -name.length - 1);
    const folderSynced = calls.some(
      (call) =>
        isSync(call) &&
        call.target === folder &&
        call.began > rename.ended &&
        (named === undefined || call.ended < named.began),
    );
    return [
      ...(fileSynced ? [] : [`${name}: got its name before its bytes were fsynced`]),
      ...(folderSynced ? [] : [`${name}: its name was not fsynced before a row named it`]),
    ];
  });
}
