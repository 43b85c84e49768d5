/**
 * Tokens of an `Authentication-Results` field body (RFC 8601 section 2.2, with the comments and quoted strings of
 * RFC 5322 section 3.2). One linear pass, no regular expression: the text may be hostile and long.
 */
import { unfold } from '../mail/header-lines.ts';

export interface Token {
  readonly kind: 'word' | 'comment' | 'equals' | 'semicolon';
  /** Quotes, brackets and escapes off. `"Ana"@example.com` is one word. */
  readonly text: string;
}

/** More of a field than this is not read: it is not the work of a relay. */
const MAX_LENGTH = 16 * 1024;

/** `null` when a quoted string or a comment does not end, or the text is too long. */
export function readTokens(raw: string): Token[] | null {
  const text = unfold(raw);
  if (text.length > MAX_LENGTH) return null;
  const tokens: Token[] = [];
  let word: string | null = null;
  // Whether nothing stands between the last `=` and the word that follows it.
  let glued = false;
  const endWord = () => {
    if (word !== null) tokens.push({ kind: 'word', text: word });
    word = null;
    glued = false;
  };

  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] ?? '';
    if (char === '"' || char === '(') {
      const end = char === '"' ? quotedEnd(text, index) : commentEnd(text, index);
      if (end === null) return null;
      const inner = unescaped(text.slice(index + 1, end));
      if (char === '"') word = (word ?? '') + inner;
      else {
        endWord();
        tokens.push({ kind: 'comment', text: inner });
      }
      index = end;
    } else if (char === ';' || char === '=') {
      // Inside a value `=` is part of it (`header.b=abc=`).
      if (char === '=' && word !== null && glued) word += char;
      else {
        endWord();
        tokens.push({ kind: char === ';' ? 'semicolon' : 'equals', text: char });
        glued = char === '=';
      }
    } else if (char === ' ' || char === '\t' || char === '\r' || char === '\n') {
      endWord();
    } else {
      word = (word ?? '') + char;
    }
  }
  endWord();
  return tokens;
}

/** Index of the closing quote. */
function quotedEnd(text: string, from: number): number | null {
  for (let index = from + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '"') return index;
  }
  return null;
}

/** Index of the bracket that closes this one; comments nest. */
function commentEnd(text: string, from: number): number | null {
  let depth = 0;
  for (let index = from; index < text.length; index += 1) {
    const char = text[index];
    if (char === '\\') index += 1;
    else if (char === '(') depth += 1;
    else if (char === ')') {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  return null;
}

function unescaped(text: string): string {
  let out = '';
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    out += text[index] ?? '';
  }
  return out;
}
