/** What stands below every mail: who writes, and where else help is. */
import type { Language } from '../../tickets/model.ts';

/** What a department signs with instead of ours. */
export interface DepartmentSignature {
  /** Its name in this language, as the mails have it. */
  readonly department: string;
  readonly language: Language;
  /** May have several lines. */
  readonly text: string;
}

interface Signed {
  readonly kind: string;
  readonly company?: string;
  readonly department?: string;
  readonly helpUrl?: string;
  readonly helpPhone?: string;
}

export function signatureOf(data: Signed, language: Language, own: readonly DepartmentSignature[]): string {
  const { company = '', department = '', helpUrl = '', helpPhone = '' } = data;
  // Mails to staff name no help, and take no leave of the team in the team's own name.
  const toClient = data.helpUrl !== undefined;
  const found = own.find((one) => one.language === language && one.department === department);
  if (toClient && found !== undefined) return found.text;
  const names = [department, company].filter((name) => name !== '').join(' · ');
  return [names, helpUrl, helpPhone].filter((line) => line !== '').join('\n');
}
