/** What a process and all that it started use: read from /proc, so on Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

/** Resident memory of the whole tree, in MB; pages that its processes share are counted for each. */
function residentMb(root: number): number {
  return tree(root).reduce((sum, pid) => sum + statusKb(pid, 'VmRSS'), 0) / 1024;
}

/** User and system time of the tree so far, seconds. */
export function cpuSeconds(root: number): number {
  return tree(root).reduce((sum, pid) => {
    const fields = (read(`/proc/${pid}/stat`).split(') ')[1] ?? '').split(' ');
    return sum + (Number(fields[11]) || 0) / 100 + (Number(fields[12]) || 0) / 100;
  }, 0);
}

/** Looks every 50 ms until `stop`, which gives the most that was seen. */
export function watchMemory(root: number): () => number {
  let most = residentMb(root);
  const timer = setInterval(() => {
    most = Math.max(most, residentMb(root));
  }, 50);
  return () => {
    clearInterval(timer);
    return Math.max(most, residentMb(root));
  };
}

function tree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = Number((read(`/proc/${pid}/stat`).split(') ')[1] ?? '').split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

function statusKb(pid: number, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
}

/** A process may be gone by the time it is looked at. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
