/**
 * Those who wait for an answer, by a number that is free again once they have it.
 *
 * An array and no Map: a Map that thousands of keys pass through is copied to a new table every few dozen of them. The old
 * table still names whoever was in it, and once one of them has grown old every later one, with all its answers, is kept
 * alive by it until the next full collection: 5 KB a mail.
 */
export interface Caller {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export class WaitingCallers {
  private readonly places: (Caller | null)[] = [];
  private readonly free: number[] = [];

  get size(): number {
    return this.places.length - this.free.length;
  }

  /** The number under which the answer finds it. */
  add(caller: Caller): number {
    const number = this.free.pop() ?? this.places.length;
    this.places[number] = caller;
    return number;
  }

  /** Its number is free again; `null` where nobody waits under it. */
  take(number: number): Caller | null {
    const caller = this.places[number] ?? null;
    if (caller === null) return null;
    this.places[number] = null;
    this.free.push(number);
    return caller;
  }

  takeAll(): Caller[] {
    const all = this.places.filter((caller) => caller !== null);
    this.places.length = 0;
    this.free.length = 0;
    return all;
  }
}
