/**
 * A child process of bench-outbox.ts: an SMTP server that takes every mail, keeps nothing and counts. It says no more than it must, so that
 * what is measured is the sending side. Tells its port when it listens, and its count when asked.
 */
import { createServer, type Socket } from 'node:net';

let mails = 0;

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.write('220 sink ESMTP\r\n');
  let inMail = false;
  let rest = '';
  socket.on('data', (chunk) => {
    rest += chunk.toString('latin1');
    for (;;) {
      if (inMail) {
        const end = rest.indexOf('\r\n.\r\n');
        if (end < 0) {
          rest = rest.slice(-4);
          return;
        }
        rest = rest.slice(end + 5);
        inMail = false;
        mails += 1;
        socket.write('250 2.0.0 Ok: queued\r\n');
        continue;
      }
      const end = rest.indexOf('\r\n');
      if (end < 0) return;
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      inMail = answer(socket, line.slice(0, 4).toUpperCase());
    }
  });
});

/** True where the mail itself follows. */
function answer(socket: Socket, verb: string): boolean {
  if (verb === 'QUIT') socket.end('221 2.0.0 Bye\r\n');
  else if (verb === 'DATA') socket.write('354 Go\r\n');
  else socket.write('250 sink\r\n');
  return verb === 'DATA';
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.({ port: address.port });
});
process.on('message', () => process.send?.({ mails }));
process.on('disconnect', () => process.exit(0));
