/**
 * A gateway that says 250 before the mail is on the disk: the real one behind a door that answers first and hands the
 * mail over a moment later. The crash harness has to find it out (crash.test.ts); nothing else uses it.
 */
import { SMTPServer } from 'smtp-server';
import { startGateway } from '../../src/commands/gateway.ts';
import { loadConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { submit } from '../support/smtp-client.ts';

const LIE_MS = 200;

const loaded = loadConfig('config.json', {});
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const honest = await startGateway(loaded.config, createLog('info', true));

const liar = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  logger: false,
  onData(stream, session, callback) {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      callback();
      const { mailFrom, rcptTo } = session.envelope;
      const from = mailFrom === false ? '' : mailFrom.address;
      const mail = { from, to: rcptTo.map(({ address }) => address), bytes: Buffer.concat(chunks) };
      setTimeout(() => void submit(honest.port, mail), LIE_MS);
    });
  },
});
liar.on('error', () => undefined);
liar.listen(0, '127.0.0.1', () => {
  const address = liar.server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  process.stdout.write(`Taquilla listens on 127.0.0.1:${port} (SMTP).\n`);
});
process.on('SIGTERM', () => process.exit(0));
