/** The way out as the config says it: transport, signatures, limits, and who each mail says it is from. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { DestinationSettings } from '../config/outbound.ts';
import type { ConfigProblem } from '../config/problems.ts';
import type { Config } from '../config.ts';
import { signingKey } from '../intake/intake.ts';
import type { Log } from '../log.ts';
import { normalizeDomain } from '../mail/address.ts';
import { signBounceAddress } from '../mail/bounce-address.ts';
import type { SigningKey } from '../mail/message-id.ts';
import { type DestinationLimits, Destinations } from '../outbox/destinations.ts';
import { DkimKeyUnusable, dkimSigner, readDkimKey } from '../outbox/dkim-signer.ts';
import { fileTransport } from '../outbox/file-transport.ts';
import { mailRenderer } from '../outbox/render.ts';
import { sendmailTransport } from '../outbox/sendmail-transport.ts';
import { SMTP_TIMEOUTS, type SmtpOptions } from '../outbox/smtp-connection.ts';
import { smtpTransport } from '../outbox/smtp-transport.ts';
import { switchableTransport } from '../outbox/switchable-transport.ts';
import type { Transport } from '../outbox/transport.ts';
import { createOutboxWorker, type OutboxWorker, type WorkerSurroundings } from '../outbox/worker.ts';
import { BlobStore } from '../store/blobs/blob-store.ts';
import type { OutboxStore, SendOutcome } from '../store/store.ts';
import { CommandError } from './command.ts';
import { installedTemplates } from './mail-templates.ts';

export interface WayOut {
  readonly worker: OutboxWorker;
  /**
   * Makes ready what another config needs, and throws where it can't be used; nothing changes before `apply`. `drop`
   * where it is not wanted after all.
   */
  prepare(next: Config): { apply(): void; drop(): void };
  /** Why `prepare` would throw. */
  against(next: Config): readonly ConfigProblem[];
}

/** Throws a `CommandError` where a file that the config names can't be used. */
export function wayOutFor(
  config: Config,
  store: OutboxStore,
  keys: readonly SigningKey[],
  clock: Clock,
  log: Log,
  onSend?: (outcome: SendOutcome) => void,
): WayOut {
  let running = config;
  let render = rendererFor(config, log);
  let limitsFor = limitsOf(config.outbound.destinations);
  const transport = switchableTransport(transportFor(config));
  const worker = createOutboxWorker(
    {
      store,
      transport,
      render: (mail, date) => render(mail, date),
      ...(onSend === undefined ? {} : { onSend }),
      clock,
      random: Math.random,
      log,
    },
    {
      get concurrency() {
        return running.outbound.concurrency;
      },
      get giveUpMs() {
        return running.outbound.giveUpHours * 60 * 60 * 1000;
      },
      envelopeFrom: (outboxId) => {
        const base = running.policy.bounceAddress;
        return base === null ? '' : signBounceAddress(base, outboxId, signingKey(keys));
      },
      destinations: new Destinations((domain) => limitsFor(domain)),
    },
  );
  const prepare: WayOut['prepare'] = (next) => {
    const nextRender = rendererFor(next, log);
    const nextTransport = sameTransport(running, next) ? null : transportFor(next);
    return {
      apply() {
        running = next;
        render = nextRender;
        limitsFor = limitsOf(next.outbound.destinations);
        if (nextTransport !== null) {
          transport.switchTo(nextTransport);
          worker.retryNow();
        }
        worker.wake();
      },
      drop: () => nextTransport?.close(),
    };
  };
  return {
    worker,
    prepare,
    against(next) {
      try {
        prepare(next).drop();
        return [];
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        return [{ path: 'outbound', message: error.message }];
      }
    },
  };
}

function usableKey(dkim: Parameters<typeof readDkimKey>[0]): ReturnType<typeof readDkimKey> {
  try {
    return readDkimKey(dkim);
  } catch (error) {
    throw error instanceof DkimKeyUnusable ? new CommandError(error.message, 1) : error;
  }
}

function sameTransport(one: Config, other: Config): boolean {
  const whatItIs = ({ outbound: { transport, concurrency }, smarthostPassword, hostname }: Config) =>
    JSON.stringify([transport, concurrency, smarthostPassword, hostname]);
  return whatItIs(one) === whatItIs(other);
}

function rendererFor(config: Config, log: Log): WorkerSurroundings['render'] {
  const { dkim } = config.outbound;
  const blobs = new BlobStore(join(config.dataFolder, 'blobs'), randomUUID);
  const render = mailRenderer(
    installedTemplates(config).templates,
    (mistake) => log.error({ mistake }, 'a mail template has a mistake'),
    (sha256) => blobs.read(sha256),
  );
  if (dkim === undefined) return render;
  const sign = dkimSigner(usableKey(dkim));
  return async (mail, date) => sign(await render(mail, date), date);
}

function limitsOf({ domains, ...general }: DestinationSettings): (domain: string) => DestinationLimits {
  const named = new Map(Object.entries(domains).map(([domain, limits]) => [normalizeDomain(domain) ?? domain, limits]));
  return (domain) => named.get(domain) ?? general;
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
