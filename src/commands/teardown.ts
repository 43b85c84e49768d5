/** What stands open, closed from the last to the first: when the gateway stops, or does not come up. */
export interface Teardown {
  add(close: () => Promise<unknown>): void;
  /** All of it, whatever becomes of each; rejects with the first fault afterwards. */
  run(): Promise<void>;
}

export function createTeardown(): Teardown {
  const closers: (() => Promise<unknown>)[] = [];
  return {
    add: (close) => {
      closers.push(close);
    },
    run: async () => {
      const faults: unknown[] = [];
      for (let close = closers.pop(); close !== undefined; close = closers.pop())
        await close().catch((fault: unknown) => faults.push(fault));
      if (faults.length > 0) throw faults[0];
    },
  };
}
