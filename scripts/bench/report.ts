/** What many rounds come to. */

export interface Round {
  readonly mailsPerSecond: number;
  readonly megabytesPerSecond: number;
  /** Milliseconds from MAIL to the last reply. */
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly peakMb: number;
  /** Of the server, for one mail. */
  readonly cpuMs: number;
  readonly replies: Readonly<Record<string, number>>;
}

export type Rounds = Readonly<Record<string, readonly Round[]>>;

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** What the first side of a table reaches of the others. */
export function ratios(rounds: Rounds): Record<string, number> {
  const speed = (side: string) => median((rounds[side] ?? []).map(({ mailsPerSecond }) => mailsPerSecond));
  const memory = (side: string) => median((rounds[side] ?? []).map(({ peakMb }) => peakMb));
  const [first = ''] = Object.keys(rounds);
  const ours = speed(first);
  const found: Record<string, number> = {};
  for (const side of Object.keys(rounds)) {
    if (side === first) continue;
    found[side] = ours / speed(side);
    found[`${side}Memory`] = memory(first) / memory(side);
  }
  return found;
}

const NAMES: Readonly<Record<string, string>> = {
  taquilla: 'Taquilla',
  taquillaSending: 'Taquilla, receipts sent meanwhile',
  full: 'Taquilla with a full database',
  empty: 'Taquilla with an empty one',
  bareParser: 'smtp-server + simpleParser, nothing stored',
  postfix: 'Postfix into its queue',
};

export function table(scenario: string, rounds: Rounds): string {
  const lines = [`${scenario}`];
  for (const [side, all] of Object.entries(rounds)) {
    const speeds = all.map(({ mailsPerSecond }) => mailsPerSecond);
    const of = (read: (round: Round) => number) => median(all.map(read));
    lines.push(
      `  ${(NAMES[side] ?? side).padEnd(44)}${of((round) => round.mailsPerSecond)
        .toFixed(0)
        .padStart(6)} mails/s (${Math.min(...speeds).toFixed(0)}–${Math.max(...speeds).toFixed(0)})` +
        `${of((round) => round.megabytesPerSecond)
          .toFixed(1)
          .padStart(7)} MB/s` +
        `   reply ${of((round) => round.medianMs).toFixed(1)} ms, 95 % ${of((round) => round.p95Ms).toFixed(1)} ms` +
        `   CPU ${of((round) => round.cpuMs).toFixed(2)} ms/mail   peak ${of((round) => round.peakMb).toFixed(0)} MB`,
    );
  }
  for (const [name, ratio] of Object.entries(ratios(rounds)))
    lines.push(`  ratio to ${name.padEnd(20)} ${ratio.toFixed(2)}`);
  return `${lines.join('\n')}\n`;
}
