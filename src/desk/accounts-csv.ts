/** Accounts in a CSV file, ours or another system's: each line with its place, or what is wrong with the table. */
import { parse } from 'csv-parse/sync';
import { WHMCS_COLUMNS, WHMCS_REQUIRED, whmcsAccount, whmcsColumn } from './whmcs-clients.ts';

export interface Row {
  /** `clientes.csv:12` or `accounts[3]`. */
  readonly place: string;
  readonly value: unknown;
  /** Set where the row can't even be read as one. */
  readonly problem?: string;
}

export type Rows =
  | { readonly ok: true; readonly rows: readonly Row[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** How the columns of a CSV file become accounts. */
interface Table {
  readonly column: (title: string) => string;
  readonly known: readonly string[];
  readonly required: readonly string[];
  /** Columns that are not known are left alone instead of being mistakes. */
  readonly open: boolean;
  readonly account: (cells: Record<string, string>) => Record<string, unknown>;
}

export const OWN_TABLE: Table = {
  column: (title) => title.toLowerCase(),
  known: ['number', 'name', 'language', 'state', 'contacts', 'services'],
  required: ['number', 'name'],
  open: false,
  account: fromCells,
};

export const whmcsTable = (numbers: string): Table => ({
  column: whmcsColumn,
  known: WHMCS_COLUMNS,
  required: WHMCS_REQUIRED,
  open: true,
  account: (cells) => whmcsAccount(cells, numbers),
});

export function readCsv(name: string, content: string, table: Table): Rows {
  const lines: { readonly cells: string[]; readonly line: number }[] = [];
  try {
    parse(content, {
      trim: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      relax_column_count: true,
      delimiter: delimiterOf(content),
      // `lines` is where the record ends.
      on_record: (cells: string[], info) => {
        lines.push({ cells, line: info.lines });
        return null;
      },
    });
  } catch (error) {
    return {
      ok: false,
      problems: [`${name}: is not valid CSV: ${error instanceof Error ? error.message : String(error)}`],
    };
  }
  const [header, ...rest] = lines;
  const columns = (header?.cells ?? []).map(table.column);
  const problems = checkColumns(columns, table).map((problem) => `${name}:${header?.line ?? 1}: ${problem}`);
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    rows: rest.map(({ cells, line }) => {
      const place = `${name}:${line}`;
      const more = cells.slice(columns.length).some((cell) => cell !== '');
      if (more)
        return { place, value: null, problem: `has ${cells.length} cells, and there are ${columns.length} columns` };
      return {
        place,
        value: table.account(Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? '']))),
      };
    }),
  };
}

/** The one that the first line uses: inside a cell the others are ordinary characters. */
function delimiterOf(content: string): string {
  const [first = ''] = content.trimStart().split(/[\r\n]/, 1);
  return [';', '\t'].find((delimiter) => first.includes(delimiter)) ?? ',';
}

function checkColumns(columns: readonly string[], { known, required, open }: Table): string[] {
  const names = `known are ${known.join(', ')}`;
  const unknown = columns.filter((column) => !open && !known.includes(column));
  const isWhmcs = WHMCS_REQUIRED.every((one) => columns.map(whmcsColumn).includes(one));
  if (unknown.length > 0 && isWhmcs) return ['these are the columns of a WHMCS clients export; add --format whmcs'];
  return [
    ...unknown.map((one) => `there is no column "${one}"; ${names}`),
    ...known
      .filter((one) => columns.indexOf(one) < columns.lastIndexOf(one))
      .map((one) => `column "${one}" stands twice`),
    ...required.filter((one) => !columns.includes(one)).map((one) => `column "${one}" is missing; ${names}`),
  ];
}

/** Empty cells are settings that are not given; contacts and services are lists in one cell, split by `;`, `,` or `|`. */
function fromCells(record: Record<string, string>): Record<string, unknown> {
  const { contacts = '', services = '', ...rest } = record;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ''));
  return { ...given, contacts: splitList(contacts), services: splitList(services) };
}

function splitList(cell: string): string[] {
  // Not inside quotes: "Robles, Ana" <ana@empresa.com> is one contact.
  return (cell.match(/(?:"[^"]*"|[^;,|])+/g) ?? []).map((part) => part.trim()).filter((part) => part !== '');
}
