/**
 * The SMTP door (RFC 5321), and the same door speaking LMTP (RFC 2033): adapts smtp-server to the intake. No policy
 * lives here: which recipients exist is asked of tickets/, who may write is decided by the intake, and every reply is from replies.ts.
 *
 * What smtp-server would do by itself and must not is held shut in guarded.ts (errors), library-words.ts (replies) and
 * connection-watch.ts (time and budgets).
 */
import type { AddressInfo } from 'node:net';
import type { SMTPServerAddress, SMTPServerOptions, SMTPServerSession } from 'smtp-server';
import { type EverySecond, everySecond } from '../clock.ts';
import type { FreeSpace } from '../intake/free-space.ts';
import type { Intake, IntakeResult } from '../intake/intake.ts';
import type { Log } from '../log.ts';
import { normalizeAddress } from '../mail/address.ts';
import { acceptRecipient } from '../tickets/accept-recipient.ts';
import type { Envelope } from '../tickets/incoming-mail.ts';
import type { Policy } from '../tickets/policy.ts';
import { listenOnSocket } from '../unix-socket.ts';
import { defaultLanguage, helpOf, replyToMailbox, replyToResult, report } from './answers.ts';
import { ConnectionCounts } from './connection-counts.ts';
import { ConnectionWatch, type WatchLimits } from './connection-watch.ts';
import { guarded, ReplyError } from './guarded.ts';
import { InFlight } from './in-flight.ts';
import { MailboxesNamed } from './mailboxes-named.ts';
import type { Patience } from './patience.ts';
import { type ReplyContext, type ReplyReason, replyFor } from './replies.ts';
import { type CertificateFiles, CertificateRenewals, readCertificate } from './tls-certificate.ts';
import { type SMTPConnection, WatchedServer } from './watched-server.ts';
import { isForMany, watchForwarding } from './xforward.ts';

export interface SmtpDoorOptions {
  /** LMTP: a reply for each recipient. */
  readonly protocol?: 'smtp' | 'lmtp';
  readonly host: string;
  readonly port: number;
  /** Listen here instead of at host and port; `mode` are the rights of the file. */
  readonly socket?: { readonly path: string; readonly mode: number };
  /** Name in the banner. */
  readonly hostname: string;
  /** Paths of PEM files; without them STARTTLS is not offered. */
  readonly tls: CertificateFiles | null;
  readonly limits: WatchLimits & { readonly connectionsPerAddress: number };
  /** Addresses of relays that name the client with XCLIENT, and of those that send a PROXY line. */
  readonly xclientRelays: readonly string[];
  readonly proxyRelays: readonly string[];
  /** Addresses of relays that name the client with XFORWARD; `true`: everybody who can connect. */
  readonly xforwardRelays: readonly string[] | true;
  /** Relays speak for many clients: the caps by address and by refusals don't hold for them. */
  readonly relays: ReadonlySet<string>;
  /** Asked before a mail is let in, and told when one found no space. */
  readonly space: Pick<FreeSpace, 'isShort' | 'noteFull'>;
  /** How long connections may go on after `close` was called, milliseconds. */
  readonly drainMs: number;
}

export interface SmtpDoor {
  /** Resolves with the port (0 for a socket) once it listens; rejects when it can't. */
  listen(): Promise<number>;
  /** Open connections. */
  connections(): number;
  /** Takes no new connections, sends idle clients away, lets mails in flight finish, then ends what is left. */
  close(): Promise<void>;
  /** The options have changed: certificates are read again. Throws, and changes nothing, when they can't be. */
  reload(): void;
}

/** What the door must know about clients beyond one dialogue. */
export interface ClientHistory {
  /** The client has tried so many senders in vain that no more of its mails are looked at. */
  isGuessing(ip: string): boolean;
}

export function createSmtpDoor(
  options: SmtpDoorOptions,
  intake: Intake,
  policy: () => Policy,
  history: ClientHistory,
  log: Log,
  seconds: EverySecond = everySecond,
): SmtpDoor {
  const { limits } = options;
  const isLmtp = options.protocol === 'lmtp';
  const mailboxes = new MailboxesNamed();
  const open = new Map<string, { readonly connection: SMTPConnection; readonly forgetClient: () => void }>();
  const inFlight = new InFlight();
  const connections = new ConnectionCounts();
  let closing = false;

  const refuse = (reason: ReplyReason, session: SMTPServerSession) =>
    new ReplyError(replyFor(reason, contextOf(policy(), session)));

  const isShared = (connection: SMTPConnection | undefined) =>
    isLmtp || (connection !== undefined && isForMany(connection, options.relays));

  const watch = new ConnectionWatch({
    limits,
    isShared,
    everySecond: seconds,
    reply: (reason, { session }) => replyFor(reason, contextOf(policy(), session)),
    onCut: (reason, { remoteAddress }) => log.info({ reason, ip: remoteAddress }, 'an SMTP connection was ended'),
  });
  const handlers: SMTPServerOptions = {
    onConnect(session, callback) {
      void guarded(callback, log, async () => {
        if (closing) throw refuse('shutting-down', session);
        const { remoteAddress: ip } = session;
        const { ofAddress, all } = connections.open(session.id, ip);
        if (all > limits.connections) throw refuse('too-busy', session);
        if (ofAddress > limits.connectionsPerAddress && !isShared(open.get(session.id)?.connection))
          throw refuse('too-many-connections', session);
      });
    },
    onClose(session) {
      connections.close(session.id);
      watch.remove(session.id);
      mailboxes.forget(session.id);
      open.delete(session.id);
    },
    onMailFrom(address, session, callback) {
      void guarded(callback, log, async () => {
        if (closing) throw refuse('shutting-down', session);
        if (history.isGuessing(session.remoteAddress))
          throw refuse(isShared(open.get(session.id)?.connection) ? 'over-rate' : 'too-many-connections', session);
        if (await options.space.isShort()) throw refuse('disk-full', session);
        const declared = address.args === false ? undefined : address.args.SIZE;
        if (typeof declared === 'string' && Number(declared) > limits.mailBytes) throw refuse('too-large', session);
        mailboxes.clear(session.id);
      });
    },
    onRcptTo(address, session, callback) {
      void guarded(callback, log, async () => {
        const { mailFrom } = session.envelope;
        const accepted = acceptRecipient(address.address, policy(), mailFrom === false || mailFrom.address === '');
        if (!accepted.accepted) {
          const { reason, language, department } = accepted;
          log.info({ recipient: address.address, reason, ip: session.remoteAddress }, 'recipient refused');
          const help = helpOf(policy(), department?.key ?? null);
          throw new ReplyError(replyFor(reason, { ...contextOf(policy(), session), language, help }));
        }
        if (mailboxes.of(session.id).length >= limits.recipients) throw refuse('too-many-recipients', session);
        mailboxes.add(session.id, accepted.address);
      });
    },
    onData(stream, session, callback) {
      inFlight.begin();
      void guarded(callback, log, async () => {
        const started = performance.now();
        const envelope = envelopeOf(session);
        const result = await intake
          .take(envelope, stream, () => {
            // Without a word the sender would come again for days.
            watch.hangUp(session.id, 'too-large');
          })
          .finally(() => open.get(session.id)?.forgetClient());
        if (result.kind === 'unavailable' && result.why === 'full') options.space.noteFull();
        report(log, result, envelope, performance.now() - started);
        if (isLmtp) return mailboxes.of(session.id).map((mailbox) => replyTo(mailbox, result, envelope));
        const reply = replyToResult(result, policy(), envelope);
        if (reply.code >= 400) throw new ReplyError(reply);
        return reply.text;
      }).finally(() => inFlight.end());
    },
  };
  const replyTo = (mailbox: string, result: IntakeResult, envelope: Envelope) => {
    const reply = replyToMailbox(mailbox, result, policy(), envelope);
    return reply.code >= 400 ? new ReplyError(reply) : reply.text;
  };
  const server = new WatchedServer({ ...libraryOptions(options), ...handlers }, (connection) => {
    watch.add(connection);
    open.set(connection.id, { connection, forgetClient: watchForwarding(connection) });
  });
  // Without a listener an error of a client's socket ends the process. A failed listen() is told by its promise.
  server.on('error', (error: Error) => {
    if (server.server.listening) log.info({ error: error.message }, 'an SMTP connection failed');
  });

  const renewalsNow = () =>
    options.tls === null
      ? null
      : new CertificateRenewals(options.tls, (certificate) => server.updateSecureContext(certificate), seconds, log);
  let renewals = renewalsNow();

  return {
    listen: async () => {
      const port = await listenAt(server, options);
      watch.start();
      renewals?.start();
      return port;
    },
    connections: () => server.connections.size,
    reload: () => {
      // A certificate that is watched from now on would keep the process alive.
      if (closing) return;
      Object.assign(server.options, libraryOptions(options));
      server.updateSecureContext();
      renewals?.stop();
      renewals = renewalsNow();
      renewals?.start();
    },
    close: async () => {
      closing = true;
      renewals?.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      watch.drain();
      await within(closed, options.drainMs);
      watch.hangUpAll('shutting-down');
      await within(closed, LAST_WORD_MS);
      watch.stop();
      // Whoever is gone may still be in the middle of a commit: the store has to stay open for it.
      await within(inFlight.none(), COMMIT_MS);
    },
  };
}

async function listenAt(server: WatchedServer, { socket, host, port }: SmtpDoorOptions): Promise<number> {
  if (socket !== undefined) {
    await listenOnSocket(server.server, socket.path, socket.mode);
    return 0;
  }
  return new Promise((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, host, () => {
      server.server.off('error', reject);
      const address: AddressInfo | string | null = server.server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : port);
    });
  });
}

/** For the last reply to leave, and for a commit that has begun. */
const LAST_WORD_MS = 1000;
const COMMIT_MS = 2000;

function within(event: Promise<unknown>, ms: number): Promise<unknown> {
  return Promise.race([event, new Promise((resolve) => setTimeout(resolve, ms).unref())]);
}

function libraryOptions(options: SmtpDoorOptions): SMTPServerOptions {
  const disabledCommands = ['AUTH', 'VRFY', 'WIZ', 'SHELL', 'KILL', 'HELP'];
  // Without a certificate of ours the library would use one whose private key everybody knows.
  if (options.tls === null) disabledCommands.push('STARTTLS');
  return {
    lmtp: options.protocol === 'lmtp',
    name: options.hostname,
    banner: 'Taquilla',
    // The number is not announced, because the library would then answer a declared size by itself, in its own words.
    size: options.limits.mailBytes,
    hideSize: true,
    authOptional: true,
    disabledCommands,
    disableReverseLookup: true,
    // Ours counts once the greeting is due; this is for those that come at once.
    maxClients: 2 * options.limits.connections,
    // The library's clock starts again at every byte. Ours does not, and comes first.
    socketTimeout: 1000 * (longestWait(options.limits.patience) + 60),
    // `true` would believe anybody; an empty list nobody.
    useXClient: [...options.xclientRelays],
    useXForward: options.xforwardRelays === true ? true : [...options.xforwardRelays],
    useProxy: options.proxyRelays.length > 0 ? [...options.proxyRelays] : false,
    closeTimeout: options.drainMs + 2 * LAST_WORD_MS,
    logger: false,
    ...(options.tls === null ? {} : readCertificate(options.tls)),
  };
}

function longestWait(patience: Patience): number {
  return Math.max(patience.firstCommandSeconds, patience.commandSeconds, patience.dataSeconds, patience.workSeconds);
}

function envelopeOf(session: SMTPServerSession): Envelope {
  const { mailFrom, rcptTo, smtpUtf8 } = session.envelope;
  const from = mailFrom === false ? '' : mailFrom.address;
  return {
    mailFrom: normalizeAddress(from) ?? from.slice(0, 320),
    recipients: rcptTo.map((one: SMTPServerAddress) => normalizeAddress(one.address) ?? one.address.toLowerCase()),
    // On a Unix socket nobody has an address.
    ip: session.remoteAddress === '' ? null : session.remoteAddress,
    helo: session.hostNameAppearsAs === '' ? null : session.hostNameAppearsAs,
    utf8: smtpUtf8 === true,
  };
}

function contextOf(policy: Policy, session: SMTPServerSession): ReplyContext {
  // Before the greeting there is no envelope yet, whatever the library's types say.
  const { envelope }: Partial<SMTPServerSession> = session;
  return { language: defaultLanguage(policy), reference: null, help: null, utf8: envelope?.smtpUtf8 === true };
}
