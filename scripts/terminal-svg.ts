/** What a terminal shows, as an SVG: text with the few colours that the program uses. Pure; needs no browser. */

const CELL = 8.4;
const LINE = 19;
const SIZE = 14;
const PADDING = 16;
const BAR = 30;

const BACKGROUND = '#161b22';
const TEXT = '#d7dde4';
const PROMPT = '#7ee787';
/** SGR codes to colours that can be read on the background. */
const COLOURS: Readonly<Record<number, string>> = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 36: '#79c0ff' };
const SOFT = '#8b949e';

interface Style {
  readonly colour: string | null;
  readonly bold: boolean;
  readonly soft: boolean;
}

interface Piece {
  readonly text: string;
  readonly column: number;
  readonly style: Style;
}

const PLAIN: Style = { colour: null, bold: false, soft: false };

/** `command` as typed, `output` with escape sequences, `columns` the width of the terminal. */
export function terminalSvg(command: string, output: string, columns: number): string {
  const lines = output.replace(/\r/g, '').trimEnd().split('\n');
  const shown = [[prompt('$ ', PROMPT, 0), prompt(command, TEXT, 2)], ...lines.map(piecesOf)];
  const width = Math.ceil(columns * CELL + 2 * PADDING);
  const height = BAR + shown.length * LINE + PADDING;
  const body = shown.flatMap((pieces, row) => pieces.map((piece) => drawn(piece, BAR + (row + 1) * LINE - 5)));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(command)}">
<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>
<g fill="${SOFT}"><circle cx="20" cy="16" r="5"/><circle cx="38" cy="16" r="5"/><circle cx="56" cy="16" r="5"/></g>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${SIZE}" xml:space="preserve">
${body.join('\n')}
</g>
</svg>
`;
}

function prompt(text: string, colour: string, column: number): Piece {
  return { text, column, style: { colour, bold: true, soft: false } };
}

/** Runs of one style; spaces between words are left to the columns. */
function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = [];
  let style = PLAIN;
  let column = 0;
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    const codes = /^\u001b\[([\d;]*)m$/.exec(part)?.[1];
    if (codes !== undefined) {
      for (const code of codes.split(';')) style = after(style, Number(code));
      continue;
    }
    // Each word at its own place: whatever font there is, columns stay columns.
    for (const word of part.matchAll(/\S+(?: \S+)*/g))
      pieces.push({ text: word[0], column: column + lengthOf(part.slice(0, word.index)), style });
    column += lengthOf(part);
  }
  return pieces;
}

function after(style: Style, code: number): Style {
  switch (code) {
    case 0:
      return PLAIN;
    case 1:
      return { ...style, bold: true };
    case 2:
      return { ...style, soft: true };
    case 22:
      return { ...style, bold: false, soft: false };
    case 39:
      return { ...style, colour: null };
    default:
      return { ...style, colour: COLOURS[code] ?? style.colour };
  }
}

function drawn({ text, column, style }: Piece, y: number): string {
  const fill = style.colour ?? (style.soft ? SOFT : TEXT);
  const x = (PADDING + column * CELL).toFixed(1);
  const weight = style.bold ? ' font-weight="bold"' : '';
  const length = (lengthOf(text) * CELL).toFixed(1);
  return `<text x="${x}" y="${y}" fill="${fill}"${weight} textLength="${length}">${escaped(text)}</text>`;
}

function lengthOf(text: string): number {
  return [...text].length;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
