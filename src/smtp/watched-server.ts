/**
 * smtp-server with an eye on each connection from before its first byte. The library itself shows one only after the
 * greeting, when a client that talks too soon is gone already.
 */
import type { Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';

export type { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';

export class WatchedServer extends SMTPServer {
  private readonly onOpen: (connection: SMTPConnection) => void;

  constructor(options: SMTPServerOptions, onOpen: (connection: SMTPConnection) => void) {
    super(options);
    this.onOpen = onOpen;
  }

  /** The library's own, and `onOpen`. */
  override connect(socket: Socket, options?: ConstructorParameters<typeof SMTPConnection>[2]): void {
    const connection = new SMTPConnection(this, socket, options);
    this.connections.add(connection);
    connection.on('error', (error: Error) => this.emit('error', error));
    this.onOpen(connection);
    connection.init();
  }
}
