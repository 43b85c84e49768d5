/**
 * `npm run demo`: the main job from end to end. Starts the gateway on a free port with a temporary data folder, sends
 * the mails of fixtures/demo/ over real sockets, and shows the dialogue, the tickets and the receipts.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shipped } from '../src/commands/command.ts';
import { importDemoAccounts, startGateway } from '../src/commands/serve.ts';
import { describeTicket } from '../src/commands/tickets.ts';
import { loadConfig } from '../src/config.ts';
import { createLog } from '../src/log.ts';
import { renderTexts } from '../src/outbox/render.ts';
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

  // Stopping waits for the outbox: after it the receipt is on the disk.
  const tickets = await gateway.store.listTickets({ limit: 10 });
  const ticket = await gateway.store.findTicket(opened.id);
  const [receipt] = await gateway.store.listOutbox({ limit: 1 });
  const outgoing = receipt === undefined ? null : await gateway.store.findOutgoing(receipt.id);
  await gateway.stop();
  if (ticket === null || outgoing === null) throw new Error('the ticket or its receipt is missing');

  title('The ticket');
  for (const line of describeTicket(ticket)) say(`  ${line}`);

  title('The receipt');
  const texts = renderTexts(outgoing.mail);
  say(`  From: ${outgoing.mail.fromName} <${outgoing.mail.from}>`);
  say(`  To: ${outgoing.recipient}`);
  say(`  Subject: ${texts.subject}`);
  say(`  In-Reply-To: ${outgoing.mail.inReplyTo}`);
  say();
  for (const line of texts.text.split('\n')) say(`  ${line}`);

  const files = readdirSync(join(folder, 'outbox')).filter((name) => name.endsWith('.eml'));
  title('What came of it');
  say(`  1. new matter  ${first.code} → ticket ${opened.id}, ${files.length} receipt written`);
  say(`  2. reply       ${second.code} → ${ticket.messages} messages on ${opened.id}, ${tickets.length} ticket in all`);
  say(`  3. stranger    ${third.code} → no ticket`);
  const good =
    second.code === 250 && third.code === 550 && tickets.length === 1 && ticket.messages === 2 && files.length === 1;
  if (!good) throw new Error('the outcome is not the one that the demo promises');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
