/** `taquilla mail tail`: mails as they come, a line each, until it is stopped. */
import type { MailDetail, Store } from '../store/store.ts';
import { coloured } from './colour.ts';
import { type JsonOption, locateConfig, print, withStore } from './command.ts';
import { VERDICT_TONES } from './mail.ts';
import { openForReading } from './open-store.ts';
import { safe } from './table.ts';

interface TailOptions extends JsonOption {
  /** Mails that are shown before the first new one. */
  readonly lines: number;
}

const PAUSE_MS = 500;
const PAGE = 100;

export async function tailMails(options: TailOptions): Promise<void> {
  const { config } = locateConfig(options);
  await withStore(openForReading(config), async (store) => {
    let newest = await showLast(store, options);
    const stopped = new Promise<'stop'>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('stop'));
    });
    for (;;) {
      const page = await store.pageMails({ since: 0, after: newest, limit: PAGE });
      for (const mail of page) show(mail, options);
      newest = page.at(-1)?.row ?? newest;
      if (page.length === PAGE) continue;
      const pause = new Promise<'go on'>((resolve) => setTimeout(() => resolve('go on'), PAUSE_MS));
      if ((await Promise.race([stopped, pause])) === 'stop') return;
    }
  });
}

/** Returns the row to go on after; `null` where no mail has come yet. */
async function showLast(store: Store, options: TailOptions): Promise<number | null> {
  const last = await store.lastMails({ limit: Math.max(1, options.lines) });
  for (const mail of options.lines === 0 ? [] : last) show(mail, options);
  return last.at(-1)?.row ?? null;
}

function show(mail: MailDetail, { json }: JsonOption): void {
  const { reference, receivedAt, verdict, reason, ticket, sender, recipients, subject, size } = mail;
  if (json === true) {
    print(JSON.stringify({ reference, receivedAt, verdict, reason, ticket, sender, recipients, subject, size }));
    return;
  }
  const time = new Date(receivedAt).toISOString().slice(11, 19);
  const what = coloured(VERDICT_TONES[verdict], verdict.padEnd(14));
  const where = ticket ?? reason;
  print(`${time}  ${reference}  ${what}  ${safe(`${where}  ${sender ?? '–'} → ${recipients.join(', ')}  ${subject}`)}`);
}
