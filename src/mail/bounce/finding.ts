/** What a report says about one recipient: the words that all files of this folder share. */

/** `read`: a disposition notification; `complaint`: a feedback report; the others as in RFC 3464 section 2.3.3. */
export type BounceAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded' | 'read' | 'complaint';

export interface Bounce {
  /** Address in normal form; `null` when the report names none that can be read. */
  readonly recipient: string | null;
  /** RFC 3463 code such as `5.1.1`; `5.0.0` stands for a bare 5xx reply; `null` when no code is stated. */
  readonly status: string | null;
  readonly action: BounceAction;
  /** With its angle brackets. */
  readonly originalMessageId: string | null;
  /** What the server said, one line, at most 500 characters, unescaped and untrusted. */
  readonly diagnostic: string | null;
}

/** One recipient before the original's Message-ID is known. */
export type Finding = Omit<Bounce, 'originalMessageId'>;

/** Server texts are cut here: they are shown in one line. */
export const MAX_DIAGNOSTIC = 500;
/** A report on more recipients than this is read up to here; our mails have few. */
export const MAX_RECIPIENTS = 200;
