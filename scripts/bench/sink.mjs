// Where the receipts of the bench go: says yes to everything and keeps nothing. A process of its own, so that what it
// costs is no part of any side.
import { createServer } from 'node:net';

createServer((socket) => {
  let text = '';
  let inData = false;
  socket.setEncoding('latin1');
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    text += chunk;
    for (;;) {
      const end = inData ? '\r\n.\r\n' : '\r\n';
      const at = text.indexOf(end);
      if (at < 0) return;
      const line = text.slice(0, at);
      text = text.slice(at + end.length);
      const startsData = !inData && line.toUpperCase() === 'DATA';
      inData = startsData;
      socket.write(startsData ? '354 go on\r\n' : '250 2.0.0 ok\r\n');
    }
  });
  socket.write('220 sink\r\n');
}).listen(Number(process.argv[2]), '127.0.0.1');
