/** Open connections, all and by client address: what the caps of the door go by. */
export class ConnectionCounts {
  private readonly sessions = new Map<string, string>();
  private readonly byAddress = new Map<string, number>();

  /** How many there are now, of this address and altogether, this one included. */
  open(id: string, ip: string): { readonly ofAddress: number; readonly all: number } {
    const ofAddress = (this.byAddress.get(ip) ?? 0) + 1;
    this.byAddress.set(ip, ofAddress);
    this.sessions.set(id, ip);
    return { ofAddress, all: this.sessions.size };
  }

  close(id: string): void {
    const ip = this.sessions.get(id);
    if (ip === undefined) return;
    this.sessions.delete(id);
    const left = (this.byAddress.get(ip) ?? 1) - 1;
    if (left > 0) this.byAddress.set(ip, left);
    else this.byAddress.delete(ip);
  }
}
