/** How long the SMTP door waits for a client, and how much talk it listens to (`limits.patience`). */
import { z } from 'zod';

const positive = z.int().min(1);

export const patience = z
  .strictObject({
    firstCommandSeconds: positive
      .default(60)
      .describe('From the greeting to the first command, and for the TLS handshake. Stops clients that only connect.'),
    commandSeconds: positive
      .default(300)
      .describe(
        'From one reply to the end of the next command, however many bytes come (RFC 5321 asks for 5 minutes). Stops connections held open byte by byte.',
      ),
    crowdedCommandSeconds: positive
      .default(10)
      .describe(
        'The same while three quarters of all connections are taken. Stops idle clients from locking others out.',
      ),
    connectionSeconds: positive
      .default(3600)
      .describe('Whole life of a connection; a mail on its way is finished. Stops clients that stay for ever.'),
    dataBytesPerSecond: positive
      .default(500)
      .describe('Slowest rate of a mail, over each minute, bytes a second. Stops mails that come one byte at a time.'),
    dataSeconds: positive
      .default(3600)
      .describe(
        'Longest time for one mail; less for a small one: a minute, and its size at the slowest rate. Stops slow mails that keep just above that rate.',
      ),
    workSeconds: positive
      .default(300)
      .describe(
        'Our own work on one mail, after which the client is asked to come again. Stops a hang of ours from holding clients.',
      ),
    spareCommands: positive
      .default(100)
      .describe(
        'Commands between two mails beyond one for each recipient. Stops clients that talk (NOOP, RSET, RCPT again and again) and never send.',
      ),
  })
  .prefault({})
  .describe('How long the door waits for a client. Who exceeds it gets a 421 and may come again.');
