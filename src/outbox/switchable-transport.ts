/** A way out that can be changed while mails are on their way: each is sent by the transport that it began with. */
import type { Transport } from './transport.ts';

export interface SwitchableTransport extends Transport {
  /** Mails from now on go out through `next`; the one before is closed when its last mail is done. */
  switchTo(next: Transport): void;
}

export function switchableTransport(first: Transport): SwitchableTransport {
  let current = inUse(first);
  return {
    send: (mail) => current.send(mail),
    switchTo(next) {
      const before = current;
      current = inUse(next);
      before.close();
    },
    close: () => current.close(),
  };
}

function inUse(transport: Transport): Transport {
  let sending = 0;
  let closed = false;
  return {
    async send(mail) {
      sending += 1;
      try {
        return await transport.send(mail);
      } finally {
        sending -= 1;
        if (closed && sending === 0) transport.close();
      }
    },
    close() {
      if (closed) return;
      closed = true;
      if (sending === 0) transport.close();
    },
  };
}
