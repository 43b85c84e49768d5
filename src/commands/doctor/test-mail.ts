/**
 * One mail through the running gateway, as a client would send it, and its receipt on the way back. The ticket that it
 * makes is closed again without a word.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { createTransport } from 'nodemailer';
import type { Config } from '../../config.ts';
import { signingKey } from '../../intake/intake.ts';
import { readSigningKeys } from '../../store/signing-keys.ts';
import type { OutboxSummary, Store, TicketDetail } from '../../store/store.ts';
import { ENTROPY_BYTES } from '../../tickets/entropy.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const SEND_MS = 15_000;
const RECEIPT_MS = 20_000;
const PAUSE_MS = 200;

/** `from` must be registered on an account, or nobody's test mail is let in. */
export async function sendTestMail(config: Config, store: Store, from: string): Promise<Finding[]> {
  const to = config.policy.mailboxes.find(
    ({ department }) => config.policy.departments.find(({ key }) => key === department)?.accepts !== 'none',
  )?.address;
  if (to === undefined) return [problem('test-mail', 'no department takes mail', 'see departments[].accepts')];
  const started = Date.now();
  const answer = await submit(config, from, to);
  const reference = /accepted (\S+)/.exec(answer)?.[1];
  if (reference === undefined) {
    const todo = `register ${from} on an account first (taquilla accounts contact add), or look at the answer`;
    return [problem('test-mail-refused', `the test mail from ${from} to ${to} was answered: ${answer}`, todo)];
  }
  const mail = await store.findMail(reference);
  const ticket = mail?.ticket ?? null;
  if (ticket === null) {
    const todo = `see why: taquilla mail why ${reference}`;
    return [
      problem('test-mail-no-ticket', `the test mail was taken and made no ticket (${mail?.reason ?? 'unknown'})`, todo),
    ];
  }
  const took = Date.now() - started;
  const receipt = await receiptOf(store, ticket);
  await closeSilently(config, store, ticket);
  return [
    ok('test-mail', `a test mail from ${from} made ticket ${ticket} in ${took} ms`),
    receiptFinding(receipt, from),
  ];
}

async function submit(config: Config, from: string, to: string): Promise<string> {
  const { host, port } = config.smtp;
  const transport = createTransport({
    host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host,
    port,
    name: config.hostname,
    // The certificate was looked at already, and this connection does not leave the machine.
    tls: { rejectUnauthorized: false },
    connectionTimeout: SEND_MS,
    greetingTimeout: SEND_MS,
    socketTimeout: SEND_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const sent = await transport.sendMail({
      from: { name: '', address: from },
      to: { name: '', address: to },
      envelope: { from, to: [to] },
      messageId: `<doctor-${randomUUID()}@${config.hostname}>`,
      subject: `Taquilla doctor ${new Date().toISOString().slice(0, 19)}`,
      text: 'A test of taquilla doctor. Its ticket closes by itself.\n',
    });
    return sent.response;
  } catch (error) {
    const said = error instanceof Error && 'response' in error ? String(error.response) : '';
    return (said || (error instanceof Error ? error.message : String(error))).replace(/\s+/g, ' ').slice(0, 300);
  } finally {
    transport.close();
  }
}

/** Waits until it has left or is known to have failed. */
async function receiptOf(store: Store, ticket: string): Promise<OutboxSummary | null> {
  const until = Date.now() + RECEIPT_MS;
  for (;;) {
    const detail: TicketDetail | null = await store.findTicket(ticket);
    const receipt = detail?.mails.find(({ kind }) => kind === 'receipt' || kind === 'stranger-receipt') ?? null;
    const waits = receipt !== null && (receipt.state === 'queued' || receipt.state === 'sending');
    if (!waits || Date.now() > until) return receipt;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function receiptFinding(receipt: OutboxSummary | null, from: string): Finding {
  if (receipt === null)
    return warning(
      'receipt-none',
      `no receipt was made for ${from}`,
      'receiptsPerHour may be used up; try again later',
    );
  const { state, lastError, id } = receipt;
  if (state === 'sent') return ok('receipt', `its receipt to ${from} has left`);
  const said = lastError === null ? '' : ` (${lastError})`;
  return problem('receipt-not-sent', `its receipt to ${from} is ${state}${said}`, `see it: taquilla outbox show ${id}`);
}

async function closeSilently(config: Config, store: Store, ticket: string): Promise<void> {
  const rules = {
    policy: config.policy,
    signing: { key: signingKey(readSigningKeys(config.dataFolder)), domain: config.hostname },
    now: Date.now(),
    entropy: randomBytes(ENTROPY_BYTES),
  };
  const request = { by: userInfo().username, reason: 'taquilla doctor', silent: true, ticket };
  await store.changeTicket({ kind: 'set', status: 'closed', ...request }, rules);
}
