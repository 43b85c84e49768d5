/**
 * What staff can order at the top of a mail: lines that begin with `#`, in Spanish or English, in any case, with or
 * without accents. They are taken out of what the client gets. Whoever mistypes one must hear of it, so a line at the
 * top that begins with `#` and says nothing that we know is a problem, never text. Linear in the text.
 */
import { normalizeAddress } from '../mail/address.ts';
import type { Priority, TicketStatus } from './model.ts';
import { namedTicketIds } from './ticket-id.ts';

export type StaffCommand =
  | { readonly kind: 'note' }
  | { readonly kind: 'status'; readonly status: TicketStatus }
  | { readonly kind: 'priority'; readonly priority: Priority }
  /** Name or address as typed; `null`: nobody. */
  | { readonly kind: 'assign'; readonly who: string | null }
  | { readonly kind: 'department'; readonly department: string }
  /** Public ID of the ticket that goes on. */
  | { readonly kind: 'merge'; readonly into: string }
  /** Account number or address of a contact: the mail opens a ticket for that client. */
  | { readonly kind: 'client'; readonly client: string }
  /** Account number that the ticket moves to. */
  | { readonly kind: 'account'; readonly account: string };

/** A command together with the words that gave it. */
export interface TypedCommand {
  readonly typed: string;
  readonly command: StaffCommand;
}

export interface StaffOrders {
  readonly commands: readonly TypedCommand[];
  /** What stands where a command should, as typed: nobody knows it, or what it needs is missing. */
  readonly unknown: readonly string[];
  /** The ranges of the text that the commands leave. */
  readonly visible: readonly (readonly [number, number])[];
  /** Offset in the text where the commands end, whatever stands there. */
  readonly end: number;
}

type Ranges = readonly (readonly [number, number])[];
/** `null`: the words behind it make no sense. */
type Reader = (argument: string, prefix: string) => StaffCommand | null;

/** More of them in one mail are a mistake. */
const MAX_COMMANDS = 20;
/** A longer line is no command. */
const MAX_LINE = 300;

const bare =
  (command: StaffCommand): Reader =>
  (argument) =>
    argument === '' ? command : null;
const status = (wanted: TicketStatus): Reader => bare({ kind: 'status', status: wanted });

const PRIORITY_WORDS: Readonly<Record<string, Priority>> = {
  alta: 'high',
  high: 'high',
  normal: 'normal',
  baja: 'low',
  low: 'low',
};
const NOBODY = new Set(['nadie', 'nobody', 'none', 'ninguno']);

const readers = {
  note: bare({ kind: 'note' }),
  resolved: status('resolved'),
  close: status('closed'),
  open: status('open'),
  pending: status('pending'),
  priority: (argument) => {
    const priority = PRIORITY_WORDS[folded(argument)];
    return priority === undefined ? null : { kind: 'priority', priority };
  },
  assign: (argument) =>
    argument === '' ? null : { kind: 'assign', who: NOBODY.has(folded(argument)) ? null : argument },
  department: (argument) => (argument === '' ? null : { kind: 'department', department: argument }),
  merge: (argument, prefix) => {
    const [into, more] = namedTicketIds(argument, prefix);
    return into === undefined || more !== undefined ? null : { kind: 'merge', into };
  },
  client: (argument) => {
    if (!argument.includes('@')) return isWord(argument) ? { kind: 'client', client: argument } : null;
    const address = normalizeAddress(argument.slice(argument.lastIndexOf('<') + 1).replace(/>$/, ''));
    return address === null ? null : { kind: 'client', client: address };
  },
  account: (argument) => (isWord(argument) ? { kind: 'account', account: argument } : null),
} satisfies Record<string, Reader>;

const WORDS: Readonly<Record<keyof typeof readers, readonly string[]>> = {
  note: ['nota', 'note'],
  resolved: ['resuelto', 'resuelta', 'resolver', 'resolved', 'resolve', 'solved'],
  close: ['cerrar', 'cerrado', 'close', 'closed'],
  open: ['abrir', 'abierto', 'reabrir', 'reopen', 'open'],
  pending: ['pendiente', 'pending'],
  priority: ['prioridad', 'priority'],
  assign: ['asignar', 'assign'],
  department: ['departamento', 'mover', 'department', 'move'],
  merge: ['unir', 'merge'],
  client: ['cliente', 'client'],
  account: ['cuenta', 'account'],
};

const READERS: ReadonlyMap<string, Reader> = new Map(
  Object.entries(readers).flatMap(([name, reader]) =>
    Object.entries(WORDS)
      .filter(([key]) => key === name)
      .flatMap(([, words]) => words.map((word): [string, Reader] => [word, reader])),
  ),
);
const NOTE_WORDS = new Set(WORDS.note);

/** `visible`: the ranges of `text` that the staff member has written. `prefix`: of ticket IDs. */
export function readStaffCommands(text: string, visible: Ranges, prefix: string): StaffOrders {
  const commands: TypedCommand[] = [];
  const unknown: string[] = [];
  let done = visible[0]?.[0] ?? 0;
  for (const [index, [start, end]] of visible.entries()) {
    let position = start;
    while (position < end) {
      const stop = text.indexOf('\n', position);
      const lineEnd = stop < 0 || stop >= end ? end : stop + 1;
      const line = text.slice(position, Math.min(lineEnd, position + MAX_LINE + 1));
      const words = line.trimStart();
      if (words !== '' && !words.startsWith('#'))
        return { commands, unknown, visible: [[position, end], ...visible.slice(index + 1)], end: position };
      if (words !== '') {
        const read = readLine(words.trimEnd(), prefix);
        commands.push(...read.commands);
        unknown.push(...read.unknown);
        if (read.textFrom !== null) {
          const from = position + (line.length - words.length) + read.textFrom;
          return { commands, unknown, visible: [[from, end], ...visible.slice(index + 1)], end: from };
        }
        done = lineEnd;
        if (commands.length + unknown.length > MAX_COMMANDS)
          return { commands: [], unknown: unknown.length > 0 ? unknown : [words.trimEnd()], visible: [], end: lineEnd };
      }
      position = lineEnd;
    }
  }
  return { commands, unknown, visible: [], end: done };
}

interface Line {
  readonly commands: readonly TypedCommand[];
  readonly unknown: readonly string[];
  /** Offset where text begins behind `#nota`; `null`: none does. */
  readonly textFrom: number | null;
}

function readLine(line: string, prefix: string): Line {
  if (line.length > MAX_LINE) return { commands: [], unknown: [`${line.slice(0, 60)}…`], textFrom: null };
  const commands: TypedCommand[] = [];
  const unknown: string[] = [];
  let at = 0;
  while (at < line.length) {
    const next = line.indexOf('#', at + 1);
    const typed = line.slice(at, next < 0 ? line.length : next).trim();
    const space = typed.search(/\s/);
    const word = folded(space < 0 ? typed.slice(1) : typed.slice(1, space));
    const argument = space < 0 ? '' : withoutPunctuation(typed.slice(space).trim());
    if (NOTE_WORDS.has(word) && argument !== '') {
      // `#nota he llamado al cliente`: what stands behind it is the note.
      return { commands: [...commands, { typed: '#nota', command: { kind: 'note' } }], unknown, textFrom: at + space };
    }
    const command = READERS.get(word)?.(argument, prefix) ?? null;
    if (command === null) unknown.push(typed);
    else commands.push({ typed, command });
    if (next < 0) break;
    at = next;
  }
  return { commands, unknown, textFrom: null };
}

/** Lower case, without accents and what people type behind a word. */
function folded(word: string): string {
  return withoutPunctuation(word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase());
}

function withoutPunctuation(word: string): string {
  let end = word.length;
  while (end > 0 && '.,;:!'.includes(word.charAt(end - 1))) end -= 1;
  return word.slice(0, end);
}

function isWord(text: string): boolean {
  return text !== '' && text.length <= 100 && !/\s/.test(text);
}
