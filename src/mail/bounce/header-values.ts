/**
 * Header values with structure: comments (RFC 5322 section 3.2.2) and parameters (RFC 2045 section 5.1). No RFC 2231.
 */
import { unfold } from '../header-lines.ts';

/** `value; name=word; name="quoted"` with comments left out, names in lower case (RFC 2045 section 5.1). */
export function contentType(field: string): { value: string; parameters: Map<string, string> } {
  const parameters = new Map<string, string>();
  const pieces = splitOutsideQuotes(withoutComments(unfold(field).slice(0, 4000)), ';');
  for (const piece of pieces.slice(1, 50)) {
    const equals = piece.indexOf('=');
    if (equals < 1) continue;
    const name = piece.slice(0, equals).trim().toLowerCase();
    if (!parameters.has(name)) parameters.set(name, unquoted(piece.slice(equals + 1).trim()));
  }
  return { value: (pieces[0] ?? '').trim().toLowerCase(), parameters };
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  const end = text.indexOf('"', 1);
  return end < 0 ? text.slice(1) : text.slice(1, end);
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (char === '"') quoted = !quoted;
    else if (char === separator && !quoted) {
      pieces.push(text.slice(from, index));
      from = index + 1;
    }
  }
  pieces.push(text.slice(from));
  return pieces;
}

/** Leaves out RFC 5322 comments: `auto-replied (vacation)` is `auto-replied`. Parentheses within quotes stay. */
export function withoutComments(text: string): string {
  let out = '';
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] ?? '';
    if (char === '\\' && (depth > 0 || quoted)) {
      index += 1;
      continue;
    }
    if (char === '"' && depth === 0) quoted = !quoted;
    if (char === '(' && !quoted) depth += 1;
    else if (char === ')' && depth > 0) depth -= 1;
    else if (depth === 0) out += char;
  }
  return out;
}
