/**
 * The whole way of one mail without sockets, as `taquilla explain` goes it, and everything that must hold of what comes
 * out whatever went in.
 */
import { createHash } from 'node:crypto';
import { shipped } from '../../src/commands/command.ts';
import { importDemoAccounts } from '../../src/commands/demo-accounts.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { askNobody } from '../../src/intake/authenticate.ts';
import { readMail } from '../../src/intake/read-mail.ts';
import { normalizeAddress } from '../../src/mail/address.ts';
import { displayNames } from '../../src/mail/file-name.ts';
import { bufferSource } from '../../src/mail/parse.ts';
import { safeHtml } from '../../src/mail/safe-html.ts';
import { replyToResult } from '../../src/smtp/answers.ts';
import { replyLine } from '../../src/smtp/replies.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { type Decision, VERDICTS } from '../../src/tickets/decision.ts';
import { explain, explainTexts } from '../../src/tickets/explanation.ts';
import type { IncomingMail } from '../../src/tickets/incoming-mail.ts';
import { referenceOf } from '../support/reference-of.ts';

const KEY = { id: 'fuzz', secret: Buffer.alloc(32, 1), revoked: false };
const NOW = Date.UTC(2026, 10, 21, 9, 0);
const MAX_TEXT = 2 * 1024 * 1024;

export interface MimeTarget {
  /** What does not hold of the mail; empty where all is well. */
  check(bytes: Buffer, number: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The example config with its demo clients, in a database that lives in memory. */
export async function mimeTarget(): Promise<MimeTarget> {
  const loaded = loadConfig(shipped('config.example.json'), {});
  if (!loaded.ok) throw new Error('the example config is broken');
  const { config } = loaded;
  const store = sqliteStore(openDatabase(':memory:'));
  await importDemoAccounts(store, config);
  return { check: (bytes, number) => check(bytes, number, config, store), close: () => store.close() };
}

async function check(bytes: Buffer, number: number, config: Config, store: Store): Promise<readonly string[]> {
  const entropy = createHash('sha256').update(`${number}`).digest();
  const reference = referenceOf(entropy);
  const envelope = {
    mailFrom: number % 5 === 0 ? '' : 'ana@laespiga.example',
    recipients: ['soporte@example.com', ...(number % 7 === 0 ? ['ventas@example.com'] : [])],
    ip: '192.0.2.7',
    helo: 'client.example',
    utf8: number % 3 === 0,
  };
  const read = () =>
    readMail(bufferSource(bytes), {
      reference,
      receivedAt: NOW,
      entropy,
      envelope,
      keys: [KEY],
      keeper: null,
      attachmentLimits: config.policy.attachments.limits,
      authenticate: (parsed) => askNobody(parsed, envelope, bufferSource(bytes)),
    });
  const mail = await read();
  const rules = { policy: config.policy, signing: { key: KEY, domain: config.hostname }, now: NOW + number };
  let decision = await store.decideMail(mail, rules);
  // Files have no place here to be kept.
  if (mail.attachments.length === 0)
    decision = await store.recordMail({ mail, raw: { inline: bytes }, size: bytes.length }, rules);
  const wrong = [...wrongWithMail(mail), ...wrongWithDecision(mail, decision, config)];
  if (number % 8 === 0 && (await read()).fingerprint !== mail.fingerprint) wrong.push('two readings differ');
  return wrong;
}

function wrongWithMail(mail: IncomingMail): string[] {
  const wrong: string[] = [];
  const must = (holds: boolean, what: string) => {
    if (!holds) wrong.push(what);
  };
  const { text, subject, sender, cut, attachments, html } = mail;
  must(text.length <= MAX_TEXT, 'the text is too long');
  must(!text.includes('\u0000') && !text.includes('\r'), 'the text has a NUL or a CR');
  must(subject.length <= 998 && !/[\u0000\r\n]/.test(subject), 'the subject is no bounded line');
  for (const [name, value] of Object.entries({
    text,
    subject,
    html: html ?? '',
    name: sender.clear ? sender.name : '',
  }))
    must(!hasLoneSurrogate(value), `half a character in ${name}`);
  if (sender.clear) must(normalizeAddress(sender.address) === sender.address, 'the sender is not in normal form');
  for (const address of mail.headerRecipients) must(normalizeAddress(address) === address, 'a recipient is not normal');
  must(!/[\s\u0000-\u001f]/.test(mail.messageId) && /^<.*>$/.test(mail.messageId), 'the Message-ID is none');
  must(attachments.length <= 100, 'too many attachments');
  for (const { size, sha256 } of attachments) must(size >= 0 && /^[0-9a-f]{64}$/.test(sha256), 'no digest');
  const names = displayNames(attachments);
  must(new Set(names).size === attachments.length, 'two files of one name');
  for (const name of names)
    must(name.length <= 120 && !/[\\/\u0000-\u001f]/.test(name) && name.trim() !== '', 'a bad file name');

  let position = 0;
  for (const [start, end] of cut.visible) {
    must(start >= position && end > start && end <= text.length, 'the visible ranges are not in order');
    position = end;
  }
  const { visibleText, quotedText } = explainTexts(mail);
  must(sameWords(text, `${visibleText}${quotedText}`), 'visible and quoted are not the text');
  must(text.trim() === '' || visibleText !== '', 'nothing is visible');
  if (html !== null)
    must(!/<script|<iframe|<object|\son\w+\s*=\s*["']?\w+\(/i.test(safeHtml(html, () => null).html), 'the HTML runs');
  return wrong;
}

function wrongWithDecision(mail: IncomingMail, decision: Decision, { policy }: Config): string[] {
  const wrong: string[] = [];
  const { verdict } = decision;
  if (!VERDICTS.includes(verdict)) wrong.push(`no verdict: ${verdict}`);
  const story = explain(mail, decision);
  const json = JSON.stringify(story);
  if (JSON.stringify(JSON.parse(json)) !== json) wrong.push('the explanation is no JSON');
  structuredClone(mail);
  if (story.because.length === 0) wrong.push('no reason is told');
  const line = replyLine(replyToResult({ kind: 'decided', reference: null, decision }, policy, mail.envelope));
  if (!/^([245])\d\d \1\.\d+\.\d+ [^\u0000-\u001f]+$/.test(line) || Buffer.byteLength(line) > 1000)
    wrong.push(`no reply: ${line}`);
  if ((verdict === 'refuse') !== /^[45]/.test(line)) wrong.push(`${verdict} is answered with ${line}`);
  if (!mail.sender.clear && (verdict === 'open-ticket' || verdict === 'append-message'))
    wrong.push('a mail of nobody was let in');
  return wrong;
}

/** The same but for white space, which goes where a piece was taken out. */
function sameWords(text: string, pieces: string): boolean {
  const count = (from: string) => from.replace(/\s+/g, '').length;
  return count(text) === count(pieces);
}

function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}
