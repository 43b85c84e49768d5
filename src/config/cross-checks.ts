/** What the schema alone can't see in a config file. */
import { z } from 'zod';
import { normalizeAddress } from '../mail/address.ts';
import type { ConfigProblem } from './problems.ts';
import { AUTO_CLOSE_DAYS } from './schema.ts';

/** The parts that cross checks look at, whatever else is wrong: so that all problems are named in one go. */
const outline = z
  .object({
    departments: z
      .array(
        z
          .object({
            key: z.string().catch(''),
            mailboxes: z
              .array(z.union([z.string(), z.object({ address: z.string() }).transform((box) => box.address)]).catch(''))
              .catch([]),
            staff: z.array(z.object({ address: z.string().catch('') }).catch({ address: '' })).catch([]),
          })
          .catch({ key: '', mailboxes: [], staff: [] }),
      )
      .catch([]),
    postmasterDepartment: z.string().optional().catch(undefined),
    autoCloseDays: z.number().nullish().catch(null),
    autoCloseWarningDays: z.number().nullish().catch(null),
    outbound: z
      .object({
        transport: z.object({ type: z.unknown(), user: z.unknown(), password: z.unknown() }).partial().catch({}),
      })
      .catch({ transport: {} }),
  })
  .catch({ departments: [], outbound: { transport: {} } });

/** What the schema alone can't see: names that must exist or must not meet twice. */
export function crossChecks(value: unknown): ConfigProblem[] {
  const { departments, postmasterDepartment, outbound, autoCloseDays, autoCloseWarningDays } = outline.parse(value);
  const problems: ConfigProblem[] = [];
  const keys = new Set<string>();
  const seen = new Map<string, string>();
  for (const [index, { key, mailboxes }] of departments.entries()) {
    if (keys.has(key)) {
      problems.push({
        path: `departments[${index}].key`,
        message: `"${key}" is used twice; give each department its own key`,
      });
    }
    if (key !== '') keys.add(key);
    for (const [place, box] of mailboxes.entries()) {
      const normal = normalizeAddress(box);
      if (normal === null) continue;
      const earlier = seen.get(normal);
      if (earlier !== undefined) {
        const path = `departments[${index}].mailboxes[${place}]`;
        problems.push({ path, message: `"${normal}" is already a mailbox of ${earlier}` });
      }
      seen.set(normal, key);
    }
  }
  for (const [index, { staff }] of departments.entries()) {
    for (const [place, member] of staff.entries()) {
      const normal = normalizeAddress(member.address);
      if (normal === null || !seen.has(normal)) continue;
      const path = `departments[${index}].staff[${place}].address`;
      problems.push({ path, message: `"${normal}" is a mailbox; staff need addresses of their own` });
    }
  }
  if (postmasterDepartment !== undefined && keys.size > 0 && !keys.has(postmasterDepartment)) {
    const known = [...keys].join(', ');
    problems.push({
      path: 'postmasterDepartment',
      message: `there is no department "${postmasterDepartment}"; known are ${known}`,
    });
  }
  const days = autoCloseDays === undefined ? AUTO_CLOSE_DAYS : autoCloseDays;
  if (days !== null && (autoCloseWarningDays ?? 0) >= days && days > 0) {
    problems.push({
      path: 'autoCloseWarningDays',
      message: `must be less than autoCloseDays (${days}): the warning goes out before the ticket closes`,
    });
  }
  const { type, user, password } = outbound.transport;
  if (type === 'smtp' && (user === undefined) !== (password === undefined)) {
    const given = user === undefined ? 'password is given without user' : 'user is given without password';
    problems.push({ path: 'outbound.transport', message: `${given}; give both or neither` });
  }
  return problems;
}
