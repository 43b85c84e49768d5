/** `taquilla completion SHELL`: a script for the shell, made from the commands themselves. Pure but for printing. */
import type { Command, Option } from 'commander';
import { print } from './command.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export function completion(shell: Shell, program: Command): void {
  print(scriptFor(shell, program));
}

export function scriptFor(shell: Shell, program: Command): string {
  const places = placesOf(program, []);
  switch (shell) {
    case 'bash':
      return bash(places);
    case 'zsh':
      return `#compdef taquilla\nautoload -U +X bashcompinit && bashcompinit\n${bash(places)}`;
    case 'fish':
      return fish(places);
    default:
      return shell satisfies never;
  }
}

/** A command and what may stand behind it. */
interface Place {
  /** `['tickets', 'list']`; empty for the program itself. */
  readonly path: readonly string[];
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly {
    readonly flags: readonly string[];
    readonly description: string;
    /** Fixed values of its argument; empty where it takes none or any. */
    readonly choices: readonly string[];
    readonly takesValue: boolean;
  }[];
}

function placesOf(command: Command, path: readonly string[]): Place[] {
  const own: Place = {
    path,
    commands: command.commands.map((one) => ({ name: one.name(), description: one.description() })),
    options: command.options.map(optionOf),
  };
  return [own, ...command.commands.flatMap((one) => placesOf(one, [...path, one.name()]))];
}

function optionOf({ short, long, description, argChoices, required, optional }: Option): Place['options'][number] {
  return {
    flags: [long, short].flatMap((flag) => (flag == null ? [] : [flag])),
    description,
    choices: argChoices ?? [],
    takesValue: required || optional,
  };
}

function bash(places: readonly Place[]): string {
  const words = places.map(({ path, commands, options }) => {
    const all = [...commands.map(({ name }) => name), ...options.map(({ flags }) => flags[0] ?? ''), '--help'];
    return `    '${path.join(' ')}') words='${[...new Set(all)].join(' ')}' ;;`;
  });
  const values = places.flatMap(({ path, options }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .map(({ flags, choices }) => `    '${path.join(' ')} ${flags[0]}') words='${choices.join(' ')}' ;;`),
  );
  const known = places.filter(({ path }) => path.length > 0).map(({ path }) => `'${path.join(' ')}'`);
  return `# Completion of taquilla; load it with: source <(taquilla completion bash)
_taquilla() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" place='' words='' word longer
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    longer="\${place:+$place }$word"
    case "$longer" in
      ${known.join('|')}) place="$longer" ;;
    esac
  done
  case "$place $previous" in
${values.join('\n')}
  esac
  if [ -z "$words" ]; then
    case "$place" in
${words.join('\n')}
    esac
    case "$current" in -*) ;; *) COMPREPLY=( $(compgen -W "$(printf '%s\\n' $words | grep -v '^-')" -- "$current") )
      [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=( $(compgen -f -- "$current") )
      return ;;
    esac
  fi
  COMPREPLY=( $(compgen -W "$words" -- "$current") )
}
complete -o filenames -F _taquilla taquilla`;
}

function fish(places: readonly Place[]): string {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const lines = places.flatMap(({ path, commands, options }) => {
    const siblings = commands.map(({ name }) => name).join(' ');
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const here =
      path.length === 0
        ? '__fish_use_subcommand'
        : siblings === ''
          ? seen
          : `${seen}; and not __fish_seen_subcommand_from ${siblings}`;
    return [
      ...commands.map(
        ({ name, description }) =>
          `complete -c taquilla -f -n ${quoted(here)} -a ${name} -d ${quoted(description.slice(0, 80))}`,
      ),
      ...options.map(({ flags, description, choices, takesValue }) =>
        [
          `complete -c taquilla -n ${quoted(path.length === 0 ? 'true' : here)}`,
          ...flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)),
          ...(takesValue ? [choices.length > 0 ? `-x -a ${quoted(choices.join(' '))}` : '-r'] : []),
          `-d ${quoted(description.slice(0, 80))}`,
        ].join(' '),
      ),
    ];
  });
  return ['# Completion of taquilla; load it with: taquilla completion fish | source', ...lines].join('\n');
}
