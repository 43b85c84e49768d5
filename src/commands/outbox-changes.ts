/** `taquilla outbox retry` and `taquilla outbox cancel`; both work beside a running gateway. */
import type { OutboxChange, OutboxState, Store } from '../store/store.ts';
import { counted } from '../tickets/counted.ts';
import { actor } from './actor.ts';
import { CommandError, type JsonOption, locateConfig, print, printJson, withStore } from './command.ts';
import { openForWriting } from './open-store.ts';

interface ChangeOptions extends JsonOption {
  readonly by?: string;
}

export async function retryOutgoing(
  ids: readonly number[],
  options: ChangeOptions & { readonly allFailed?: boolean },
): Promise<void> {
  const all = options.allFailed === true;
  if (all === ids.length > 0) throw new CommandError('name mails by their numbers, or give --all-failed', 2);
  const by = actor(options.by);
  await change(options, 'retry', (store) => store.retryMails(all ? 'all-failed' : unique(ids), by, Date.now()));
}

export async function cancelOutgoing(ids: readonly number[], options: ChangeOptions): Promise<void> {
  const by = actor(options.by);
  await change(options, 'cancel', (store) => store.cancelMails(unique(ids), by, Date.now()));
}

async function change(
  options: ChangeOptions,
  wish: 'retry' | 'cancel',
  carryOut: (store: Store) => Promise<OutboxChange[]>,
): Promise<void> {
  const { config } = locateConfig(options);
  const changes = await withStore(openForWriting(config), carryOut);
  const refused = changes.filter(({ kind }) => kind !== 'done');
  if (options.json === true) printJson(changes);
  else {
    const done = changes.length - refused.length;
    const what = counted(done, 'mail');
    if (changes.length === 0) print('No mail has failed.');
    else if (done > 0)
      print(wish === 'retry' ? `${what} will be sent within 15 seconds, if the gateway runs.` : `${what} cancelled.`);
  }
  if (refused.length > 0) throw new CommandError(refused.map((one) => whyNot(one, wish)).join('\n'), 1);
}

function whyNot(change: OutboxChange, wish: 'retry' | 'cancel'): string {
  switch (change.kind) {
    case 'done':
      return '';
    case 'unknown':
      return `there is no mail ${change.id} in the outbox`;
    case 'refused':
      return `mail ${change.id} cannot be ${wish === 'retry' ? 'sent once more' : 'cancelled'}: ${WHY[change.state]}`;
    default:
      return change satisfies never;
  }
}

const WHY: Record<OutboxState, string> = {
  queued: 'it waits to be sent',
  sending: 'it is on its way at this moment; try again when it is sent or waits (outbox show)',
  sent: 'it has been sent',
  failed: 'it has failed',
  cancelled: 'it has been cancelled already',
};

function unique(ids: readonly number[]): number[] {
  return [...new Set(ids)];
}
