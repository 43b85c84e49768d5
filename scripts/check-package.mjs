// `npm run check-package`: what `npm pack` gives runs after `npm install -g` into an empty prefix. It starts with a config, takes a
// mail by SMTP, writes the receipt, lists the ticket and stops when told to, without anything of the checkout.
//   npm run check-package -- [--all-nodes] [--compile] [--prebuilds FOLDER]
// The Node that runs takes the SQLite that `npm ci` has compiled for it, but with --compile. --all-nodes adds other-nodes.mjs,
// for which SQLite is compiled, side by side. What is compiled is kept in --prebuilds and used the next time.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createTransport } from 'nodemailer';
import { bringNode, OTHER_NODES, run } from './other-nodes.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const LIMIT_MS = 60_000;
const { values } = parseArgs({
  options: { 'all-nodes': { type: 'boolean' }, compile: { type: 'boolean' }, prebuilds: { type: 'string' } },
});

const folder = mkdtempSync(join(tmpdir(), 'taquilla-package-'));
const prebuilds = resolve(values.prebuilds ?? join(folder, 'prebuilds'));
try {
  mkdirSync(prebuilds, { recursive: true });
  const tarball = await pack();
  const checks = [check(tarball, process.versions.node, null)];
  if (values['all-nodes'])
    for (const version of OTHER_NODES)
      checks.push(bringNode(version, join(folder, version)).then((home) => check(tarball, version, home)));
  for (const { status, reason } of await Promise.allSettled(checks)) {
    if (status === 'fulfilled') continue;
    console.error(reason instanceof Error ? (reason.stack ?? reason.message) : reason);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function pack() {
  const said = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root });
  // The scripts of the package print before it.
  const listed = JSON.parse(said.slice(said.search(/^[[{]$/m)));
  // npm 12 names the package where older ones have a list.
  const [packed] = Array.isArray(listed) ? listed : Object.values(listed);
  const paths = packed.files.map(({ path }) => path);
  const wanted = ['bin/taquilla.js', 'dist/main.js', 'config.schema.json', 'docs/en/upgrade.md'];
  for (const path of wanted) if (!paths.includes(path)) throw new Error(`${path} is not in the package`);
  const strays = paths.filter((path) => /^(src|test|scripts|node_modules)\/|\.(ts|map)$/.test(path));
  if (strays.length > 0) throw new Error(`this does not belong into the package: ${strays.join(', ')}`);
  console.log(`${packed.filename}: ${paths.length} files, ${Math.round(packed.size / 1024)} KB`);
  return join(folder, packed.filename);
}

/** `home` holds another Node; `null`: the one that runs. */
async function check(tarball, version, home) {
  const place = join(folder, `on-${version}`);
  const prefix = join(place, 'prefix');
  mkdirSync(prefix, { recursive: true });
  const path = [join(prefix, 'bin'), ...(home === null ? [dirname(process.execPath)] : [join(home, 'bin')])];
  const env = {
    ...process.env,
    PATH: [...path, process.env.PATH].join(delimiter),
    TAQUILLA_CONFIG: '',
    // prebuild-install looks here first.
    npm_config_better_sqlite3_local_prebuilds: prebuilds,
    ...(home === null ? {} : { npm_config_nodedir: home }),
  };
  const call = (command, ...args) => run(command, args, { cwd: place, env });

  const abi = await call('node', '-p', 'process.versions.modules');
  const prebuilt = join(prebuilds, prebuildName(abi.trim()));
  if (home === null && !values.compile && !existsSync(prebuilt))
    await keepPrebuild(join(root, 'node_modules'), prebuilt);
  const compiled = !existsSync(prebuilt);

  const started = Date.now();
  // The Dockerfile and README.md have the same words.
  await call('npm', 'install', '--global', '--prefix', prefix, '--allow-scripts=better-sqlite3', tarball);
  const seconds = Math.round((Date.now() - started) / 1000);
  const installed = join(prefix, 'lib/node_modules/taquilla');
  checkDependencies(installed, version);
  if (compiled) await keepPrebuild(join(installed, 'node_modules'), prebuilt);

  const { ticket, receipt } = await firstMail(installed, place, env);
  const sqlite = compiled ? 'SQLite compiled' : 'SQLite compiled before';
  console.log(`Node ${version}: installed in ${seconds} s (${sqlite}), a mail made ${ticket} and ${receipt}`);
}

async function firstMail(installed, place, env) {
  const taquilla = (...args) => run('taquilla', args, { cwd: place, env });
  const config = join(place, 'config.json');
  const example = JSON.parse(readFileSync(join(installed, 'docs/examples/configs/local-test.json'), 'utf8'));
  writeFileSync(config, JSON.stringify({ ...example, smtp: { ...example.smtp, port: await freePort() } }));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  equal((await taquilla('--version')).trim(), version, 'taquilla --version');
  await taquilla('--config', config, 'check-config');

  const gateway = await startGateway(config, place, env);
  try {
    await taquilla('--config', config, 'accounts', 'import', join(installed, 'fixtures/demo/accounts.json'));
    await taquilla('--config', config, 'health');
    const transport = createTransport({ host: '127.0.0.1', port: gateway.port, ignoreTLS: true });
    await transport.sendMail({
      envelope: { from: 'ana@laespiga.example', to: ['soporte@example.com'] },
      raw: largeMail(join(installed, 'fixtures/demo/1-new-matter.eml')),
    });
    const outbox = resolve(place, example.outbound.transport.folder);
    const receipt = await until('a receipt', () =>
      existsSync(outbox) ? readdirSync(outbox).find((name) => name.endsWith('.eml')) : undefined,
    );
    const tickets = JSON.parse(await taquilla('--config', config, 'tickets', 'list', '--json'));
    equal(tickets.length, 1, 'number of tickets');
    const ticket = tickets[0].id;
    if (!readFileSync(join(outbox, receipt), 'utf8').includes(ticket))
      throw new Error(`the receipt ${receipt} does not name ${ticket}`);
    // It has been parsed, in whichever thread: subject, text and attachment.
    equal(tickets[0].subject, 'La tienda no envía correos', 'subject');
    const shown = await taquilla('--config', config, 'tickets', 'show', ticket);
    if (!shown.includes('Adjunto el registro de errores.')) throw new Error(`the text is not there\n${shown}`);
    const attached = join(place, 'errores.log');
    await taquilla('--config', config, 'tickets', 'attachment', ticket, '1', '--out', attached);
    if (readFileSync(attached, 'utf8').split('SMTP error').length < 3000)
      throw new Error('the attachment is not what was sent');
    await taquilla('--config', config, 'verify');
    if (/"level":(50|60)/.test(gateway.output())) throw new Error(`the log tells of errors\n${gateway.output()}`);
    return { ticket, receipt };
  } finally {
    gateway.child.kill('SIGTERM');
    equal(await gateway.ended, 0, 'exit code after SIGTERM');
  }
}

/** With an attachment of 200 KB: small mails may be read without the threads, and kept without files. */
function largeMail(file) {
  const lines = readFileSync(file, 'latin1').split('\n');
  const entry = lines.findIndex((line) => line.includes('SMTP error'));
  return Buffer.from(lines.toSpliced(entry, 0, ...new Array(3000).fill(lines[entry])).join('\n'), 'latin1');
}

/** `taquilla health` has to find it in the config. */
function freePort() {
  return new Promise((done, fail) => {
    const server = createServer().on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

function startGateway(config, cwd, env) {
  const child = spawn('taquilla', ['--config', config, 'serve'], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((done) => child.on('exit', (code, signal) => done(signal ?? code)));
  let output = '';
  return new Promise((done, fail) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(new Error(`taquilla serve does not listen\n${output}`));
    }, LIMIT_MS);
    const read = (chunk) => {
      output += chunk;
      const port = /listens on 127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      done({ child, ended, port: Number(port), output: () => output });
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    void ended.then((code) => {
      clearTimeout(timer);
      fail(new Error(`taquilla serve ended with ${code}\n${output}`));
    });
  });
}

/** What we depend on has the version that the tests ran with, and nothing that only development needs has come along. */
function checkDependencies(installed, node) {
  const { dependencies, optionalDependencies, devDependencies } = JSON.parse(
    readFileSync(join(installed, 'package.json'), 'utf8'),
  );
  const manifest = (name) => join(installed, 'node_modules', name, 'package.json');
  for (const [name, wanted] of Object.entries(dependencies))
    equal(JSON.parse(readFileSync(manifest(name), 'utf8')).version, wanted, `version of ${name}`);
  // The database driver of Node 24 (src/store/sqlite/driver.ts).
  for (const [name, wanted] of Object.entries(Number.parseInt(node, 10) >= 24 ? optionalDependencies : {}))
    equal(
      `npm:better-sqlite3@${JSON.parse(readFileSync(manifest(name), 'utf8')).version}`,
      wanted,
      `version of ${name}`,
    );
  const stray = Object.keys(devDependencies).find((name) => existsSync(manifest(name)));
  if (stray !== undefined) throw new Error(`${stray} is for development only, and was installed`);
}

/** The name under which prebuild-install looks for it. */
function prebuildName(abi) {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/better-sqlite3/package.json'), 'utf8'));
  return `better-sqlite3-v${version}-node-v${abi}-${process.platform}-${process.arch}.tar.gz`;
}

function keepPrebuild(modules, file) {
  return run('tar', ['-czf', file, '-C', join(modules, 'better-sqlite3'), 'build/Release/better_sqlite3.node']);
}

async function until(what, look) {
  const end = Date.now() + LIMIT_MS;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`there is no ${what} after ${LIMIT_MS / 1000} s`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

function equal(value, expected, what) {
  if (value !== expected) throw new Error(`${what}: ${value} instead of ${expected}`);
}
