/**
 * `npm run demo`: the main job from end to end. Starts the gateway on a free port with a temporary data folder, sends
 * the mails of fixtures/demo/ over real sockets, and shows the dialogue, the ticket, the receipt and a staff answer.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shipped } from '../src/commands/command.ts';
import { importDemoAccounts } from '../src/commands/demo-accounts.ts';
import { startGateway } from '../src/commands/gateway.ts';
import { describeTicket } from '../src/commands/tickets.ts';
import { loadConfig } from '../src/config.ts';
import { createLog } from '../src/log.ts';
import { renderTexts } from '../src/outbox/render.ts';
import type { OutgoingKind } from '../src/tickets/decision.ts';
import { SmtpClient } from '../test/support/smtp-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'taquilla-demo-'));
const say = (text = '') => console.log(text);
const title = (text: string) => say(`\n── ${text} ${'─'.repeat(Math.max(0, 72 - text.length))}`);

try {
  const loaded = loadConfig(shipped('config.example.json'), process.env, folder);
  if (!loaded.ok) throw new Error(loaded.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  const config = { ...loaded.config, smtp: { ...loaded.config.smtp, port: 0 } };
  const gateway = await startGateway(config, createLog('error', false));
  await importDemoAccounts(gateway.store, config);
  say(`Taquilla listens on 127.0.0.1:${gateway.port}; its data is in a temporary folder.`);

  const fixture = (name: string) => readFileSync(shipped(`fixtures/demo/${name}`), 'utf8');
  const send = async (from: string, mail: string) => {
    const client = await SmtpClient.open(gateway.port);
    await client.command('EHLO client.example');
    const reply = await client.send({ from, to: ['soporte@example.com'], bytes: Buffer.from(mail) });
    await client.quit();
    for (const line of client.dialogue.filter((one) => !one.startsWith('S: 250-'))) say(`  ${line}`);
    return reply;
  };

  title('1. A client writes, with an attachment');
  const first = await send('ana@laespiga.example', fixture('1-new-matter.eml'));
  const [opened] = await gateway.store.listTickets({ limit: 1 });
  if (first.code !== 250 || opened === undefined) throw new Error('the first mail made no ticket');

  title(`2. The client replies; the subject carries [${opened.id}]`);
  const second = await send('ana@laespiga.example', fixture('2-reply.eml').replace('{{ticket}}', `[${opened.id}]`));

  title('3. A stranger writes, and is refused in the dialogue');
  const third = await send('ofertas@desconocido.example', fixture('3-stranger.eml'));

  title('4. Staff answer by mail, with #resuelto on the first line');
  const fourth = await send('nuria@example.com', fixture('4-staff-answer.eml').replace('{{ticket}}', `[${opened.id}]`));

  // Stopping waits for the outbox: after it the mails are on the disk.
  const tickets = await gateway.store.listTickets({ limit: 10 });
  const ticket = await gateway.store.findTicket(opened.id);
  const mails = await gateway.store.listOutbox({ limit: 10 });
  const mailOf = async (kind: OutgoingKind) => {
    const found = mails.filter((mail) => mail.kind === kind);
    const mail = found[0] === undefined ? null : await gateway.store.findOutgoing(found[0].id);
    if (mail === null || found.length !== 1)
      throw new Error(`there are ${found.length} mails of the kind ${kind}, not 1`);
    return mail;
  };
  const [receipt, answer] = [await mailOf('receipt'), await mailOf('staff-answer')];
  await gateway.stop();
  if (ticket === null) throw new Error('the ticket is missing');

  title('The ticket');
  for (const line of describeTicket(ticket)) say(`  ${line}`);

  for (const [name, { mail, recipient }] of [
    ['The receipt', receipt],
    ['The answer, as the client gets it', answer],
  ] as const) {
    title(name);
    const texts = renderTexts(mail);
    say(`  From: ${mail.fromName} <${mail.from}>`);
    say(`  To: ${recipient}`);
    say(`  Subject: ${texts.subject}`);
    say(`  In-Reply-To: ${mail.inReplyTo}`);
    say();
    for (const line of texts.text.split('\n')) say(`  ${line}`);
  }

  const files = readdirSync(join(folder, 'outbox')).filter((name) => name.endsWith('.eml'));
  title('What came of it');
  say(`  1. new matter  ${first.code} → ticket ${opened.id}, 1 receipt`);
  say(`  2. reply       ${second.code} → on ${opened.id}, ${tickets.length} ticket in all`);
  say(`  3. stranger    ${third.code} → no ticket`);
  say(`  4. answer      ${fourth.code} → to the client, ${ticket.messages} messages on ${opened.id}, ${ticket.status}`);
  say(`  ${files.length} mails written: ${mails.map(({ kind, recipient }) => `${kind} to ${recipient}`).join(', ')}`);
  const good =
    [first, second, fourth].every(({ code }) => code === 250) &&
    third.code === 550 &&
    tickets.length === 1 &&
    ticket.status === 'resolved' &&
    files.length === mails.length;
  if (!good) throw new Error('the outcome is not the one that the demo promises');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
