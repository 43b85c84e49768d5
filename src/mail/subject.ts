/**
 * Subjects: what a person wrote there, without what mail programs put in front of it.
 */

/** Reply and forward prefixes of mail programs in the languages of the clients, lower case, without the colon. */
const PREFIXES = new Set([
  're',
  'rv',
  'rif',
  'r',
  'res',
  'resp',
  'aw',
  'antw',
  'antwort',
  'sv',
  'vs',
  'odp',
  'ynt',
  'enc',
  'fw',
  'fwd',
  'fwd fwd',
  'tr',
  'wg',
  'i',
  'vb',
  'pd',
  'rspt',
  'ref',
  'bls',
  'trs',
  'reenv',
  'reenviado',
  'reenviar',
  'respuesta',
  'resposta',
  'réponse',
  'risposta',
  'doorst',
  'vl',
  'továbbítás',
  'ha',
  'отв',
  '回复',
  '转发',
  '答复',
]);

const MAX_PREFIXES = 50;

/** The subject behind any pile of `Re:`, `RV:`, `Fwd[2]:` …; empty when nothing else is there. */
export function withoutReplyPrefixes(subject: string): string {
  let rest = subject.trim();
  for (let count = 0; count < MAX_PREFIXES; count += 1) {
    const next = withoutOnePrefix(rest);
    if (next === null) return rest;
    rest = next;
  }
  return rest;
}

function withoutOnePrefix(text: string): string | null {
  const head = text.slice(0, 24);
  const ascii = head.indexOf(':');
  const wide = head.indexOf('：');
  const colon = ascii < 0 ? wide : wide < 0 ? ascii : Math.min(ascii, wide);
  if (colon < 1) return null;
  // `Re[2]:`, `Re (3):` and `RE*4:` count replies.
  const word = head
    .slice(0, colon)
    .toLowerCase()
    .replace(/\s*(?:[[(*]\d{0,3}[\])]?)?\s*$/, '');
  return PREFIXES.has(word) ? text.slice(colon + 1).trim() : null;
}

/** The first words of a text, for a ticket whose mail had no subject: at most `max` characters, one line. */
export function firstWords(text: string, max = 70): string {
  const line = text.slice(0, 2000).replace(/\s+/g, ' ').trim();
  if (line.length <= max) return line;
  const cut = line.slice(0, max);
  const space = cut.lastIndexOf(' ');
  return `${(space > max / 2 ? cut.slice(0, space) : cut).trimEnd()}…`;
}
