/** docs/reference/cli.md, from the tree of commands: what each is for, its arguments, options and exit codes. */
import type { Argument, Command, Option } from 'commander';

export function cliReference(program: Command): string {
  const commands = leavesOf(program, []);
  return `# Command line

Made by \`npm run docs-reference\` from the commands themselves; do not edit. The same stands in \`taquilla help COMMAND\`.

Every command takes \`-c, --config <file>\`: the configuration file (default: \`$TAQUILLA_CONFIG\`, else \`./config.json\`, else the built-in
example). \`--version\` prints the version, \`taquilla completion bash\` a script for your shell. Data is printed as JSON with \`--json\`:
names stay, new ones may be added; times are milliseconds since 1970 in UTC. Colours are for terminals only, and \`NO_COLOR=1\` turns them off.

## Exit codes

| code | |
|---|---|
| 0 | done |
| 1 | could not be done: no such ticket, no gateway, a fault; \`doctor\` and \`verify\`: something is broken |
| 2 | the call or its input is wrong: an unknown option, a mistake in the configuration or in a file |

\`taquilla deliver\` has those of sysexits.h, which mail servers know: 0 taken, 64 a wrong call, 65 and 69 refused, 67 no such mailbox,
75 come again, 77 refused for its sender.

## Commands

${commands.map(({ path, command }) => `- [${path}](#${anchor(path)}): ${firstWords(command.description())}`).join('\n')}

${commands.map(section).join('\n')}`;
}

interface Leaf {
  readonly path: string;
  readonly command: Command;
}

function leavesOf(command: Command, above: readonly string[]): Leaf[] {
  const path = [...above, command.name()];
  if (command.commands.length === 0) return [{ path: path.join(' '), command }];
  return command.commands.flatMap((one) => leavesOf(one, path));
}

/** As GitHub makes it from a heading. */
function anchor(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '-');
}

/** Up to what is only a closer description. */
function firstWords(description: string): string {
  return description.split(/[;(]/, 1)[0]?.trim() ?? description;
}

function section({ path, command }: Leaf): string {
  const usage = [
    path,
    ...command.registeredArguments.map(shownArgument),
    options(command).length > 0 ? '[options]' : '',
  ];
  const rows = [...command.registeredArguments.map(argumentRow), ...options(command).map(optionRow)];
  const description = command.description();
  const said = `${description.charAt(0).toUpperCase()}${description.slice(1)}.`;
  const parts = [`### ${path}`, '', '```text', usage.join(' ').trim(), '```', '', cell(said), ''];
  if (rows.length > 0) parts.push('| | | default |', '|---|---|---|', ...rows, '');
  return parts.join('\n');
}

function options(command: Command): readonly Option[] {
  return command.options.filter(({ hidden }) => !hidden);
}

function shownArgument(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function argumentRow(argument: Argument): string {
  const said = [argument.description, choices(argument.argChoices)].filter((part) => part !== '').join('; ');
  return `| \`${shownArgument(argument)}\` | ${cell(said)} | ${standard(argument.defaultValue)} |`;
}

function optionRow(option: Option): string {
  const said = [
    option.description,
    choices(option.argChoices),
    option.envVar === undefined ? '' : `or $${option.envVar}`,
    option.mandatory ? 'required' : '',
  ]
    .filter((part) => part !== '')
    .join('; ');
  // Of `--no-mx` commander says that the default is true.
  return `| \`${option.flags}\` | ${cell(said)} | ${option.negate ? '' : standard(option.defaultValue)} |`;
}

function choices(values: readonly string[] | undefined): string {
  return values === undefined ? '' : values.map((value) => `\`${value}\``).join(', ');
}

function standard(value: unknown): string {
  return value === undefined ? '' : `\`${String(value)}\``;
}

function cell(text: string): string {
  return text.replace(/\|/g, '\\|').replace(/</g, '&lt;');
}
