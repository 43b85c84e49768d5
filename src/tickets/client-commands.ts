/**
 * What a client can say to the desk in a reply: `#cerrar` or `#close` as the first line closes the ticket.
 */

export type ClientCommand = 'close';

const LONGEST = 20;
const CLOSE = new Set(['#cerrar', '#close']);

/** The command in the first line of the visible text that is not empty; `null` when there is none. */
export function readClientCommand(visible: string): ClientCommand | null {
  const start = visible.trimStart();
  const end = start.indexOf('\n');
  const line = (end < 0 ? start : start.slice(0, end)).trimEnd();
  return line.length <= LONGEST && CLOSE.has(line.toLowerCase()) ? 'close' : null;
}
