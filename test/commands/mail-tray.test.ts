/** Why a mail went where it went, and what another config would have made of the mails that came. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { timeAgo } from '../../src/commands/time-ago.ts';
import { whyWords } from '../../src/commands/why-words.ts';
import type { MailDetail } from '../../src/store/store.ts';
import { taquilla } from '../support/cli.ts';
import { testGateway } from '../support/gateway.ts';
import { submit } from '../support/smtp-client.ts';

const SLOW = { timeout: 90_000 };

describe('why', () => {
  const mail = {
    reference: '7KQ2M9XF4T',
    sender: 'eva@otra.example',
    ticket: null,
    explanation: { department: 'soporte', thread: null, bounce: null, because: ['sender: who knows'] },
  } as unknown as MailDetail;

  it.each([
    ['unregistered-sender', 'eva@otra.example is not registered', 'mail accept 7KQ2M9XF4T --register'],
    ['blocked-sender', 'list of blocked senders', 'mail unblock eva@otra.example'],
    ['internal-error', 'A fault of this program', 'mail replay 7KQ2M9XF4T'],
    ['held-for-review', 'sender: who knows', 'mail accept 7KQ2M9XF4T'],
  ])('tells of %s what it means and what to do', (reason, said, todo) => {
    const why = whyWords({ ...mail, reason });
    expect(why.said).toContain(said);
    expect(why.todo.join('\n')).toContain(todo);
  });

  it('has words for a reason of a newer program', () => {
    expect(whyWords({ ...mail, reason: 'from-the-future' })).toEqual({
      said: 'The reason is from-the-future.',
      todo: [],
    });
  });
});

describe('a time ago', () => {
  const NOW = Date.UTC(2026, 10, 22);
  it.each([
    ['12h', NOW - 12 * 3_600_000],
    ['30d', NOW - 30 * 86_400_000],
    ['2w', NOW - 14 * 86_400_000],
    ['2026-11-01', Date.UTC(2026, 10, 1)],
  ])('%s', (text, time) => expect(timeAgo(text, NOW)).toBe(time));

  it.each(['', 'd', '-3d', '1.5d', 'yesterday', '3x'])('is not %j', (text) => {
    expect(() => timeAgo(text, NOW)).toThrow('must be 12h, 30d');
  });
});

describe('a config that is not in force yet', SLOW, () => {
  it('is tried on the mails that came, and writes nothing', async () => {
    const gateway = await testGateway({ accounts: [{ number: 'C-1', name: 'Uno', contacts: ['ana@uno.example'] }] });
    const send = (from: string, subject: string) =>
      submit(gateway.port, {
        from,
        to: ['soporte@hosting.example'],
        bytes: Buffer.from(
          `From: ${from}\r\nTo: soporte@hosting.example\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@x>\r\n\r\nHola\r\n`,
        ),
      });
    await send('ana@uno.example', 'nuevo');
    const [ticket] = await gateway.store.listTickets({ limit: 1 });
    await send('ana@uno.example', `Re: [${ticket?.id}] nuevo`.replaceAll(' ', '_'));
    await send('ana@uno.example', 'nuevo');
    await send('eva@otra.example', 'extra');
    const mails = await gateway.store.listMails({ limit: 9 });
    expect(mails.map(({ verdict }) => verdict)).toEqual(['refuse', 'duplicate', 'append-message', 'open-ticket']);

    const config = JSON.parse(readFileSync(gateway.config.file, 'utf8'));
    const anyone = config.departments.map((one: object) => ({ ...one, accepts: 'anyone' }));
    writeFileSync(join(gateway.folder, 'new.json'), JSON.stringify({ ...config, departments: anyone }));
    const replay = async (file: string) => {
      const args = ['mail', 'replay', '--since', '1d', '--config', file, '--json'];
      const { code, stdout, stderr } = await taquilla(args, { cwd: gateway.folder });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(stdout);
    };
    expect(await replay('config.json')).toMatchObject({ mails: 4, same: 4, notKept: 0, different: [] });
    expect(await replay('new.json')).toMatchObject({
      mails: 4,
      same: 3,
      different: [
        {
          reference: mails[0]?.reference,
          was: { verdict: 'refuse', reason: 'unregistered-sender' },
          wouldBe: { verdict: 'open-ticket', department: 'soporte', account: null },
        },
      ],
    });
    expect(await gateway.store.listMails({ limit: 9 })).toEqual(mails);
    expect(await gateway.store.listTickets({ limit: 9 })).toHaveLength(1);
    const why = await taquilla(['mail', 'why', mails[0]?.reference ?? ''], { cwd: gateway.folder });
    expect(why.stdout).toContain('Refused. eva@otra.example is not registered on any account');
  });

  it.each([[['mail', 'replay']], [['mail', 'replay', 'X', '--since', '1d']]])('%j is not a call', async (args) => {
    const { code, stderr } = await taquilla(args, { cwd: process.cwd() });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('give either a reference or --since'),
    });
  });
});
