/**
 * The doors for mail servers of this machine: LMTP where the config has it, and a socket in the data folder through which
 * `taquilla deliver` hands its mails over.
 */
import type { Config } from '../config.ts';
import { deliverPath } from '../deliver/deliver-path.ts';
import type { Log } from '../log.ts';
import type { SmtpDoorOptions } from '../smtp/server.ts';
import { SocketUnusable } from '../unix-socket.ts';

/** From those of the SMTP door. */
export function localDoors(
  { lmtp, localRelay, dataFolder }: Config,
  door: SmtpDoorOptions,
): { readonly lmtpDoor: SmtpDoorOptions; readonly deliverDoor: SmtpDoorOptions } {
  const overTcp: SmtpDoorOptions = { ...door, protocol: 'lmtp', tls: null };
  const onSocket: SmtpDoorOptions = {
    ...overTcp,
    xclientRelays: [],
    proxyRelays: [],
    xforwardRelays: localRelay.tells === 'xforward' ? true : [],
  };
  return {
    lmtpDoor:
      lmtp?.socket === undefined
        ? { ...overTcp, host: lmtp?.host ?? '127.0.0.1', port: lmtp?.port ?? 0 }
        : { ...onSocket, socket: { path: lmtp.socket, mode: Number.parseInt(lmtp.socketMode, 8) } },
    // Only who may write into the data folder can connect, and the command says what the mail server has told it.
    deliverDoor: { ...onSocket, xforwardRelays: true, socket: { path: deliverPath(dataFolder), mode: 0o660 } },
  };
}

/** A data folder with a very long path can't hold a socket. The gateway works without. */
export async function listenInDataFolder(door: { listen(): Promise<unknown> }, log: Log): Promise<void> {
  try {
    await door.listen();
  } catch (error) {
    if (!(error instanceof SocketUnusable) || error.why !== 'path-too-long') throw error;
    log.warn({ reason: error.message }, 'taquilla deliver and taquilla reload are not available (SIGHUP is)');
  }
}
