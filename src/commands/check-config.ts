/** `taquilla check-config`: reads the configuration, prints every problem or what it means. Changes nothing. */
import { renderTexts } from '../outbox/render.ts';
import { allSamples } from '../outbox/samples/all.ts';
import { counted } from '../tickets/counted.ts';
import { type GlobalOptions, locateConfig, print, printJson, shownPath } from './command.ts';
import { flawlessTemplates } from './mail-templates.ts';

export async function checkConfig(options: GlobalOptions & { readonly json?: boolean }): Promise<void> {
  const { config, demo } = locateConfig(options);
  const templates = flawlessTemplates(config);
  const mails = allSamples().map(({ mail }) => renderTexts(mail, templates)).length;
  const own = [...templates.overrides.values()].map(({ file }) => file);
  if (options.json === true) {
    return printJson({
      ok: true,
      file: config.file,
      dataFolder: config.dataFolder,
      departments: config.policy.departments.map(({ key }) => key),
      mailboxes: config.policy.mailboxes,
      templates: { rendered: mails, own },
    });
  }
  print(`${demo ? 'No config.json here; the example configuration' : shownPath(config.file)} is good.`);
  const { departments, mailboxes } = config.policy;
  print(
    `  ${counted(departments.length, 'department')}, ${counted(mailboxes.length, 'mailbox', 'mailboxes')}, authentication: ${config.authentication}, data in ${shownPath(config.dataFolder)}`,
  );
  const whose =
    own.length === 0 || config.templatesFolder === undefined
      ? 'all templates are built in'
      : `${counted(own.length, 'template is', 'templates are')} yours, in ${shownPath(config.templatesFolder)}`;
  print(`  ${mails} sample mails rendered; ${whose}`);
}
