/** `taquilla top`: what goes on, on one screen that renews itself. Reads the database only. */

import type { LiveFigures, StoreFigures } from '../store/store.ts';
import { counted } from '../tickets/counted.ts';
import { VERDICTS } from '../tickets/decision.ts';
import { coloured } from './colour.ts';
import { type JsonOption, locateConfig, print, printJson, withStore } from './command.ts';
import { VERDICT_TONES } from './mail.ts';
import { openForReading } from './open-store.ts';
import { safe, shownSize, shownTime, table } from './table.ts';

interface TopOptions extends JsonOption {
  /** One picture, then the end. */
  readonly once?: boolean;
  /** Seconds between two pictures. */
  readonly every: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Clears the screen and goes to its corner. */
const CLEAR = '\u001b[2J\u001b[H';

export async function top(options: TopOptions): Promise<void> {
  const { config } = locateConfig(options);
  await withStore(openForReading(config), async (store) => {
    const picture = async (now: number) => ({ live: await store.live(now), figures: await store.figures(now), now });
    if (options.json === true) return printJson(await picture(Date.now()));
    const screen = process.stdout.isTTY === true && options.once !== true;
    const stopped = new Promise<'stop'>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('stop'));
    });
    for (;;) {
      const { live, figures, now } = await picture(Date.now());
      const shown = pictureOf(config.company, live, figures, now, process.stdout.rows ?? 40);
      print(screen ? CLEAR + shown : shown);
      if (!screen) return;
      const pause = new Promise<'go on'>((resolve) => setTimeout(() => resolve('go on'), options.every * 1000));
      if ((await Promise.race([stopped, pause])) === 'stop') return;
    }
  });
}

/** Pure but for colours. `height` in lines. */
export function pictureOf(
  company: string,
  live: LiveFigures,
  figures: StoreFigures,
  now: number,
  height: number,
): string {
  const { outbox, oldestQueuedAt, databaseBytes, blobs } = figures;
  const waits = oldestQueuedAt === null ? '' : `, the oldest for ${ago(now - oldestQueuedAt)}`;
  const head = [
    coloured('strong', `${safe(company)}  ${shownTime(now)} UTC`),
    '',
    `open tickets   ${live.open.map(({ department, tickets }) => `${department} ${tickets}`).join('   ') || 'none'}`,
    `outbox         ${outbox.queued} wait${waits}; ${outbox.sending} on their way; ${failed(outbox.failed)}`,
    `on the disk    database ${shownSize(databaseBytes)}, ${counted(blobs.files, 'file')} ${shownSize(blobs.bytes)}`,
    '',
    table(
      VERDICTS.map((verdict) => ({ verdict, ...live.mails[verdict] })),
      [
        { title: 'MAILS', value: (row) => row.verdict, tone: (row) => VERDICT_TONES[row.verdict] },
        { title: 'MINUTE', value: (row) => row.minute },
        { title: 'HOUR', value: (row) => row.hour },
        { title: 'DAY', value: (row) => row.day },
      ],
    ),
    '',
  ];
  const room = Math.max(3, height - head.join('\n').split('\n').length - 2);
  const last = table(live.last.slice(0, room), [
    { title: 'LAST', value: (row) => ago(now - row.receivedAt) },
    { title: 'VERDICT', value: (row) => row.verdict, tone: (row) => VERDICT_TONES[row.verdict] },
    { title: 'TICKET', value: (row) => row.ticket ?? row.reason },
    { title: 'FROM', value: (row) => row.sender, flexible: true },
    { title: 'SUBJECT', value: (row) => row.subject, flexible: true },
  ]);
  return [...head, live.last.length === 0 ? 'No mail has come yet.' : last].join('\n');
}

function failed(count: number): string {
  return coloured(count > 0 ? 'bad' : null, `${count} failed`);
}

function ago(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  return ms < 48 * HOUR ? `${Math.floor(ms / HOUR)} h` : `${Math.floor(ms / (24 * HOUR))} d`;
}
