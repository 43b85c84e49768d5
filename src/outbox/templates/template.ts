/** One mail in one language, as Liquid templates. The HTML is put into the layout and escaped; text is not. */
export interface MailTemplate {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export const PARTS: readonly (keyof MailTemplate)[] = ['subject', 'text', 'html'];
