/**
 * What the bounce collections of the corpus expect: from the `expected.json` beside them, or, where there is none, from
 * the fields of the report itself, searched without any parsing. Nothing of the corpus is copied here.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ExpectedBounce {
  readonly file: string;
  /** Empty where the collection names none. */
  readonly recipients: readonly string[];
  /** `4` or `5` where the mail states one. */
  readonly statusClass: string | null;
}

export interface Collection {
  readonly folder: string;
  readonly mails: readonly ExpectedBounce[];
}

/** Mails of the flufl-bounce collection that are none: a forward by a person and an auto-reply. */
const NO_BOUNCES = new Set(['groupwise_03.txt', 'qmail_08.txt']);

const OTHER_FOLDERS = ['flanker/bounce', 'enmime/dsn/testdata', 'mikel-mail/multipart_report_emails'];

export function corpusBounces(corpus: string): Collection[] {
  const others = OTHER_FOLDERS.map((folder) => ({
    folder,
    mails: readdirSync(join(corpus, folder)).map((name) => fromItsFields(corpus, `${folder}/${name}`)),
  }));
  const webklex = { folder: 'webklex', mails: [fromItsFields(corpus, 'webklex/example_bounce.eml')] };
  return [flufl(corpus), sisimai(corpus), ...others, webklex];
}

interface FluflExpectation {
  readonly permanent: readonly string[];
  readonly temporary: readonly string[];
}

function flufl(corpus: string): Collection {
  const { mails }: { mails: Record<string, FluflExpectation> } = JSON.parse(
    readFileSync(join(corpus, 'flufl-bounce/expected.json'), 'utf8'),
  );
  const names = readdirSync(join(corpus, 'flufl-bounce')).filter(
    (name) => /_\d\d\.txt$/.test(name) && !NO_BOUNCES.has(name),
  );
  return {
    folder: 'flufl-bounce',
    mails: names.map((name) => {
      const expected = mails[name];
      const recipients = expected === undefined ? [] : [...expected.permanent, ...expected.temporary];
      // Its lists tell permanent from temporary as its detectors do, not as the mail states it.
      return { ...fromItsFields(corpus, `flufl-bounce/${name}`), recipients };
    }),
  };
}

interface SisimaiExpectation {
  readonly bounce: boolean;
  readonly recipients: readonly string[];
  readonly expected: readonly { readonly dsn: string; readonly reply: string }[];
}

function sisimai(corpus: string): Collection {
  const { mails }: { mails: Record<string, Partial<SisimaiExpectation>> } = JSON.parse(
    readFileSync(join(corpus, 'sisimai/expected.json'), 'utf8'),
  );
  const bounces = Object.entries(mails).filter(([, expected]) => expected.bounce === true);
  return {
    folder: 'sisimai',
    mails: bounces.map(([name, { recipients, expected }]) => {
      const first = expected?.[0];
      // Codes such as 5.0.911 are that library's own, for mails that state none.
      const stated = first !== undefined && (first.reply !== '' || !/\.0\.9\d\d$/.test(first.dsn));
      return {
        file: `sisimai/${name}`,
        recipients: recipients ?? [],
        statusClass: stated ? first.dsn.charAt(0) : null,
      };
    }),
  };
}

function fromItsFields(corpus: string, file: string): ExpectedBounce {
  const text = readFileSync(join(corpus, file), 'latin1');
  const recipient =
    /^(?:final|original)-recipient: *rfc822; *<?([^\s>]+@[^\s>]+)/im.exec(text) ??
    /^x-failed-recipients: *(\S+@\S+)/im.exec(text);
  const status = /^status: *([45])\./im.exec(text);
  return { file, recipients: recipient?.[1] === undefined ? [] : [recipient[1]], statusClass: status?.[1] ?? null };
}
