/** `taquilla mail why REF`: in plain words, what became of a mail, why, and what can be done. */
import { normalizeReference } from '../tickets/intake-reference.ts';
import { CommandError, type JsonOption, locateConfig, print, printJson, withStore } from './command.ts';
import { openForReading } from './open-store.ts';
import { safe, shownTime } from './table.ts';
import { whyWords } from './why-words.ts';

export async function tellWhy(reference: string, options: JsonOption): Promise<void> {
  const { config } = locateConfig(options);
  const mail = await withStore(openForReading(config), (store) => store.findMail(normalizeReference(reference)));
  if (mail === null) throw new CommandError(`there is no mail with the reference ${reference}`, 1);
  const { said, todo } = whyWords(mail);
  if (options.json === true) {
    const { verdict, reason, ticket, explanation } = mail;
    return printJson({ reference: mail.reference, verdict, reason, ticket, said, todo, because: explanation.because });
  }
  const from = mail.sender === null ? 'an unclear sender' : safe(mail.sender);
  print(
    `${shownTime(mail.receivedAt)} UTC, from ${from} to ${safe(mail.recipients.join(', '))}: ${safe(mail.subject)}`,
  );
  print('');
  print(`${HEADINGS[mail.verdict]} ${safe(said)}`);
  if (mail.wouldRefuse !== null) print(`Without shadow mode it would have been refused (${mail.wouldRefuse}).`);
  if (todo.length > 0) print('\nWhat you can do:');
  for (const line of todo) print(`  - ${safe(line)}`);
  print('\nStep by step:');
  for (const line of mail.explanation.because) print(`  ${safe(line)}`);
}

const HEADINGS = {
  'open-ticket': 'Taken.',
  'append-message': 'Taken.',
  duplicate: 'A repeat.',
  refuse: 'Refused.',
  hold: 'Held.',
  ignore: 'Kept, and nothing more.',
} as const;
