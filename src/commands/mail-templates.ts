/** The mail templates of an installation as the commands need them: checked, and told what is wrong. */
import { signaturesOf } from '../config/mail-templates.ts';
import type { Config } from '../config.ts';
import { checkTemplates, describeTemplateProblem, withoutBroken } from '../outbox/check-templates.ts';
import type { MailTemplates } from '../outbox/templates/mail-templates.ts';
import { readTemplateFolder, type TemplateFolder } from '../outbox/templates/template-folder.ts';
import { CommandError, shownPath } from './command.ts';

interface Installed {
  /** Without the broken ones: the built-in ones stand in for them. */
  readonly templates: MailTemplates;
  /** One line each, with file, line and column. */
  readonly problems: readonly string[];
}

const NO_FOLDER: TemplateFolder = { overrides: new Map(), problems: [] };

export function installedTemplates(config: Config): Installed {
  const folder = config.templatesFolder === undefined ? NO_FOLDER : readTemplateFolder(config.templatesFolder);
  const problems = checkTemplates(folder);
  return {
    templates: { overrides: withoutBroken(folder, problems), signatures: signaturesOf(config) },
    problems: problems.map((problem) => describeTemplateProblem({ ...problem, file: shownPath(problem.file) })),
  };
}

/** Ends the command where a template has a mistake. */
export function flawlessTemplates(config: Config): MailTemplates {
  const { templates, problems } = installedTemplates(config);
  if (problems.length > 0) throw new CommandError(problems.join('\n'), 2);
  return templates;
}
