/** What every store must do, whatever it keeps its rows in. Each implementation runs it. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedMail, PagedMail, SaveMode, Store } from '../../src/store/store.ts';
import {
  ANA,
  entropyOf,
  NOW,
  POLICY,
  sampleAccount,
  sampleContact,
  sampleMail,
  sampleRecord,
  sampleRules,
} from '../support/sample-mail.ts';

const MINUTE = 60 * 1000;
const LEASE = 10 * MINUTE;

/** `make` gives an empty store; the caller closes it. */
export function storeSuite(name: string, make: () => Promise<Store>): void {
  describe(`a store on ${name}`, () => {
    let store: Store;

    beforeEach(async () => {
      store = await make();
      await store.saveAccounts([ANA], 'replace', NOW);
      return () => store.close();
    });

    const record = (id: string, more: Parameters<typeof sampleMail>[1] = {}, now = NOW) =>
      store.recordMail(sampleRecord({ id, receivedAt: now }, more), sampleRules(now));
    const opened = async (id: string): Promise<string> => (await record(id)).ticket ?? 'no ticket';
    const referenceOf = (id: string) => sampleMail({ id }).reference;

    describe('recordMail', () => {
      it('writes ticket, message, intake record, raw mail and receipt of a new matter', async () => {
        const file = {
          filename: 'captura.png',
          contentType: 'image/png',
          inline: false,
          contentId: null,
          size: 3,
          sha256: 'ab'.repeat(32),
        };
        const decision = await record('uno', { attachments: [file] });
        expect(decision).toMatchObject({ verdict: 'open-ticket', reason: 'new-ticket' });
        const ticket = await store.findTicket(decision.ticket ?? '');
        expect(ticket).toMatchObject({
          id: decision.ticket,
          status: 'open',
          priority: 'normal',
          department: 'soporte',
          mailbox: 'soporte@example.com',
          account: 'C-1001',
          opener: 'ana@empresa.com',
          subject: 'Asunto uno',
          messages: 1,
          createdAt: NOW,
          lastMessageAt: NOW,
          language: 'es',
          continues: null,
        });
        expect(ticket?.thread).toEqual([
          {
            id: expect.any(Number),
            ticket: decision.ticket,
            at: NOW,
            author: 'client',
            visibility: 'public',
            address: 'ana@empresa.com',
            name: 'Ana',
            verified: true,
            text: 'Hola, uno\n',
            visibleText: 'Hola, uno',
            html: null,
            mail: referenceOf('uno'),
            attachments: [{ ...file, name: 'captura.png', risky: false }],
          },
        ]);
        expect(ticket?.mails).toMatchObject([{ kind: 'receipt', state: 'queued', recipient: 'ana@empresa.com' }]);
        expect(await store.findMail(referenceOf('uno'))).toMatchObject({
          verdict: 'open-ticket',
          sender: 'ana@empresa.com',
          recipients: ['soporte@example.com'],
          ticket: decision.ticket,
          ip: '192.0.2.1',
          messageId: '<uno@empresa.com>',
          explanation: { account: 'C-1001', contact: 'ana@empresa.com', because: decision.because },
        });
        expect(await store.findRawMail(referenceOf('uno'))).toEqual(sampleRecord({ id: 'uno' }).raw);
      });

      it('adds a reply to its ticket and opens no other', async () => {
        const ticket = await opened('uno');
        const decision = await record('dos', { subject: `Re: [${ticket}] Asunto uno` }, NOW + MINUTE);
        expect(decision).toMatchObject({ verdict: 'append-message', ticket });
        expect(await store.listTickets({ limit: 10 })).toMatchObject([
          { id: ticket, messages: 2, lastMessageAt: NOW + MINUTE },
        ]);
      });

      it('finds the ticket of a reply by the Message-ID of the first mail', async () => {
        const ticket = await opened('uno');
        expect(await record('dos', { inReplyTo: ['<uno@empresa.com>'] })).toMatchObject({
          verdict: 'append-message',
          ticket,
          thread: { by: 'known-message-id' },
        });
      });

      it('reopens a resolved or closed ticket and says so in its state', async () => {
        const ticket = await opened('uno');
        const closing = { subject: ticket, text: '#cerrar\n' };
        const cut = { visible: [[0, closing.text.length] as const], rule: 'none', confidence: 1 } as const;
        await record('dos', { ...closing, cut }, NOW + 1);
        expect(await store.findTicket(ticket)).toMatchObject({ status: 'closed' });
        await record('tres', { subject: ticket }, NOW + 2);
        expect(await store.findTicket(ticket)).toMatchObject({ status: 'open' });
      });

      it('continues a ticket that was closed long ago in a new one that names it', async () => {
        const ticket = await opened('uno');
        const text = '#cerrar\n';
        const cut = { visible: [[0, text.length] as const], rule: 'none', confidence: 1 } as const;
        await record('dos', { subject: ticket, text, cut }, NOW + 1);
        const late = NOW + 15 * 24 * 60 * MINUTE;
        const decision = await record('tres', { subject: ticket }, late);
        expect(decision).toMatchObject({ verdict: 'open-ticket', reason: 'reply-after-closing' });
        expect(await store.findTicket(decision.ticket ?? '')).toMatchObject({ continues: ticket, status: 'open' });
      });

      it('takes the same mail once, and says which ticket it is on', async () => {
        const ticket = await opened('uno');
        const again = await record('uno', { reference: 'ZZZZZZZZZZ', entropy: entropyOf('another connection') });
        expect(again).toMatchObject({ verdict: 'duplicate', ticket, outgoing: [] });
        expect(await store.listTickets({ limit: 10 })).toMatchObject([{ messages: 1 }]);
        expect(await store.listOutbox({ limit: 10 })).toHaveLength(1);
        expect(await store.listMails({ limit: 10 })).toMatchObject([{ verdict: 'duplicate', ticket }, { ticket }]);
      });

      it('takes a mail under the Message-ID of another for a new one, however their fingerprints begin', async () => {
        const messageId = '<siempre-el-mismo@empresa.com>';
        const fingerprints = ['a', 'b', `${'a'.repeat(63)}b`].map((start) => start.padEnd(64, 'a'));
        for (const [at, fingerprint] of fingerprints.entries())
          expect(await record(`mail-${at}`, { messageId, fingerprint })).toMatchObject({ verdict: 'open-ticket' });
        const [, fingerprint = ''] = fingerprints;
        const ticket = (await store.findMail(referenceOf('mail-1')))?.ticket;
        const again = await record('mail-3', { messageId, fingerprint, reference: 'ZZZZZZZZZZ' });
        expect(again).toMatchObject({ verdict: 'duplicate', ticket });
      });

      it('judges a mail afresh that was refused before', async () => {
        const mail = { sender: { clear: true, address: 'eva@otra.com', name: '' } } as const;
        expect(await record('uno', mail)).toMatchObject({ verdict: 'refuse', reason: 'unregistered-sender' });
        await store.saveAccounts([sampleAccount('C-2', { contacts: [sampleContact('eva@otra.com')] })], 'merge', NOW);
        expect(await record('uno', { ...mail, reference: 'ZZZZZZZZZZ' })).toMatchObject({ verdict: 'open-ticket' });
      });

      it('keeps the record and the bytes of a mail that is refused, and nothing else', async () => {
        const decision = await record('uno', { sender: { clear: true, address: 'eva@otra.com', name: '' } });
        expect(decision).toMatchObject({ verdict: 'refuse', ticket: null });
        expect(await store.listMails({ limit: 10, verdict: 'refuse' })).toMatchObject([{ sender: 'eva@otra.com' }]);
        expect(await store.findRawMail(referenceOf('uno'))).not.toBeNull();
        expect(await store.listTickets({ limit: 10 })).toEqual([]);
        expect(await store.listOutbox({ limit: 10 })).toEqual([]);
      });

      it('says where the bytes of a large mail are', async () => {
        const blob = { sha256: 'cd'.repeat(32), size: 70_000 };
        await store.recordMail({ mail: sampleMail({ id: 'uno' }), raw: { blob }, size: 70_000 }, sampleRules());
        expect(await store.findRawMail(referenceOf('uno'))).toEqual({ blob });
      });

      it('files mails that arrive at the same moment, each with a ticket of its own', async () => {
        const ids = Array.from({ length: 300 }, (_, index) => `mail-${index}`);
        const decisions = await Promise.all(ids.map((id) => record(id)));
        expect(new Set(decisions.map(({ ticket }) => ticket)).size).toBe(300);
        expect(await store.listTickets({ limit: 1000 })).toHaveLength(300);
        expect(await store.listMails({ limit: 1000 })).toHaveLength(300);
      });

      it('opens one ticket for the same mail over two connections at once', async () => {
        const decisions = await Promise.all([record('uno'), record('uno', { reference: 'ZZZZZZZZZZ' })]);
        expect(decisions.map(({ verdict }) => verdict)).toEqual(['open-ticket', 'duplicate']);
        expect(await store.listTickets({ limit: 10 })).toHaveLength(1);
      });

      it('lets one mail fail alone: the others that came with it are stored', async () => {
        const results = await Promise.allSettled([
          record('uno'),
          record('dos', { entropy: Buffer.alloc(3) }),
          record('tres'),
        ]);
        expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        expect((await store.listMails({ limit: 10 })).map(({ subject }) => subject)).toEqual([
          'Asunto tres',
          'Asunto uno',
        ]);
      });

      it('undoes the whole of a mail that fails when half of it is written', async () => {
        await record('uno');
        // The reference is taken: the intake record fails after the ticket was written.
        await expect(record('dos', { reference: referenceOf('uno') })).rejects.toThrow();
        expect(await store.listTickets({ limit: 10 })).toHaveLength(1);
        expect(await store.listOutbox({ limit: 10 })).toHaveLength(1);
      });

      it('gives another ticket ID where the first draw is taken', async () => {
        const entropy = entropyOf('the same draw');
        const first = await record('uno', { entropy });
        const second = await record('dos', { entropy });
        expect(second.verdict).toBe('open-ticket');
        expect(second.ticket).not.toBe(first.ticket);
      });

      it('opens the ticket but sends no receipt above the limit of an hour', async () => {
        const decisions = [];
        for (let index = 0; index < 7; index += 1) decisions.push(await record(`mail-${index}`, {}, NOW + index));
        expect(decisions.map(({ outgoing }) => outgoing.length)).toEqual([1, 1, 1, 1, 1, 0, 0]);
        expect((await record('later', {}, NOW + 61 * MINUTE)).outgoing).toHaveLength(1);
      });

      it('notes a bounce on the mail, its ticket and the contact, until the contact writes again', async () => {
        const { ticket, outgoing } = await record('uno');
        const originalMessageId = outgoing[0]?.messageId.toUpperCase() ?? null;
        const recipient = 'ana@empresa.com';
        const bounce = { recipient, status: '5.1.1', action: 'failed', originalMessageId, diagnostic: 'no' } as const;
        const report = (id: string, now: number) =>
          record(id, { kind: 'bounce', bounce, bounces: [bounce], subject: 'Undelivered' }, now);
        const undeliverable = async () => (await store.findAccount('C-1001'))?.undeliverable;
        const before = await store.findTicket(ticket ?? '');

        expect(await report('dsn', NOW + MINUTE)).toMatchObject({ verdict: 'ignore', reason: 'bounce-noted', ticket });
        const after = await store.findTicket(ticket ?? '');
        expect(after).toMatchObject({ status: before?.status, messages: before?.messages, mails: [{ bounce }] });
        expect(after?.lastMessageAt).toBe(before?.lastMessageAt);
        expect(after?.thread.at(-1)).toMatchObject({ author: 'system', visibility: 'note', mail: referenceOf('dsn') });
        expect(await undeliverable()).toEqual([{ address: recipient, since: NOW + MINUTE }]);

        // The same again, from a program, in its name without proof: the mark and the notes stay as they are.
        expect((await report('dsn-2', NOW + 2 * MINUTE)).reason).toBe('bounce');
        await record('robot', { kind: 'machine' }, NOW + 3 * MINUTE);
        const { authenticity } = sampleMail({ id: 'x' });
        const forged = { authenticity: { ...authenticity, outcome: 'unverified' as const } };
        expect((await record('forged', forged, NOW + 4 * MINUTE)).outgoing).toEqual([]);
        expect((await store.findTicket(ticket ?? ''))?.thread).toHaveLength(after?.thread.length ?? 0);
        expect(await undeliverable()).toEqual([{ address: recipient, since: NOW + MINUTE }]);

        expect((await record('again', {}, NOW + 5 * MINUTE)).outgoing).toHaveLength(1);
        expect(await undeliverable()).toEqual([]);
      });

      it('shares the receipts of a domain among its addresses that are no contacts of their own', async () => {
        await store.saveAccounts(
          [
            sampleAccount('C-2', {
              contacts: [sampleContact('*@varios.example'), sampleContact('jefe@varios.example')],
            }),
          ],
          'merge',
          NOW,
        );
        const rules = (now: number) => sampleRules(now, { ...POLICY, receiptsPerDomainPerHour: 2 });
        const from = async (name: string, now = NOW) =>
          (await store.recordMail(sampleRecord({ id: `${name}-${now}`, from: `${name}@varios.example` }), rules(now)))
            .outgoing.length;
        expect(await from('jefe')).toBe(1);
        expect([await from('uno'), await from('dos'), await from('tres')]).toEqual([1, 1, 0]);
        expect(await from('jefe', NOW + 1)).toBe(1);
        expect(await from('tres', NOW + 60 * MINUTE)).toBe(1);
      });
    });

    describe('decideMail', () => {
      it('says what recordMail would, and writes nothing', async () => {
        const mail = sampleMail({ id: 'uno' });
        const would = await store.decideMail(mail, sampleRules());
        expect(await store.listMails({ limit: 10 })).toEqual([]);
        expect(await store.listTickets({ limit: 10 })).toEqual([]);
        expect(await store.recordMail(sampleRecord({ id: 'uno' }), sampleRules())).toEqual(would);
      });
    });

    describe('keepMail', () => {
      const kept = {
        reference: 'AAAAAAAAAA',
        receivedAt: NOW,
        envelope: sampleMail({ id: 'x' }).envelope,
        raw: { inline: Buffer.from('broken \u0000 bytes') },
        size: 99,
        sender: null,
        subject: '',
      };
      it.each([
        ['too-large', 'refuse'],
        ['bare-line-break', 'refuse'],
        ['internal-error', 'hold'],
      ] as const)('keeps a mail that never reached the rules (%s) as %s', async (reason, verdict) => {
        await store.keepMail({ ...kept, reason });
        expect(await store.findMail('AAAAAAAAAA')).toMatchObject({ verdict, reason, size: 99, ticket: null });
        expect(await store.findRawMail('AAAAAAAAAA')).toEqual(kept.raw);
      });
    });

    describe('the outbox', () => {
      const claim = (now: number, limit = 10) => store.claimMails(limit, now, LEASE);
      const one = async (now: number): Promise<ClaimedMail> => {
        const [mail] = await claim(now);
        if (mail === undefined) throw new Error('nothing to claim');
        return mail;
      };

      it('gives each due mail to one claim only, oldest first', async () => {
        for (const id of ['uno', 'dos', 'tres']) await record(id);
        const [first, second] = await Promise.all([claim(NOW, 2), claim(NOW, 2)]);
        expect(first.map(({ mail }) => mail.inReplyTo)).toEqual(['<uno@empresa.com>', '<dos@empresa.com>']);
        expect(second.map(({ mail }) => mail.inReplyTo)).toEqual(['<tres@empresa.com>']);
        expect(await claim(NOW)).toEqual([]);
      });

      it('gives out nothing before its time', async () => {
        await record('uno');
        expect(await claim(NOW - 1)).toEqual([]);
        expect(await store.nextDueAt()).toBe(NOW);
      });

      it('gives a mail out again when its lease has ended, with the bytes that were frozen', async () => {
        await record('uno');
        const claimed = await one(NOW);
        expect(claimed.frozen).toBe(false);
        expect(await store.findFrozen(claimed.id)).toBeNull();
        await store.freezeMails([{ id: claimed.id, rendered: Buffer.from('the bytes') }]);
        expect(await store.nextDueAt()).toBe(NOW + LEASE);
        expect(await claim(NOW + LEASE - 1)).toEqual([]);
        expect(await claim(NOW + LEASE)).toMatchObject([{ id: claimed.id, frozen: true }]);
        expect(await store.findFrozen(claimed.id)).toEqual(Buffer.from('the bytes'));
      });

      it.each([
        [{ state: 'sent' }, { state: 'sent', attempts: 1, finishedAt: NOW + 5, lastError: null }, null],
        [
          { state: 'failed', error: '550 no', badAddress: false },
          { state: 'failed', attempts: 1, finishedAt: NOW + 5, lastError: '550 no' },
          null,
        ],
        [
          { state: 'queued', error: '451 later', nextAttemptAt: NOW + MINUTE, counted: true },
          { state: 'queued', attempts: 1, finishedAt: null, lastError: '451 later', nextAttemptAt: NOW + MINUTE },
          NOW + MINUTE,
        ],
        [
          { state: 'queued', error: 'no route', nextAttemptAt: NOW + MINUTE, counted: false },
          { state: 'queued', attempts: 0, finishedAt: null, lastError: 'no route', nextAttemptAt: NOW + MINUTE },
          NOW + MINUTE,
        ],
      ] as const)('writes down how a sending went: %j', async (outcome, row, due) => {
        await record('uno');
        const { id } = await one(NOW);
        await store.finishMails([{ id, outcome }], NOW + 5);
        expect(await store.findOutgoing(id)).toMatchObject(row);
        expect(await store.nextDueAt()).toBe(due);
      });

      it('has nothing due when it is empty', async () => {
        expect(await store.nextDueAt()).toBeNull();
        expect(await claim(NOW)).toEqual([]);
      });

      it('lists newest first, by state, up to a limit', async () => {
        for (const id of ['uno', 'dos', 'tres']) await record(id);
        const [first] = await claim(NOW, 1);
        await store.finishMails([{ id: first?.id ?? 0, outcome: { state: 'sent' } }], NOW);
        const ids = async (filter: Parameters<Store['listOutbox']>[0]) =>
          (await store.listOutbox(filter)).map(({ id }) => id);
        const all = await ids({ limit: 10 });
        expect(all).toEqual([...all].sort((a, b) => b - a));
        expect(await ids({ limit: 10, state: 'sent' })).toEqual([first?.id]);
        expect(await ids({ limit: 10, state: 'queued' })).toHaveLength(2);
        expect(await ids({ limit: 2 })).toEqual(all.slice(0, 2));
      });
    });

    describe('accounts', () => {
      const two = sampleAccount('C-2', {
        contacts: [
          sampleContact('eva@otra.com', { name: 'Eva', departments: ['facturacion'], language: 'en', primary: true }),
          sampleContact('*@otra.com', { role: 'technical' }),
        ],
        services: ['otra.com', 'hosting plus'],
      });

      it('gives back what was saved', async () => {
        expect(await store.saveAccounts([two], 'merge', NOW)).toEqual({ added: 1, changed: 0, unchanged: 0 });
        expect(await store.findAccount('C-2')).toEqual({
          ...two,
          services: ['hosting plus', 'otra.com'],
          tickets: [],
          undeliverable: [],
        });
        expect(await store.listAccounts({ limit: 10 })).toEqual([
          { number: 'C-1001', name: 'Empresa', state: 'active', language: 'es', contacts: 1, services: 1 },
          { number: 'C-2', name: 'Cliente C-2', state: 'active', language: 'es', contacts: 2, services: 2 },
        ]);
      });

      it.each(['merge', 'replace'] satisfies SaveMode[])(
        'changes nothing when the same comes again (%s)',
        async (mode) => {
          await store.saveAccounts([two], mode, NOW);
          expect(await store.saveAccounts([two], mode, NOW)).toEqual({ added: 0, changed: 0, unchanged: 1 });
        },
      );

      it('merge adds and updates; replace also removes what is not named', async () => {
        await store.saveAccounts([two], 'merge', NOW);
        const next = sampleAccount('C-2', {
          name: 'Otra SL',
          contacts: [sampleContact('eva@otra.com', { name: 'Eva Gil' }), sampleContact('leo@otra.com')],
          services: ['nueva.com'],
        });
        expect(await store.saveAccounts([next], 'merge', NOW)).toMatchObject({ changed: 1 });
        const merged = await store.findAccount('C-2');
        expect(merged?.name).toBe('Otra SL');
        expect(merged?.contacts.map(({ address }) => address)).toEqual(['eva@otra.com', '*@otra.com', 'leo@otra.com']);
        expect(merged?.services).toEqual(['hosting plus', 'nueva.com', 'otra.com']);

        expect(await store.saveAccounts([next], 'replace', NOW)).toMatchObject({ changed: 1 });
        const replaced = await store.findAccount('C-2');
        expect(replaced?.contacts.map(({ address }) => address)).toEqual(['eva@otra.com', 'leo@otra.com']);
        expect(replaced?.services).toEqual(['nueva.com']);
      });

      it('keeps one primary account for an address: the newest word wins', async () => {
        const agency = sampleAccount('C-3', { contacts: [sampleContact('ana@empresa.com', { primary: true })] });
        await store.saveAccounts([agency], 'merge', NOW);
        expect((await store.findAccount('C-3'))?.contacts).toMatchObject([{ primary: true }]);
        expect((await store.findAccount('C-1001'))?.contacts).toMatchObject([{ primary: false }]);
      });

      it('keeps the tickets of an account whose service or contact goes', async () => {
        const ticket = (await record('uno', { subject: 'empresa.com no carga' })).ticket ?? '';
        expect(await store.findTicket(ticket)).toMatchObject({ service: 'empresa.com' });
        await store.saveAccounts([{ ...ANA, contacts: [], services: [] }], 'replace', NOW);
        expect(await store.findTicket(ticket)).toMatchObject({ account: 'C-1001', service: null });
        // The number of the one that is gone is not given to the next.
        await store.saveAccounts([{ ...ANA, services: ['otra.com'] }], 'replace', NOW);
        expect(await store.findTicket(ticket)).toMatchObject({ account: 'C-1001', service: null });
      });

      it('closes the accounts that are not named, once', async () => {
        await store.saveAccounts([two], 'merge', NOW);
        expect(await store.closeOtherAccounts(['C-2'], NOW)).toBe(1);
        expect(await store.findAccount('C-1001')).toMatchObject({ state: 'closed' });
        expect(await store.findAccount('C-2')).toMatchObject({ state: 'active' });
        expect(await store.closeOtherAccounts(['C-2'], NOW)).toBe(0);
      });

      it('takes nothing of a batch in which one account fails', async () => {
        const broken = { ...sampleAccount('C-9'), contacts: [sampleContact('a@b.com'), sampleContact('a@b.com')] };
        await expect(store.saveAccounts([sampleAccount('C-8'), broken], 'merge', NOW)).rejects.toThrow();
        expect(await store.findAccount('C-8')).toBeNull();
        expect(await store.findAccount('C-9')).toBeNull();
      });

      it('shows the tickets of an account, newest first', async () => {
        const first = await opened('uno');
        const second = await opened('dos');
        expect((await store.findAccount('C-1001'))?.tickets.map(({ id }) => id)).toEqual([second, first]);
      });

      it('finds an account in any case of its number', async () => {
        expect(await store.findAccount('c-1001')).toMatchObject({ number: 'C-1001' });
      });
    });

    describe('merging what is not told', () => {
      it('keeps language, state and what is known of a contact', async () => {
        const contact = sampleContact('eva@otra.com', { name: 'Eva', role: 'billing', departments: ['facturacion'] });
        const suspended = sampleAccount('C-2', { state: 'suspended', language: 'en', contacts: [contact] });
        await store.saveAccounts([suspended], 'merge', NOW);
        const bare = { number: 'C-2', name: 'Cliente C-2', contacts: [{ address: 'eva@otra.com' }], services: [] };
        expect(await store.saveAccounts([bare], 'merge', NOW)).toMatchObject({ unchanged: 1 });
        expect(await store.findAccount('C-2')).toMatchObject({ ...suspended, contacts: [contact] });
      });

      it('gives a replaced account its defaults', async () => {
        const suspended = sampleAccount('C-2', { state: 'closed', language: 'en' });
        await store.saveAccounts([suspended], 'merge', NOW);
        await store.saveAccounts([{ number: 'C-2', name: 'Dos', contacts: [], services: [] }], 'replace', NOW);
        expect(await store.findAccount('C-2')).toMatchObject({ state: 'active', language: null });
      });
    });

    describe('one contact more', () => {
      it('is added to its account, once, and changes nothing of one that is there', async () => {
        expect(await store.addContact('C-1001', sampleContact('leo@empresa.com'), NOW)).toBe(true);
        expect(await store.addContact('C-1001', sampleContact('ana@empresa.com', { name: 'Other' }), NOW)).toBe(true);
        expect((await store.findAccount('C-1001'))?.contacts).toMatchObject([
          { address: 'ana@empresa.com', name: 'Ana', primary: true },
          { address: 'leo@empresa.com' },
        ]);
      });

      it('needs an account', async () => {
        expect(await store.addContact('C-0', sampleContact('leo@empresa.com'), NOW)).toBe(false);
      });
    });

    describe('blocked senders', () => {
      it('are listed, refused, and heard again when they are unblocked', async () => {
        expect(await store.blockSender('*@empresa.com', NOW)).toBe(true);
        expect(await store.blockSender('*@empresa.com', NOW + 1)).toBe(false);
        expect(await store.listBlocked()).toEqual([{ address: '*@empresa.com', blockedAt: NOW }]);
        expect(await record('uno')).toMatchObject({ verdict: 'refuse', reason: 'blocked-sender' });
        expect(await store.unblockSender('*@empresa.com')).toBe(true);
        expect(await store.unblockSender('*@empresa.com')).toBe(false);
        expect(await record('uno', { reference: 'ZZZZZZZZZZ' })).toMatchObject({ verdict: 'open-ticket' });
      });
    });

    describe('lists and look-ups', () => {
      it('lists tickets newest first, by status, up to a limit', async () => {
        const tickets = [await opened('uno'), await opened('dos'), await opened('tres')];
        const ids = async (filter: Parameters<Store['listTickets']>[0]) =>
          (await store.listTickets(filter)).map(({ id }) => id);
        expect(await ids({ limit: 10 })).toEqual([...tickets].reverse());
        expect(await ids({ limit: 1 })).toEqual([tickets[2]]);
        expect(await ids({ limit: 10, status: 'open' })).toHaveLength(3);
        expect(await ids({ limit: 10, status: 'closed' })).toEqual([]);
      });

      it('lists mails by verdict', async () => {
        await record('uno');
        await record('dos', { sender: { clear: true, address: 'eva@otra.com', name: '' } });
        const verdicts = async (filter: Parameters<Store['listMails']>[0]) =>
          (await store.listMails(filter)).map(({ verdict }) => verdict);
        expect(await verdicts({ limit: 10 })).toEqual(['refuse', 'open-ticket']);
        expect(await verdicts({ limit: 10, verdict: 'open-ticket' })).toEqual(['open-ticket']);
      });

      it('reads mails page by page: each once, where many came in one millisecond', async () => {
        const names = ['uno', 'dos', 'tres', 'cuatro', 'cinco', 'seis', 'siete'];
        for (const name of names) await record(name, { receivedAt: name === 'uno' ? NOW - 1 : NOW });
        const read = async (since: number) => {
          const seen: string[] = [];
          for (let after: number | null = null; ; ) {
            const page: PagedMail[] = await store.pageMails({ since, after, limit: 2 });
            seen.push(...page.map(({ messageId }) => messageId));
            after = page.at(-1)?.row ?? null;
            if (page.length < 2) return seen;
          }
        };
        const all = names.map((name) => `<${name}@empresa.com>`);
        expect(await read(0)).toEqual(all);
        expect(await read(NOW)).toEqual(all.slice(1));
        const last = await store.lastMails({ limit: 3 });
        expect(last.map(({ messageId }) => messageId)).toEqual(all.slice(4));
        const [{ row: _, ...mail } = {}] = last;
        expect(mail).toEqual(await store.findMail(referenceOf('cinco')));
      });

      it('goes on behind a mail that was removed meanwhile', async () => {
        const stranger = { sender: { clear: true, address: 'eva@otra.com', name: '' } } as const;
        await record('uno', stranger);
        await record('dos', stranger);
        const [newest] = await store.lastMails({ limit: 1 });
        const due = { kind: 'mails', verdict: 'refuse', before: NOW + 1 } as const;
        await store.removeDue(due, (await store.findDue(due, 10)).ids.slice(-1));
        await record('tres', stranger);
        const page = await store.pageMails({ since: 0, after: newest?.row ?? null, limit: 10 });
        expect(page.map(({ reference }) => reference)).toEqual([referenceOf('tres')]);
      });

      it('answers null for what does not exist', async () => {
        expect(await store.findTicket('TQ-000000')).toBeNull();
        expect(await store.findMail('NOPE')).toBeNull();
        expect(await store.findRawMail('NOPE')).toBeNull();
        expect(await store.findOutgoing(99)).toBeNull();
        expect(await store.findAccount('C-0')).toBeNull();
      });

      it('keeps system notes apart from what people wrote', async () => {
        const decision = await record('uno', {
          envelope: {
            ...sampleMail({ id: 'uno' }).envelope,
            recipients: POLICY.mailboxes.map(({ address }) => address),
          },
        });
        const ticket = await store.findTicket(decision.ticket ?? '');
        expect(ticket?.messages).toBe(1);
        expect(ticket?.thread.map(({ author }) => author).sort()).toEqual(['client', 'system']);
      });
    });
  });
}
