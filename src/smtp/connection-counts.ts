/** Open connections by client address, and refusals by connection: what the caps of the door go by. */
export class ConnectionCounts {
  private readonly sessions = new Map<string, { readonly ip: string; errors: number }>();
  private readonly byAddress = new Map<string, number>();

  /** How many connections the address has now, this one included. */
  open(id: string, ip: string): number {
    const count = (this.byAddress.get(ip) ?? 0) + 1;
    this.byAddress.set(ip, count);
    this.sessions.set(id, { ip, errors: 0 });
    return count;
  }

  close(id: string): void {
    const session = this.sessions.get(id);
    if (session === undefined) return;
    this.sessions.delete(id);
    const left = (this.byAddress.get(session.ip) ?? 1) - 1;
    if (left > 0) this.byAddress.set(session.ip, left);
    else this.byAddress.delete(session.ip);
  }

  countError(id: string): number {
    const session = this.sessions.get(id);
    if (session === undefined) return 0;
    session.errors += 1;
    return session.errors;
  }
}
