/**
 * How many mails are being worked on, and when none is. A number and no set of promises: sets that every mail passes
 * through keep what has long been done alive (see waiting-callers.ts).
 */
export class InFlight {
  private count = 0;
  private readonly waiting: (() => void)[] = [];

  begin(): void {
    this.count += 1;
  }

  end(): void {
    this.count -= 1;
    if (this.count === 0) for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Resolves as soon as none is left. */
  none(): Promise<void> {
    return this.count === 0 ? Promise.resolve() : new Promise((resolve) => this.waiting.push(resolve));
  }
}
