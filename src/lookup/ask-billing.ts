/**
 * One question to the billing system over HTTP, and what its answer says. Anything but a clear answer is a failure: a
 * wrong address, a redirect to somewhere else, a page of HTML must not make strangers of clients.
 */
import { readAccount } from '../desk/accounts-file.ts';
import { domainOf } from '../mail/address.ts';
import type { AccountToSave } from '../store/store.ts';
import { signedHeaders } from './signed-request.ts';

/** Longest answer, bytes. */
const MAX_ANSWER = 64 * 1024;

export interface BillingOptions {
  readonly url: string;
  readonly secret: string;
  readonly timeoutMs: number;
  /** Keys to which contacts may be limited. */
  readonly departments: readonly string[];
}

class LookUpFailed extends Error {}

/** The sender's account, or `null` when the billing system knows no such address. Throws `LookUpFailed`. */
export async function askBilling(
  sender: string,
  { url, secret, timeoutMs, departments }: BillingOptions,
  id: string,
  now: number,
): Promise<AccountToSave | null> {
  const body = JSON.stringify({ address: sender });
  let text: string;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'user-agent': 'Taquilla',
        ...signedHeaders(secret, id, now, body),
      },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new LookUpFailed(`answered with ${response.status}`);
    }
    text = await readBounded(response);
  } catch (error) {
    if (error instanceof LookUpFailed) throw error;
    throw new LookUpFailed(whyNot(error));
  }
  return readAnswer(sender, text, departments);
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (response.body === null) return '';
  for await (const chunk of response.body) {
    size += chunk.length;
    // Leaving the loop cancels the rest.
    if (size > MAX_ANSWER) throw new LookUpFailed(`answered with more than ${MAX_ANSWER} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `{ "account": … }` as in a file of accounts, or `{ "account": null }`. */
function readAnswer(sender: string, text: string, departments: readonly string[]): AccountToSave | null {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new LookUpFailed('the answer is not JSON');
  }
  if (typeof answer !== 'object' || answer === null || !('account' in answer))
    throw new LookUpFailed('the answer has no "account"');
  if (answer.account === null) return null;
  const problems: string[] = [];
  const account = readAccount(answer.account, departments, (problem) => problems.push(problem));
  if (account === null || problems.length > 0) throw new LookUpFailed(`account: ${problems.join('; ').slice(0, 500)}`);
  const covers = account.contacts.some(({ address }) => address === sender || address === `*@${domainOf(sender)}`);
  if (!covers) throw new LookUpFailed('the account does not have the sender among its contacts');
  return account;
}

function whyNot(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
  // fetch says only "fetch failed"; the cause has the code.
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? cause.message : String(error instanceof Error ? error.message : error);
}
