/** Names of the config as people type them. */
import type { Config } from '../config.ts';
import { normalizeAddress } from '../mail/address.ts';
import { CommandError } from './command.ts';

/** A member of staff by address or name. */
export function staffAddress(config: Config, typed: string): string {
  const staff = config.policy.departments.flatMap((department) => department.staff);
  const normal = normalizeAddress(typed);
  const wanted = typed.trim().toLowerCase();
  const found = staff.filter(({ address, name }) => address === normal || name.toLowerCase() === wanted);
  const [first] = found;
  if (first === undefined) {
    const known = [...new Set(staff.map(({ name, address }) => `${name} <${address}>`))].join(', ') || 'nobody';
    throw new CommandError(`${typed} is not staff of any department; known: ${known}`, 2);
  }
  if (found.some(({ address }) => address !== first.address))
    throw new CommandError(`${typed} is the name of several people; give the address`, 2);
  return first.address;
}

export function checkDepartment(config: Config, key: string): void {
  const known = config.policy.departments.map((department) => department.key);
  if (!known.includes(key)) throw new CommandError(`there is no department "${key}"; known: ${known.join(', ')}`, 2);
}
