/**
 * Holds every connection to its time and its budgets: one sweep a second over all of them, however many bytes come,
 * instead of a timer for each. Which limit a connection has passed is decided in patience.ts.
 *
 * Time is counted in sweeps. A jump of the system's clock cuts nobody off, and a stall of ours gives clients more
 * time, never less.
 */
import type { EverySecond } from '../clock.ts';
import { reasonOfLibrary } from './library-words.ts';
import { type Activity, impatience, type Patience, RATE_WINDOW_SECONDS } from './patience.ts';
import type { Reply, ReplyReason } from './replies.ts';
import type { SMTPConnection } from './watched-server.ts';

export interface WatchLimits {
  readonly patience: Patience & { readonly spareCommands: number };
  readonly connections: number;
  readonly recipients: number;
  readonly errorsPerConnection: number;
  /** Bytes. */
  readonly mailBytes: number;
}

export interface WatchParts {
  readonly limits: WatchLimits;
  /** A mail server hands over everybody's mail on it: refusals are no sign of anything there. */
  readonly isShared: (connection: SMTPConnection) => boolean;
  readonly everySecond: EverySecond;
  readonly reply: (reason: ReplyReason, connection: SMTPConnection) => Reply;
  /** Told of each connection that is ended for its behaviour, for the log. */
  readonly onCut: (reason: ReplyReason, connection: SMTPConnection) => void;
}

interface Watched {
  readonly connection: SMTPConnection;
  /** The library's own way to send, without our count. */
  readonly send: SMTPConnection['send'];
  readonly opened: number;
  errors: number;
  commands: number;
  commandsSinceMail: number;
  mails: number;
  phase: Activity['phase'];
  /** When the connection last got on: a command, a mail, another phase. */
  since: number;
  seen: string;
  rate: { start: number; bytes: number; last: number | null };
}

/** Part of all connections from which on idle ones get less time. */
const CROWDED = 0.75;

export class ConnectionWatch {
  private readonly parts: WatchParts;
  /** By the connection's ID: those that may go on, and those that have had their last word. */
  private readonly watched = new Map<string, Watched>();
  private readonly ending = new Map<string, SMTPConnection>();
  /** How long the door has been open, in sweeps. */
  private seconds = 0;
  private draining = false;
  private end: (() => void) | null = null;

  constructor(parts: WatchParts) {
    this.parts = parts;
  }

  start(): void {
    this.end = this.parts.everySecond(() => this.sweep());
  }

  /** Closes whatever is left without a word. */
  stop(): void {
    this.end?.();
    for (const { connection } of this.watched.values()) connection._socket.destroy();
    for (const connection of this.ending.values()) connection._socket.destroy();
  }

  add(connection: SMTPConnection): void {
    const watched: Watched = {
      connection,
      send: connection.send.bind(connection),
      opened: this.seconds,
      errors: 0,
      commands: 0,
      commandsSinceMail: 0,
      mails: 0,
      phase: 'greeting',
      since: this.seconds,
      seen: '',
      rate: { start: this.seconds, bytes: 0, last: null },
    };
    this.watched.set(connection.id, watched);
    this.countReplies(watched);
    this.countCommands(watched);
  }

  remove(id: string): void {
    this.watched.delete(id);
    this.ending.delete(id);
  }

  /** Ends a connection with a last word, unless it has ended. */
  hangUp(id: string, reason: ReplyReason): void {
    const watched = this.watched.get(id);
    if (watched === undefined) return;
    const { connection } = watched;
    this.watched.delete(id);
    this.ending.set(id, connection);
    const { code, text } = this.parts.reply(reason, connection);
    watched.send(code, text);
    connection.close();
  }

  /** From now on whoever has no mail on its way is sent away: at once, or as soon as its mail is done. */
  drain(): void {
    this.draining = true;
    for (const { connection } of [...this.watched.values()]) {
      const phase = phaseOf(connection);
      if (phase !== 'data' && phase !== 'work') this.hangUp(connection.id, 'shutting-down');
    }
  }

  hangUpAll(reason: ReplyReason): void {
    for (const id of [...this.watched.keys()]) this.hangUp(id, reason);
  }

  /** Every reply passes here, the library's own too: its words become ours, and refusals are counted. */
  private countReplies(watched: Watched): void {
    const { connection } = watched;
    connection.send = (code, data, context) => {
      const reason = typeof data === 'string' ? reasonOfLibrary(code, data) : null;
      const ours = reason === null ? null : this.parts.reply(reason, connection);
      if (code >= 400) {
        watched.errors += 1;
        const tooMany = watched.errors > this.parts.limits.errorsPerConnection;
        if (tooMany && !this.parts.isShared(connection)) return this.cut(connection, 'too-many-errors');
      }
      watched.send(ours?.code ?? code, ours?.text ?? data, context);
      // Only mails that were on their way when the drain began still get replies.
      if (this.draining && code !== 354) setImmediate(() => this.hangUp(connection.id, 'shutting-down'));
    };
  }

  private countCommands(watched: Watched): void {
    const { connection } = watched;
    const run = connection._onCommand.bind(connection);
    const { patience, recipients } = this.parts.limits;
    connection._onCommand = (command, callback) => {
      watched.commands += 1;
      // A mail server brings one mail after the other, also where all of them are refused.
      const brought = this.parts.isShared(connection) && command.toString('latin1', 0, 5).toUpperCase() === 'MAIL ';
      if (brought || watched.mails !== connection._transactionCounter) {
        watched.mails = connection._transactionCounter;
        watched.commandsSinceMail = 0;
      }
      watched.commandsSinceMail += 1;
      if (watched.commandsSinceMail <= recipients + patience.spareCommands) run(command, callback);
      else this.cut(connection, 'too-many-commands');
    };
  }

  private cut(connection: SMTPConnection, reason: ReplyReason): void {
    if (!this.watched.has(connection.id)) return;
    this.parts.onCut(reason, connection);
    this.hangUp(connection.id, reason);
  }

  private sweep(): void {
    this.seconds += 1;
    const { limits } = this.parts;
    const crowded = this.watched.size > limits.connections * CROWDED;
    for (const watched of [...this.watched.values()]) {
      const { connection } = watched;
      this.look(watched);
      const state = {
        activity: this.activityOf(watched),
        waited: this.seconds - watched.since,
        open: this.seconds - watched.opened,
      };
      const reason = impatience(state, limits.patience, crowded);
      if (reason !== null) this.cut(connection, reason);
    }
  }

  /** Notes whether the connection has got on since the last sweep. */
  private look(watched: Watched): void {
    const { connection } = watched;
    const phase = phaseOf(connection);
    watched.phase = watched.commands === 0 && phase === 'command' ? 'greeting' : phase;
    const seen = `${watched.phase} ${watched.commands} ${connection._transactionCounter}`;
    const bytes = receivedBy(connection);
    if (seen !== watched.seen) {
      watched.seen = seen;
      watched.since = this.seconds;
      watched.rate = { start: this.seconds, bytes, last: null };
    } else if (watched.phase === 'data' && waitsForUs(connection)) {
      // It is the disk that is slow: the client is not to blame for this window.
      watched.rate = { start: this.seconds, bytes, last: null };
    } else if (this.seconds - watched.rate.start >= RATE_WINDOW_SECONDS) {
      watched.rate = { start: this.seconds, bytes, last: bytes - watched.rate.bytes };
    }
  }

  private activityOf({ connection, phase, rate }: Watched): Activity {
    if (phase !== 'data') return { phase };
    const { mailBytes } = this.parts.limits;
    const expected = Math.min(declaredSize(connection) ?? mailBytes, mailBytes);
    return { phase, received: receivedBy(connection), expected, lastWindow: rate.last };
  }
}

function phaseOf(connection: SMTPConnection): Activity['phase'] {
  if (connection._upgrading) return 'handshake';
  const parser = connection._parser;
  if (parser !== false && parser._dataMode) return 'data';
  return connection._handlerPending || connection._dataStream ? 'work' : 'command';
}

/** Bytes of the mail that comes now. */
function receivedBy(connection: SMTPConnection): number {
  return connection._parser === false ? 0 : connection._parser.dataBytes;
}

function waitsForUs(connection: SMTPConnection): boolean {
  return connection._dataStream ? connection._dataStream.writableNeedDrain : false;
}

function declaredSize(connection: SMTPConnection): number | null {
  const { mailFrom } = connection.session.envelope;
  const size = mailFrom === false || mailFrom.args === false ? undefined : mailFrom.args.SIZE;
  return typeof size === 'string' && /^\d{1,15}$/.test(size) ? Number(size) : null;
}
