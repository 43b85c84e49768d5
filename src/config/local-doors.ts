/** Settings of the doors for mail servers on this machine: LMTP, and what stands in front of it and of `taquilla deliver`. */
import { z } from 'zod';

export const lmtp = z
  .strictObject({
    socket: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Path of a Unix socket to listen on. Either this or a port; whoever may write to the file may connect.',
      ),
    socketMode: z
      .string()
      .regex(/^0?[0-7]{3}$/, 'must be three octal digits such as 0660')
      .default('0660')
      .describe(
        'Rights of the socket file, octal. Its group is that of the folder where the folder has the setgid bit.',
      ),
    host: z.string().min(1).default('127.0.0.1').describe('Address to listen on with a port.'),
    port: z.int().min(0).max(65535).optional().describe('TCP port to listen on; 0 takes a free one.'),
  })
  .superRefine(({ socket, port }, context) => {
    if ((socket === undefined) === (port === undefined))
      context.addIssue({ code: 'custom', message: 'needs a socket or a port, and not both' });
  })
  .optional()
  .describe('The LMTP door, for a mail server in front: each recipient gets its own reply.');

export const localRelay = z
  .discriminatedUnion('tells', [
    z.strictObject({
      tells: z.literal('nothing').describe('Nothing: only DKIM can prove a sender.'),
    }),
    z.strictObject({
      tells: z.literal('xforward').describe('It names the client with XFORWARD (Postfix: lmtp_send_xforward_command).'),
    }),
    z.strictObject({
      tells: z.literal('authentication-results').describe('It has checked and writes Authentication-Results.'),
      authservId: z.string().min(1).describe('The name under which it reports.'),
      receivedAbove: z
        .int()
        .min(0)
        .default(0)
        .describe(
          'Received lines that it puts above its results (1 for Postfix with milters). Only where it removes forged results.',
        ),
    }),
  ])
  .default({ tells: 'nothing' })
  .describe(
    'What the mail server of this machine says about the mails that it hands over on a Unix socket (lmtp.socket, taquilla deliver).',
  );
