/** What one check found. */

/** problem: mail is lost, refused or not sent because of it, or will be. warning: works, and should be looked at. */
export type Level = 'ok' | 'warning' | 'problem' | 'skipped';

export interface Finding {
  /** Stable name for scripts: `certificate-expired`. */
  readonly id: string;
  readonly level: Level;
  readonly message: string;
  /** What to do; `null` where there is nothing to do. */
  readonly todo: string | null;
}

export const ok = (id: string, message: string): Finding => ({ id, level: 'ok', message, todo: null });
export const skipped = (id: string, message: string): Finding => ({ id, level: 'skipped', message, todo: null });
export const warning = (id: string, message: string, todo: string): Finding => ({
  id,
  level: 'warning',
  message,
  todo,
});
export const problem = (id: string, message: string, todo: string): Finding => ({
  id,
  level: 'problem',
  message,
  todo,
});
