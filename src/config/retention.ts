/** How long what came in and went out is kept, beside the tickets themselves, which stay. */
import { z } from 'zod';

const days = z.int().min(1);

export const retention = z
  .strictObject({
    refuseDays: days.nullable().default(7).describe('Refused mails, days; null: for ever.'),
    refuseBytes: z
      .int()
      .min(1024 * 1024)
      .nullable()
      .default(1024 ** 3)
      .describe('Bytes of refused mails at most, the oldest go first; null: any. Stops a flood from filling the disk.'),
    duplicateDays: days.nullable().default(7).describe('Repeats of mails that are on a ticket, days; null: for ever.'),
    ignoreDays: days.nullable().default(30).describe('Bounces and automatic replies, days; null: for ever.'),
    holdDays: days.nullable().default(90).describe('Mails held for review that nobody let in, days; null: for ever.'),
    rawDays: days
      .nullable()
      .default(null)
      .describe('The bytes, as they came, of mails on tickets, days; null: for ever. Texts and attachments stay.'),
    outboxDays: days
      .nullable()
      .default(90)
      .describe('The bytes of mails that are sent, failed or cancelled, days; null: for ever. What they said stays.'),
  })
  .prefault({})
  .describe('How long mails are kept. Tickets, their messages and attachments stay until somebody erases them.');
