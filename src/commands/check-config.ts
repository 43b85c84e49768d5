/** `taquilla check-config`: reads the configuration, prints every problem or what it means. Changes nothing. */
import { type GlobalOptions, locateConfig, print, printJson, shownPath } from './command.ts';

export async function checkConfig(options: GlobalOptions & { readonly json?: boolean }): Promise<void> {
  const { config, demo } = locateConfig(options);
  if (options.json === true) {
    return printJson({
      ok: true,
      file: config.file,
      dataFolder: config.dataFolder,
      departments: config.policy.departments.map(({ key }) => key),
      mailboxes: config.policy.mailboxes,
    });
  }
  print(`${demo ? 'No config.json here; the example configuration' : shownPath(config.file)} is good.`);
  print(
    `  ${config.policy.departments.length} departments, ${config.policy.mailboxes.length} mailboxes, authentication: ${config.authentication}, data in ${shownPath(config.dataFolder)}`,
  );
}
