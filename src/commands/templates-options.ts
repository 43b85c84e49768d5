/** The commands of `taquilla templates`, as commander sees them. */
import { type Command, Option } from 'commander';
import { LANGUAGES } from '../tickets/model.ts';

export function addTemplateCommands(templates: Command): void {
  templates
    .command('list')
    .description('list the mails that Taquilla sends, and whether their templates are built in or yours')
    .option('--json', 'print JSON')
    .action(async (_, command) => (await import('./templates.ts')).listTemplates(command.optsWithGlobals()));
  templates
    .command('render')
    .description('print one mail with sample data')
    .argument('<kind>', 'as the list names it')
    .addOption(new Option('--lang <language>', 'in which language').choices(LANGUAGES).default('es'))
    .option('--html', 'only the HTML')
    .option('--text', 'only the plain text')
    .option('--variant <name>', 'which sample (default: usual)')
    .option('--out <file>', 'write the mail (.eml), or the part asked for, to this file')
    .option('--force', 'write over a file that is there')
    .action(async (kind, _, command) =>
      (await import('./templates.ts')).renderTemplate(kind, command.optsWithGlobals()),
    );
  templates
    .command('export')
    .description('write the built-in templates into a folder, to begin your own with')
    .argument('<folder>')
    .option('--force', 'write over files that are there')
    .action(async (folder, _, command) =>
      (await import('./templates.ts')).exportTemplates(folder, command.optsWithGlobals()),
    );
}
