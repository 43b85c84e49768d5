/** The way out as the config says it: transport, signatures, limits, and who each mail says it is from. */
import { readFileSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import type { DestinationSettings } from '../config/outbound.ts';
import type { Config } from '../config.ts';
import { signingKey } from '../intake/intake.ts';
import type { Log } from '../log.ts';
import { normalizeDomain } from '../mail/address.ts';
import { signBounceAddress } from '../mail/bounce-address.ts';
import type { SigningKey } from '../mail/message-id.ts';
import { Destinations } from '../outbox/destinations.ts';
import { dkimSigner, readDkimKey } from '../outbox/dkim-signer.ts';
import { fileTransport } from '../outbox/file-transport.ts';
import { mailRenderer } from '../outbox/render.ts';
import { sendmailTransport } from '../outbox/sendmail-transport.ts';
import { SMTP_TIMEOUTS, type SmtpOptions } from '../outbox/smtp-connection.ts';
import { smtpTransport } from '../outbox/smtp-transport.ts';
import type { Transport } from '../outbox/transport.ts';
import { createOutboxWorker, type OutboxWorker, type WorkerSurroundings } from '../outbox/worker.ts';
import type { OutboxStore } from '../store/store.ts';
import { CommandError } from './command.ts';
import { installedTemplates } from './mail-templates.ts';

/** Throws `DkimKeyUnusable` or a `CommandError` where a file that the config names can't be used. */
export function outboxWorkerFor(
  config: Config,
  store: OutboxStore,
  keys: readonly SigningKey[],
  clock: Clock,
  log: Log,
): OutboxWorker {
  const { concurrency, giveUpHours, destinations } = config.outbound;
  const base = config.policy.bounceAddress;
  return createOutboxWorker(
    { store, transport: transportFor(config), render: rendererFor(config, log), clock, random: Math.random, log },
    {
      concurrency,
      giveUpMs: giveUpHours * 60 * 60 * 1000,
      envelopeFrom: (outboxId) => (base === null ? '' : signBounceAddress(base, outboxId, signingKey(keys))),
      destinations: destinationsFor(destinations),
    },
  );
}

function rendererFor(config: Config, log: Log): WorkerSurroundings['render'] {
  const { dkim } = config.outbound;
  const render = mailRenderer(installedTemplates(config).templates, (mistake) =>
    log.error({ mistake }, 'a mail template has a mistake'),
  );
  if (dkim === undefined) return render;
  const sign = dkimSigner(readDkimKey(dkim));
  return async (mail, date) => sign(await render(mail, date));
}

function destinationsFor({ domains, ...general }: DestinationSettings): Destinations {
  const named = new Map(Object.entries(domains).map(([domain, limits]) => [normalizeDomain(domain) ?? domain, limits]));
  return new Destinations((domain) => named.get(domain) ?? general);
}

function transportFor(config: Config): Transport {
  const { transport } = config.outbound;
  switch (transport.type) {
    case 'file':
      return fileTransport(transport.folder);
    case 'sendmail':
      return sendmailTransport(transport.path);
    case 'smtp':
      return smtpTransport(smarthostOptions(config, transport));
    default:
      return transport satisfies never;
  }
}

export function smarthostOptions(
  { hostname, smarthostPassword }: Config,
  transport: Extract<Config['outbound']['transport'], { type: 'smtp' }>,
): SmtpOptions {
  return {
    host: transport.host,
    port: transport.port,
    secure: transport.secure,
    requireTls: transport.requireTls,
    ca: transport.ca === undefined ? null : readCertificates(transport.ca),
    user: transport.user ?? null,
    password: smarthostPassword,
    hostname,
    timeouts: SMTP_TIMEOUTS,
  };
}

function readCertificates(file: string): string {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // An empty file helps nobody either.
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----'))
    throw new CommandError(`${file}: holds no certificate that can be read; correct outbound.transport.ca`, 1);
  return text;
}
