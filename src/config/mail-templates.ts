/** Settings of the mails' looks: an installation's own templates and the departments' signatures. */
import { z } from 'zod';
import type { DepartmentSignature } from '../outbox/templates/signature.ts';
import { LANGUAGES } from '../tickets/model.ts';
import type { Settings } from './schema.ts';

export const templatesFolder = z
  .string()
  .min(1)
  .optional()
  .describe(
    'Folder with mail templates of your own (see "taquilla templates list"); what it does not hold is built in. The gateway does not start with a mistake in one.',
  );

const lines = z.string().min(1).max(1000);

export const signature = z
  .strictObject({ es: lines.optional().describe('In Spanish.'), en: lines.optional().describe('In English.') })
  .default({})
  .describe('What stands below its mails, in one line or several; its name, company, helpUrl and helpPhone otherwise.');

export function signaturesOf({ departments }: Pick<Settings, 'departments'>): readonly DepartmentSignature[] {
  return departments.flatMap(({ names, signature: own }) =>
    LANGUAGES.flatMap((language) => {
      const text = own[language];
      return text === undefined ? [] : [{ department: names[language], language, text: text.trim() }];
    }),
  );
}
