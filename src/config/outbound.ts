/** Settings of `outbound` beside the transport: signatures, and limits by destination. */
import { z } from 'zod';
import { normalizeDomain } from '../mail/address.ts';

const positive = z.int().min(1);
const domain = z.string().refine((text) => normalizeDomain(text) !== null, 'is not a domain');

const limits = {
  concurrency: positive
    .nullable()
    .default(null)
    .describe('Mails on their way to one domain at the same time; null: only outbound.concurrency limits them.'),
  perMinute: positive
    .nullable()
    .default(null)
    .describe('Mails to one domain within a minute, evenly spread; null: any number.'),
};

export const outboundSettings = {
  dkim: z
    .strictObject({
      domain: domain.describe('Whose signature it is: the domain of the mailboxes, or one above it.'),
      selector: z
        .string()
        .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$/, 'must be letters, digits, hyphens and dots')
        .describe('Names the key in DNS: <selector>._domainkey.<domain>.'),
      keyFile: z.string().min(1).describe('PEM file with the private key, RSA or Ed25519.'),
    })
    .optional()
    .describe('Signs outgoing mails with DKIM, where the smarthost does not.'),
  destinations: z
    .strictObject({
      ...limits,
      domains: z
        .record(domain, z.strictObject(limits))
        .default({})
        .describe('Limits of single recipient domains, in the place of the general ones.'),
    })
    .prefault({})
    .describe('How much one recipient domain gets: for receivers that turn away whoever sends too much at once.'),
};

export type DestinationSettings = z.output<typeof outboundSettings.destinations>;
