/** `taquilla serve`: the gateway as a process: what it says at the start, its signals, and its end. */
import { AUTH_LIMITS } from '../auth/limits.ts';
import { systemLookup } from '../auth/resolver.ts';
import { systemClock } from '../clock.ts';
import { type Config, loadConfig } from '../config.ts';
import { createLog, type Log } from '../log.ts';
import { announce } from './announce.ts';
import { CommandError, type GlobalOptions, locateConfig } from './command.ts';
import { type Gateway, startGateway, templateProblems } from './gateway.ts';
import { tellReload } from './reload.ts';
import { openSecrets, rootCheck } from './start-checks.ts';
import { startFailure } from './start-failure.ts';
import { notifySystemd } from './systemd.ts';

export interface ServeOptions extends GlobalOptions {
  readonly builtinTemplates?: boolean;
  readonly allowRoot?: boolean;
}

/** `taquilla serve`: runs until SIGTERM or SIGINT; a second signal ends it at once. */
export async function serve(options: ServeOptions): Promise<void> {
  const { config, demo } = locateConfig(options);
  const log = createLog(config.log.level, config.log.json);
  const root = rootCheck({
    uid: process.getuid?.() ?? null,
    ...config.smtp,
    allowRoot: demo || options.allowRoot === true,
  });
  if (root.verdict === 'refuse') throw new CommandError(root.words, 1);
  await refuseBrokenTemplates(config, options.builtinTemplates === true, log);
  let gateway: Gateway;
  try {
    gateway = await startGateway(config, log, {
      clock: systemClock,
      lookup: systemLookup(AUTH_LIMITS),
      reread: () => loadConfig(config.file, process.env, demo ? config.dataFolder : undefined),
    });
  } catch (error) {
    throw startFailure(error, config);
  }
  if (demo) await importDemoAccounts(gateway, config);
  // Before anybody is told that it runs: from then on it may be told to stop.
  const stopped = new Promise<void>((resolve, reject) => {
    let asked = false;
    const stop = (signal: string) => {
      if (asked) process.kill(process.pid, 'SIGKILL');
      asked = true;
      log.info({ signal }, 'stopping: mails in flight are finished first');
      void notifySystemd('stopping', process.env, log);
      gateway.stop().then(resolve, reject);
    };
    process.on('SIGHUP', () => {
      if (asked) return;
      void notifySystemd('reloading', process.env, log)
        .then(() => gateway.reload())
        .then((problems) => tellReload(log, config.file, problems))
        .then(() => (asked ? undefined : notifySystemd('ready', process.env, log)));
    });
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
  if (root.verdict === 'warn') log.warn(root.words);
  const open = openSecrets(config);
  if (open !== null) log.warn(open);
  announce(config, gateway, demo);
  await notifySystemd('ready', process.env, log);
  const error = await Promise.race([stopped, gateway.lost]);
  if (error === undefined) return;
  log.error({ error }, 'the store has stopped working: the program ends, to be started anew');
  // What is in flight gets its 451; the store itself can do nothing any more.
  await gateway.stop().catch(() => undefined);
  throw new CommandError(`the store has stopped working (${error.message}); start the gateway again`, 1);
}

async function importDemoAccounts(gateway: Gateway, config: Config): Promise<void> {
  try {
    await (await import('./demo-accounts.ts')).importDemoAccounts(gateway.store, config);
  } catch (error) {
    await gateway.stop();
    throw error;
  }
}

/** A mistake in a template stops the start, unless the built-in one is wanted in its place. */
async function refuseBrokenTemplates(config: Config, builtin: boolean, log: Log): Promise<void> {
  const problems = await templateProblems(config);
  if (problems.length === 0) return;
  if (!builtin) {
    const way = '(correct them, or start with --builtin-templates to use the built-in ones in their place)';
    throw new CommandError([...problems, way].join('\n'), 2);
  }
  for (const problem of problems) log.warn({ problem }, 'a mail template has a mistake; the built-in one is used');
}
