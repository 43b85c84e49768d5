/**
 * The SMTP door (RFC 5321), and the same door speaking LMTP (RFC 2033): adapts smtp-server to the intake. No policy lives here: which recipients exist is
 * asked of tickets/, who may write is decided by the intake, and every reply is from replies.ts.
 *
 * What smtp-server would do by itself and must not: send the text of an unknown error to the client as a permanent
 * refusal, end the process on a rejected promise, answer twice. `guarded` is the one place that holds this shut.
 */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerAddress, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
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
import { MailboxesNamed } from './mailboxes-named.ts';
import { type Reply, type ReplyContext, type ReplyReason, replyFor } from './replies.ts';
import { watchForwarding } from './xforward.ts';

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
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly limits: {
    readonly mailBytes: number;
    readonly recipients: number;
    readonly connections: number;
    readonly connectionsPerAddress: number;
    readonly errorsPerConnection: number;
  };
  /** Addresses of relays that name the client with XCLIENT, and of those that send a PROXY line. */
  readonly xclientRelays: readonly string[];
  readonly proxyRelays: readonly string[];
  /** Addresses of relays that name the client with XFORWARD; `true`: everybody who can connect. */
  readonly xforwardRelays: readonly string[] | true;
  /** Relays speak for many clients: the caps by address don't hold for them. */
  readonly relays: ReadonlySet<string>;
  /** Asked before a mail is let in, and told when one found no space. */
  readonly space: Pick<FreeSpace, 'isShort' | 'noteFull'>;
  /** How long connections may go on after `close` was called, milliseconds. */
  readonly drainMs: number;
}

export interface SmtpDoor {
  /** Resolves with the port (0 for a socket) once it listens; rejects when it can't. */
  listen(): Promise<number>;
  /** The options have changed: certificates are read again. Throws, and changes nothing, when they can't be. */
  reload(): void;
  /** Takes no new connections, lets mails in flight finish, then ends what is left. */
  close(): Promise<void>;
}

/** An answer to the client; the only error that smtp-server ever gets to see. */
class ReplyError extends Error {
  readonly responseCode: number;

  constructor({ code, text }: Reply) {
    super(text);
    this.responseCode = code;
  }
}

/** What the door must know about clients beyond one dialogue. */
export interface ClientHistory {
  /** The client has tried so many senders in vain that it should go away. */
  isGuessing(ip: string): boolean;
}

export function createSmtpDoor(
  options: SmtpDoorOptions,
  intake: Intake,
  policy: () => Policy,
  history: ClientHistory,
  log: Log,
): SmtpDoor {
  const { limits } = options;
  const isLmtp = options.protocol === 'lmtp';
  const mailboxes = new MailboxesNamed();
  const forwarding = new Map<string, () => void>();
  const inFlight = new Set<Promise<unknown>>();
  const connections = new ConnectionCounts();
  let closing = false;

  const refuse = (reason: ReplyReason, session: SMTPServerSession) =>
    new ReplyError(replyFor(reason, contextOf(policy(), session)));

  const server: SMTPServer = new SMTPServer({
    ...libraryOptions(options),
    onConnect(session, callback) {
      void guarded(callback, log, async () => {
        if (closing) throw refuse('shutting-down', session);
        const { remoteAddress: ip } = session;
        const count = connections.open(session.id, ip);
        watchReplies(session);
        const connection = connectionOf(session);
        if (connection !== undefined) forwarding.set(session.id, watchForwarding(connection));
        if (!options.relays.has(ip) && count > limits.connectionsPerAddress)
          throw refuse('too-many-connections', session);
      });
    },
    onClose(session) {
      connections.close(session.id);
      mailboxes.forget(session.id);
      forwarding.delete(session.id);
    },
    onMailFrom(address, session, callback) {
      void guarded(callback, log, async () => {
        if (closing) throw refuse('shutting-down', session);
        if (history.isGuessing(session.remoteAddress)) throw refuse('too-many-connections', session);
        if (await options.space.isShort()) throw refuse('disk-full', session);
        const declared = address.args === false ? undefined : address.args.SIZE;
        if (typeof declared === 'string' && Number(declared) > limits.mailBytes) throw refuse('too-large', session);
        mailboxes.forget(session.id);
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
      const done = guarded(callback, log, async () => {
        const started = performance.now();
        const envelope = envelopeOf(session);
        const result = await intake
          .take(envelope, stream, () => {
            // Without a word the sender would come again for days.
            hangUp(session, refuse('too-large', session));
          })
          .finally(() => forwarding.get(session.id)?.());
        if (result.kind === 'unavailable' && result.why === 'full') options.space.noteFull();
        report(log, result, envelope, performance.now() - started);
        if (isLmtp) return mailboxes.of(session.id).map((mailbox) => replyTo(mailbox, result, envelope));
        const reply = replyToResult(result, policy(), envelope);
        if (reply.code >= 400) throw new ReplyError(reply);
        return reply.text;
      });
      inFlight.add(done);
      void done.finally(() => inFlight.delete(done));
    },
  });
  // Without a listener an error of a client's socket ends the process. A failed listen() is told by its promise.
  server.on('error', (error: Error) => {
    if (server.server.listening) log.info({ error: error.message }, 'an SMTP connection failed');
  });

  const replyTo = (mailbox: string, result: IntakeResult, envelope: Envelope) => {
    const reply = replyToMailbox(mailbox, result, policy(), envelope);
    return reply.code >= 400 ? new ReplyError(reply) : reply.text;
  };
  const connectionOf = (session: SMTPServerSession) => {
    for (const connection of server.connections) if (connection.session.id === session.id) return connection;
    return undefined;
  };
  const hangUp = (session: SMTPServerSession, last: ReplyError) => {
    const connection = connectionOf(session);
    connection?.send(last.responseCode, last.message);
    connection?.close();
  };

  /** Every reply passes here, the library's own too: refusals are counted, and its words become ours. */
  function watchReplies(session: SMTPServerSession): void {
    const connection = connectionOf(session);
    if (connection === undefined) return;
    const send = connection.send.bind(connection);
    connection.send = (code, data, context) => {
      const reason = typeof data === 'string' ? LIBRARY_WORDS.get(data) : undefined;
      const ours = reason === undefined ? null : replyFor(reason, contextOf(policy(), session));
      if (code < 400 || connections.countError(session.id) <= limits.errorsPerConnection) {
        return send(ours?.code ?? code, ours?.text ?? data, context);
      }
      connection.send = send;
      hangUp(session, refuse('too-many-errors', session));
    };
  }

  return {
    listen: async () => {
      if (options.socket !== undefined) {
        await listenOnSocket(server.server, options.socket.path, options.socket.mode);
        return 0;
      }
      return new Promise((resolve, reject) => {
        server.server.once('error', reject);
        server.listen(options.port, options.host, () => {
          server.server.off('error', reject);
          const address: AddressInfo | string | null = server.server.address();
          resolve(address !== null && typeof address === 'object' ? address.port : options.port);
        });
      });
    },
    reload: () => {
      const fresh = libraryOptions(options);
      Object.assign(server.options, fresh);
      server.updateSecureContext();
    },
    close: async () => {
      closing = true;
      // The library's close() counts down even while a handler commits: let these finish first.
      const drained = Promise.allSettled([...inFlight]);
      await Promise.race([drained, new Promise((resolve) => setTimeout(resolve, options.drainMs).unref())]);
      await new Promise<void>((resolve) => server.close(resolve));
    },
  };
}

/** What smtp-server says by itself before it asks us. */
const LIBRARY_WORDS: ReadonlyMap<string, ReplyReason> = new Map([
  ['Error: Bad sender address syntax', 'bad-sender-syntax'],
  ['Error: Bad recipient address syntax', 'bad-recipient-syntax'],
]);

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
    maxClients: options.limits.connections,
    // `true` would believe anybody; an empty list nobody.
    useXClient: [...options.xclientRelays],
    useXForward: options.xforwardRelays === true ? true : [...options.xforwardRelays],
    useProxy: options.proxyRelays.length > 0 ? [...options.proxyRelays] : false,
    closeTimeout: 1000,
    logger: false,
    ...(options.tls === null
      ? {}
      : {
          cert: readFileSync(options.tls.cert),
          key: readFileSync(options.tls.key),
          minVersion: 'TLSv1.2' as const,
        }),
  };
}

/** Runs a handler and calls back exactly once: with its result, with its reply, or with "try again" for anything else. */
async function guarded<T>(
  callback: (error?: Error | null, result?: T) => void,
  log: Log,
  handler: () => Promise<T>,
): Promise<void> {
  let error: Error | null = null;
  let result: T | undefined;
  try {
    result = await handler();
  } catch (thrown) {
    if (thrown instanceof ReplyError) error = thrown;
    else {
      const gone =
        thrown instanceof Error &&
        'code' in thrown &&
        (thrown.code === 'ECONNECTION' || thrown.code === 'ERR_STREAM_PREMATURE_CLOSE');
      if (gone) log.info('the client went away in the middle of its mail');
      else log.error({ error: thrown }, 'an SMTP handler failed');
      error = new ReplyError(replyFor('try-again', { language: 'en', reference: null, help: null, utf8: false }));
    }
  }
  if (error === null) callback(null, result);
  else callback(error);
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
  return { language: defaultLanguage(policy), reference: null, help: null, utf8: session.envelope.smtpUtf8 === true };
}
