// The house rule: imports go down only. doors, commands, outbox → intake, desk → store, auth → tickets → mail.
const layer = (name, from, allowed) => ({
  name,
  comment: `${from} may import only ${allowed.join(', ') || 'itself'} (see docs/design.md, "The house")`,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: [from, ...allowed].map((one) => `^src/${one}(/|\\.ts$)`) },
});

module.exports = {
  forbidden: [
    layer('mail-is-pure', 'mail', []),
    layer('tickets-know-only-mail', 'tickets', ['mail']),
    layer('auth-below-intake', 'auth', ['tickets', 'mail']),
    layer('store-below-intake', 'store', ['tickets', 'mail', 'clock']),
    layer('intake-below-doors', 'intake', ['store', 'auth', 'tickets', 'mail', 'clock', 'log']),
    layer('desk-below-doors', 'desk', ['store', 'tickets', 'mail', 'clock', 'log']),
    layer('lookup-below-commands', 'lookup', ['desk', 'store', 'tickets', 'mail', 'clock', 'log']),
    layer('outbox-is-a-door', 'outbox', ['intake', 'desk', 'store', 'tickets', 'mail', 'clock', 'log']),
    // Starts for each mail: it must stay small.
    layer('deliver-stands-alone', 'deliver', ['mail']),
    layer('smtp-is-a-door', 'smtp', ['intake', 'desk', 'store', 'tickets', 'mail', 'clock', 'log', 'unix-socket']),
    layer('http-is-a-door', 'http', ['intake', 'desk', 'store', 'tickets', 'mail', 'clock', 'log']),
    {
      name: 'only-store-knows-sql',
      severity: 'error',
      from: { pathNot: '^src/store/' },
      to: { path: 'node_modules/(drizzle-orm|better-sqlite3)/' },
    },
    {
      name: 'pure-code-does-no-io',
      severity: 'error',
      from: { path: '^src/(mail|tickets)/' },
      to: {
        path: '^(node:)?(fs|fs/promises|net|tls|http|https|dns|dns/promises|child_process|timers|timers/promises|worker_threads)$',
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'nothing-imports-main', severity: 'error', from: {}, to: { path: '^src/(deliver-)?main\\.ts$' } },
    { name: 'sources-do-not-import-tests', severity: 'error', from: { path: '^src/' }, to: { path: '^test/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.d.ts'],
    },
  },
};
