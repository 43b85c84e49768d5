/**
 * SQLite is compiled for one major version of Node, when it is installed. npm skips that where install scripts are not allowed and
 * still ends well, and another Node may come later: both show only when the database is opened.
 */

/** What to do, where an error means one of those; `null` where it is about something else. */
export function notCompiled(error: unknown, node: string): string | null {
  if (!(error instanceof Error)) return null;
  const code = 'code' in error ? error.code : undefined;
  // From the package bindings, which has no code of its own for it.
  const missing = error.message.startsWith('Could not locate the bindings file');
  if (!missing && code !== 'ERR_DLOPEN_FAILED') return null;
  const what = missing ? 'has not been compiled' : `has not been compiled for this Node (${node})`;
  const way = 'in a checkout npm rebuild better-sqlite3, otherwise npm install --global --allow-scripts=better-sqlite3';
  return `SQLite ${what}: install Taquilla once more (${way} and the package)`;
}
