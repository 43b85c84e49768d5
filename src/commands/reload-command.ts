/** `taquilla reload`: the running gateway reads its config again, and says here whether it took it. */
import type { ConfigProblem } from '../config/problems.ts';
import {
  CommandError,
  describeProblem,
  type GlobalOptions,
  locateConfig,
  print,
  printJson,
  shownPath,
} from './command.ts';
import { askForReload, type ControlAnswer } from './control-socket.ts';

export async function reloadGateway(options: GlobalOptions & { readonly json?: boolean }): Promise<void> {
  const { config } = readable(options);
  const answer = await ask(config.dataFolder);
  if (options.json === true) printJson(answer);
  if (!answer.ok) throw new CommandError(refusal(answer.file, answer.problems), 1);
  if (options.json !== true) print(`${shownPath(answer.file)} is in force; no connection was dropped.`);
}

export function refusal(file: string, problems: readonly ConfigProblem[]): string {
  const lines = problems.map((problem) => describeProblem(file, problem));
  return [...lines, 'Nothing was changed: the gateway goes on with the configuration that it has.'].join('\n');
}

/** A config that can't be read would be refused by the gateway too; here it is known without asking. */
function readable(options: GlobalOptions): ReturnType<typeof locateConfig> {
  try {
    return locateConfig(options);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(
      `${error.message}\nNothing was changed: a gateway that runs goes on with the configuration that it has.`,
      1,
    );
  }
}

async function ask(dataFolder: string): Promise<ControlAnswer> {
  let answer: ControlAnswer | null;
  try {
    answer = await askForReload(dataFolder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`the gateway on ${shownPath(dataFolder)} did not answer: ${reason}`, 1);
  }
  if (answer === null)
    throw new CommandError(
      `no gateway runs on ${shownPath(dataFolder)}; start it with serve. If one runs on another data folder, restart it: dataFolder cannot change while it runs`,
      1,
    );
  return answer;
}
