/** The clients of the example configuration. */
import { readFileSync } from 'node:fs';
import type { Config } from '../config.ts';
import { readAccountsFile } from '../desk/accounts-file.ts';
import type { Store } from '../store/store.ts';
import { shipped } from './command.ts';

export async function importDemoAccounts(store: Store, config: Config): Promise<void> {
  const path = shipped('fixtures/demo/accounts.json');
  const result = readAccountsFile(
    path,
    readFileSync(path, 'utf8'),
    config.policy.departments.map(({ key }) => key),
  );
  if (!result.ok) throw new Error(result.problems.join('\n'));
  await store.saveAccounts(result.accounts, 'merge', Date.now());
}
