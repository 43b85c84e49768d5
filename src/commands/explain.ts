/**
 * `taquilla explain FILE...`: runs mails through the real pipeline without writing anything, and prints the verdict
 * and every reason in order. Nothing is asked of the network unless `--dns` says so.
 */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { canonicalAddress } from '../auth/trusted-networks.ts';
import { askNobody } from '../intake/authenticate.ts';
import { signingKey } from '../intake/intake.ts';
import { readMail } from '../intake/read-mail.ts';
import { createLog } from '../log.ts';
import { normalizeAddress } from '../mail/address.ts';
import { displayNames } from '../mail/file-name.ts';
import { firstHeader, MAX_HEADER_BYTES, readHeaderLines } from '../mail/header-lines.ts';
import type { SigningKey } from '../mail/message-id.ts';
import type { MailSource } from '../mail/parse.ts';
import { readSender } from '../mail/sender.ts';
import { replyToResult } from '../smtp/answers.ts';
import { replyFor, replyLine } from '../smtp/replies.ts';
import { readSigningKeys } from '../store/signing-keys.ts';
import { openDatabase, openReadOnly } from '../store/sqlite/open-database.ts';
import { sqliteStore } from '../store/sqlite/sqlite-store.ts';
import { acceptRecipient } from '../tickets/accept-recipient.ts';
import { counted } from '../tickets/counted.ts';
import type { Decision } from '../tickets/decision.ts';
import { explain, explainTexts } from '../tickets/explanation.ts';
import type { IncomingMail } from '../tickets/incoming-mail.ts';
import type { Policy } from '../tickets/policy.ts';
import { CommandError, databaseFile, type GlobalOptions, locateConfig, print, withStore } from './command.ts';
import { authenticatorFor, contentReaderFor } from './running-settings.ts';
import { safe, safeText } from './table.ts';

interface ExplainOptions extends GlobalOptions {
  readonly to?: string[];
  readonly from?: string;
  readonly ip?: string;
  readonly dns?: boolean;
  readonly json?: boolean;
}

export async function explainFiles(files: readonly string[], options: ExplainOptions): Promise<void> {
  const { config } = locateConfig(options);
  const { policy } = config;
  const recipients = options.to ?? [policy.mailboxes[0]?.address ?? ''];
  for (const recipient of recipients) checkRecipient(recipient, policy);
  if (options.ip !== undefined && canonicalAddress(options.ip) === null)
    throw new CommandError(`--ip ${options.ip}: is not an IP address`, 2);
  if (options.dns === true && options.ip === undefined)
    throw new CommandError('--dns needs --ip: SPF is about the sending server', 2);
  const authenticate = options.dns === true ? authenticatorFor(config, createLog('error', false)) : askNobody;
  // All files are looked at before the first is explained, so that a wrong name is not found after an hour.
  for (const file of files) checkReadable(file);

  const found = readSigningKeys(config.dataFolder);
  const keys = found.length > 0 ? found : [PLACEHOLDER_KEY];
  const opened = openReadOnly(databaseFile(config)) ?? openDatabase(':memory:');
  // The same way as in the gateway: what would be too much there is too much here.
  const content = contentReaderFor(config, createLog('error', false), 0);
  await withStore(sqliteStore(opened), async (store) => {
    for (const file of files) {
      const source = fileSource(file);
      const mailFrom = options.from ?? envelopeSender(source.start);
      const envelope = {
        mailFrom,
        recipients: recipients.map((one) => mailboxOf(one, policy, mailFrom === '')),
        ip: options.ip ?? null,
        helo: null,
        utf8: false,
      };
      const mail = await readMail(source, {
        reference: '',
        receivedAt: Date.now(),
        // The same file always gets the same explanation.
        entropy: createHash('sha256').update(source.start).digest(),
        envelope,
        keys,
        bounceAddress: policy.bounceAddress,
        keeper: null,
        attachmentLimits: policy.attachments.limits,
        content: content.read,
        authenticate: (parsed) => authenticate(parsed, envelope, source),
      });
      const signing = { key: signingKey(keys), domain: config.hostname };
      const decision = await store.decideMail(mail, { policy, signing, now: Date.now() });
      const reply = replyLine(replyToResult({ kind: 'decided', reference: null, decision }, policy, mail.envelope));
      if (options.json === true) print(JSON.stringify(explanationJson(file, mail, decision, reply)));
      else printExplanation(file, mail, decision, reply);
    }
  }).finally(content.close);
}

/** What the gateway refuses at RCPT TO never becomes a mail that could be explained. */
function checkRecipient(recipient: string, policy: Policy): void {
  if (normalizeAddress(recipient) === null) throw new CommandError(`--to ${recipient}: is not a mail address`, 2);
  // Reports come with the null sender, and to an address of their own.
  const answers = [false, true].map((nullSender) => acceptRecipient(recipient, policy, nullSender));
  const [answer] = answers;
  if (answer === undefined || answer.accepted || answers.some(({ accepted }) => accepted)) return;
  const { reason, language } = answer;
  const reply = replyLine(replyFor(reason, { language, help: null, reference: null, utf8: false }));
  const known = policy.mailboxes.map(({ address }) => address).join(', ');
  throw new CommandError(
    `--to ${recipient}: takes no mail, and its sender is told "${reply}" before the mail; these do: ${known}`,
    2,
  );
}

function mailboxOf(recipient: string, policy: Policy, nullSender: boolean): string {
  const answer = acceptRecipient(recipient, policy, nullSender);
  return answer.accepted ? answer.address : (normalizeAddress(recipient) ?? recipient);
}

/** Signs nothing that leaves the process; an installation without keys has sent nothing yet. */
const PLACEHOLDER_KEY: SigningKey = { id: 'none', secret: Buffer.alloc(32), revoked: false };

function checkReadable(file: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    throw new CommandError(`${file}: cannot be read; check the path`, 2);
  }
  const isFile = fstatSync(descriptor).isFile();
  closeSync(descriptor);
  if (!isFile) throw new CommandError(`${file}: is not a file`, 2);
}

function fileSource(file: string): MailSource {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(MAX_HEADER_BYTES, size));
    let length = 0;
    while (length < buffer.length) {
      const read = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (read === 0) break;
      length += read;
    }
    const whole = length === size ? 'start' : { file };
    return { start: buffer.subarray(0, length), open: () => createReadStream(file), whole };
  } finally {
    closeSync(descriptor);
  }
}

/** As the delivering server wrote it down; else the From, so that an ordinary mail is not taken for a bounce. */
function envelopeSender(start: Uint8Array): string {
  const { lines } = readHeaderLines(start);
  const returnPath = firstHeader(lines, 'return-path');
  if (returnPath !== null) return normalizeAddress(returnPath.replace(/[<>]/g, '')) ?? '';
  const sender = readSender(lines);
  return sender.clear ? sender.address : 'unknown@invalid';
}

/** The documented JSON: all keys, in this order, `null` where one does not apply. */
function explanationJson(file: string, mail: IncomingMail, decision: Decision, reply: string): object {
  const {
    verdict,
    reason,
    from,
    recipients,
    department,
    account,
    contact,
    service,
    kind,
    bounce,
    thread,
    messageId,
    subject,
    attachments,
    auth,
    defects,
    because,
  } = explain(mail, decision);
  const { text, visibleText, quotedText, html } = explainTexts(mail);
  return {
    file,
    verdict,
    reason,
    reply,
    from,
    recipients,
    department,
    account,
    contact,
    service,
    kind,
    bounce,
    thread,
    messageId,
    subject,
    text,
    visibleText,
    quotedText,
    html,
    attachments,
    auth,
    defects,
    because,
  };
}

function printExplanation(file: string, mail: IncomingMail, decision: Decision, reply: string): void {
  const story = explain(mail, decision);
  const { visibleText } = explainTexts(mail);
  print(`${file}`);
  print(`  ${story.verdict} (${story.reason})`);
  print(`  ${safe(reply)}`);
  print(`  from     ${story.from === null ? '–' : safe(`${story.from.name} <${story.from.address}>`.trim())}`);
  print(`  to       ${safe(story.recipients.join(', '))}`);
  print(`  subject  ${safe(story.subject)}`);
  if (story.account !== null) print(`  account  ${story.account}${story.service === null ? '' : `, ${story.service}`}`);
  if (story.thread !== null) print(`  ticket   ${story.thread.ticket} (by ${story.thread.by})`);
  const names = displayNames(story.attachments);
  for (const [index, { contentType, size }] of story.attachments.entries())
    print(`  file     ${safe(names[index] ?? '')}  ${safe(contentType)}  ${counted(size, 'byte')}`);
  if (story.defects.length > 0) print(`  defects  ${story.defects.join(', ')}`);
  print('  because');
  for (const line of story.because) print(`    ${safe(line)}`);
  const shown = safeText(visibleText).trim().split('\n').slice(0, 12);
  if (shown.length > 0 && shown[0] !== '') {
    print('  text');
    for (const line of shown) print(`    ${line}`);
  }
  print('');
}
