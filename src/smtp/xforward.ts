/**
 * XFORWARD (https://www.postfix.org/XFORWARD_README.html): how a Postfix in front names the client of each mail. The
 * library keeps what it was told for as long as the connection lasts; Postfix keeps connections for many mails, and
 * what it can't say about one mail must not be what it said about the one before.
 */
import type { SMTPServer } from 'smtp-server';

export type Connection = SMTPServer['connections'] extends Set<infer One> ? One : never;

/** Call what it returns when a mail is done: the next one says for itself who its client is. */
export function watchForwarding(connection: Connection): () => void {
  const peer = connection.remoteAddress;
  let greeting = connection.hostNameAppearsAs;
  const forget = () => {
    connection.remoteAddress = peer;
    if (greeting !== false) connection.hostNameAppearsAs = greeting;
    greeting = false;
  };
  const handle = connection.handler_XFORWARD.bind(connection);
  connection.handler_XFORWARD = (command, callback) => {
    if (greeting === false) greeting = connection.hostNameAppearsAs;
    // `ADDR=[UNAVAILABLE]` is a mail that was made on the relay itself; the library would leave the last address.
    if (/\sADDR=/i.test(command.toString('latin1'))) connection.remoteAddress = peer;
    handle(command, () => {
      // Without this a client that gave no name would have to greet again.
      if (connection.hostNameAppearsAs === '') connection.hostNameAppearsAs = greeting;
      callback();
    });
  };
  return forget;
}
