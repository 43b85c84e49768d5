/** What the gateway prints when it runs: where it listens, who may write, and what is not as it should be in earnest. */
import { existsSync } from 'node:fs';
import type { Config } from '../config.ts';
import { print, shipped, shownPath } from './command.ts';

interface Ports {
  readonly port: number;
  readonly lmtpPort: number | null;
  readonly httpPort: number | null;
}

export function announce(config: Config, { port, lmtpPort, httpPort }: Ports, demo: boolean): void {
  const { host } = config.smtp;
  const lines = [`Taquilla listens on ${host}:${port} (SMTP).`];
  if (config.lmtp !== undefined)
    lines.push(`And on ${config.lmtp.socket ?? `${config.lmtp.host}:${lmtpPort}`} (LMTP).`);
  if (config.http !== undefined) lines.push(`Health and figures: http://${config.http.host}:${httpPort}/healthz`);
  if (demo) {
    lines.push(
      `There is no config.json here: this is the example configuration, with demo accounts, and its data is in ${shownPath(config.dataFolder)}.`,
    );
  } else {
    lines.push(`Configuration: ${shownPath(config.file)}. Data: ${shownPath(config.dataFolder)}.`);
  }
  lines.push('', 'Mailboxes:');
  for (const { key, accepts } of config.policy.departments) {
    const boxes = config.policy.mailboxes.filter((box) => box.department === key).map(({ address }) => address);
    lines.push(`  ${boxes.join(', ')}  →  ${key} (${WHO[accepts]})`);
  }
  lines.push('');
  if (config.authentication === 'off')
    lines.push('authentication is off: whoever connects is believed to be the sender that the mail names.');
  if (config.smtp.tls === undefined) lines.push('No certificate is configured: STARTTLS is not offered.');
  const { transport } = config.outbound;
  if (transport.type === 'file') {
    lines.push(`Receipts are written to ${shownPath(transport.folder)} as .eml files; nothing leaves this machine.`);
  } else {
    lines.push(
      `Receipts go out through ${transport.type === 'smtp' ? `${transport.host}:${transport.port}` : transport.path}.`,
    );
  }
  if (demo) lines.push('', 'Send a first mail from another terminal:', '', `  ${firstMailLine(host, port)}`, '');
  for (const line of lines) print(line);
}

/** The script is there in a checkout only. */
function firstMailLine(host: string, port: number): string {
  if (existsSync(shipped('scripts/first-mail.mjs'))) return 'npm run first-mail';
  const mail = shipped('fixtures/demo/1-new-matter.eml');
  return `curl --url smtp://${host}:${port} --mail-from ana@laespiga.example --mail-rcpt soporte@example.com --upload-file ${mail}`;
}

const WHO = {
  clients: 'registered clients',
  anyone: 'anyone',
  replies: 'only replies to its tickets',
  none: 'takes no mail',
} as const;
