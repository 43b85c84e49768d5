/**
 * XFORWARD (https://www.postfix.org/XFORWARD_README.html): how a Postfix in front names the client of each mail. The
 * library keeps what it was told for as long as the connection lasts; Postfix keeps connections for many mails, and
 * what it can't say about one mail must not be what it said about the one before. What XCLIENT or a PROXY line says
 * holds for the whole connection, and is left alone.
 */
import type { SMTPServer } from 'smtp-server';

export type Connection = SMTPServer['connections'] extends Set<infer One> ? One : never;

/** What starts a connection or its next mail anew, in Postfix's own server too. LHLO is the library's EHLO. */
const FRESH_STARTS = ['handler_EHLO', 'handler_HELO', 'handler_RSET', 'handler_XCLIENT'] as const;

/** Call what it returns when a mail is done: the next one says for itself who its client is. */
export function watchForwarding(connection: Connection): () => void {
  /** As it was before the first XFORWARD of this mail; `null` while none was accepted. */
  let own: Pick<Connection, 'remoteAddress' | 'hostNameAppearsAs'> | null = null;
  const forget = () => {
    if (own === null) return;
    connection.remoteAddress = own.remoteAddress;
    connection.hostNameAppearsAs = own.hostNameAppearsAs;
    own = null;
  };
  const handle = connection.handler_XFORWARD.bind(connection);
  connection.handler_XFORWARD = (command, callback) => {
    const { remoteAddress, hostNameAppearsAs, session } = connection;
    const { envelope } = session;
    const before = own ?? { remoteAddress, hostNameAppearsAs };
    // `ADDR=[UNAVAILABLE]` is a mail that was made on the relay itself; the library would leave the last address.
    if (/\sADDR=/i.test(command.toString('latin1'))) connection.remoteAddress = before.remoteAddress;
    handle(command, () => {
      // One that is accepted starts a new envelope; one that is refused changes nothing.
      if (session.envelope === envelope) connection.remoteAddress = remoteAddress;
      else {
        own = before;
        // Without this a client that gave no name would have to greet again.
        if (connection.hostNameAppearsAs === '') connection.hostNameAppearsAs = before.hostNameAppearsAs;
      }
      callback();
    });
  };
  for (const name of FRESH_STARTS) {
    const start = connection[name].bind(connection);
    connection[name] = (command, callback) => {
      forget();
      start(command, callback);
    };
  }
  return forget;
}

/**
 * Whether a relay opened the connection and hands over everybody's mail on it: a reply of 421 would cost them all. XCLIENT
 * and a PROXY line give a connection to the one client that they name.
 */
export function isForMany(connection: Connection, relays: ReadonlySet<string>): boolean {
  return relays.has(connection._originalRemoteAddress) && !connection._xClient.has('ADDR');
}
