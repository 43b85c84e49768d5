/** What an installation has made its own: templates instead of ours, and the signatures of its departments. */
import type { DepartmentSignature } from './signature.ts';

/** A template of the installation's own. */
export interface Override {
  readonly source: string;
  /** Where it was read from. */
  readonly file: string;
}

export interface MailTemplates {
  /** By `receipt.es.subject`, and `layout.html`; what is not there is built in. */
  readonly overrides: ReadonlyMap<string, Override>;
  readonly signatures: readonly DepartmentSignature[];
}

export const LAYOUT_NAME = 'layout.html';

export const BUILT_IN: MailTemplates = { overrides: new Map(), signatures: [] };
