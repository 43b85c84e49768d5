/** The store behind its thread: all that any store does, and what is true of the passage only. */
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DatabaseUnusable } from '../../src/store/database-unusable.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { answerCalls } from '../../src/store/thread/answer-calls.ts';
import { askOver } from '../../src/store/thread/ask-over.ts';
import { openThreadedStore } from '../../src/store/thread/threaded-store.ts';
import { type Calls, compact, PolicyReceiver, PolicySender, restoreBuffers } from '../../src/store/thread/wire.ts';
import { ANA, NOW, POLICY, sampleRecord, sampleRules } from '../support/sample-mail.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { storeSuite } from './store-suite.ts';

/** All of the passage but the thread itself, which would take longer to start than the tests to run. */
storeSuite('SQLite behind a port', async () => {
  const { port1, port2 } = new MessageChannel();
  answerCalls(port2, sqliteStore(openDatabase(':memory:')));
  return askOver(port1).store;
});

async function opened() {
  const file = join(tempFolder(), 'taquilla.db');
  const threaded = await openThreadedStore(file);
  onTestFinished(() => threaded.store.close().catch(() => undefined));
  return { ...threaded, file };
}

it('gives bytes back as Buffers', async () => {
  const { store } = await opened();
  await store.saveAccounts([ANA], 'merge', NOW);
  const { raw, ...record } = sampleRecord({ id: 'uno' });
  const bytes = Buffer.from('From: a@b\r\n\r\nHola');
  await store.recordMail({ ...record, raw: { inline: bytes } }, sampleRules());
  const found = await store.findRawMail(record.mail.reference);
  expect(found).toEqual({ inline: bytes });
  expect(found !== null && 'inline' in found && Buffer.isBuffer(found.inline)).toBe(true);
  expect('inline' in raw).toBe(true);
});

it('says what is wrong with a database that cannot be used', async () => {
  const folder = tempFolder();
  await expect(openThreadedStore(folder)).rejects.toThrow(DatabaseUnusable);
});

it('passes on a fault of a call and goes on', async () => {
  const { store } = await opened();
  await store.saveAccounts([ANA], 'merge', NOW);
  const record = sampleRecord({ id: 'uno' });
  await store.recordMail(record, sampleRules());
  const twice = sampleRecord({ id: 'dos' }, { reference: record.mail.reference });
  await expect(store.recordMail(twice, sampleRules())).rejects.toThrow(/UNIQUE/);
  await expect(store.listTickets({ limit: 10 })).resolves.toHaveLength(1);
});

it('fails every call once it is closed', async () => {
  const { store, lost } = await opened();
  let told = false;
  void lost.then(() => {
    told = true;
  });
  await store.close();
  await expect(store.listTickets({ limit: 1 })).rejects.toThrow(StoreUnavailable);
  expect(told).toBe(false);
});

it('refuses calls from the moment in which its thread has said that it is closed', async () => {
  const { port1, port2 } = new MessageChannel();
  const heard: string[] = [];
  port2.on('message', ({ calls }: Calls) => {
    for (const { id, method } of calls) {
      heard.push(method);
      port2.postMessage([{ id, ok: true, value: null }]);
    }
  });
  const { store } = askOver(port1);
  await store.close();
  await expect(store.listTickets({ limit: 1 })).rejects.toThrow(StoreUnavailable);
  expect(heard).toEqual(['close']);
  port1.close();
});

it('fails what waits and every later call when nobody answers any more', async () => {
  const { port1 } = new MessageChannel();
  onTestFinished(() => port1.close());
  const { store, end } = askOver(port1);
  const waits = store.listTickets({ limit: 1 });
  end(new Error('gone'));
  await expect(waits).rejects.toMatchObject({ why: 'io', cause: new Error('gone') });
  await expect(store.listTickets({ limit: 1 })).rejects.toThrow(StoreUnavailable);
});

describe('a policy', () => {
  const other = { ...POLICY, ticketPrefix: 'XX' };

  it('crosses once, and its number after that', () => {
    const sender = new PolicySender();
    const receiver = new PolicyReceiver();
    const first = sender.strip({ policy: POLICY, now: 1 });
    const sent = sender.take();
    expect(sent).toEqual([[1, POLICY]]);
    receiver.learn(sent);
    const second = sender.strip({ policy: POLICY, now: 2 });
    const third = sender.strip({ policy: other, now: 3 });
    const more = sender.take();
    expect(more).toEqual([[2, other]]);
    receiver.learn(more);
    expect([first, second, third].map((one) => receiver.restore(one))).toEqual([
      { policy: POLICY, now: 1 },
      { policy: POLICY, now: 2 },
      { policy: other, now: 3 },
    ]);
  });

  it('crosses again where it was forgotten after many others', () => {
    const sender = new PolicySender();
    const receiver = new PolicyReceiver();
    const pass = (policy: typeof POLICY) => {
      const stripped = sender.strip({ policy });
      receiver.learn(sender.take());
      return receiver.restore(stripped);
    };
    pass(POLICY);
    for (let count = 0; count < 20; count += 1) expect(pass({ ...POLICY })).toEqual({ policy: POLICY });
    expect(pass(POLICY)).toEqual({ policy: POLICY });
  });
});

describe('bytes', () => {
  it('take only themselves along', () => {
    const block = Buffer.alloc(100_000, 'x');
    const record = { raw: { inline: block.subarray(10, 20) }, list: [{ text: 'a' }], size: 10 };
    const packed = structuredClone(compact(record));
    expect(restoreBuffers(packed)).toEqual(record);
    expect(packed).toMatchObject({ raw: { inline: { byteLength: 10 } } });
    const bytes: unknown = Reflect.get(Reflect.get(Object(packed), 'raw'), 'inline');
    expect(bytes instanceof Uint8Array && bytes.buffer.byteLength).toBe(10);
  });

  it('leave what the caller has as it was', () => {
    const inline = Buffer.alloc(100_000).subarray(0, 5);
    const record = { raw: { inline } };
    expect(compact(record)).not.toBe(record);
    expect(record.raw.inline).toBe(inline);
  });

  it('of a whole block of memory are not copied', () => {
    const record = { raw: { inline: new Uint8Array(10) }, deep: [{ a: 1 }] };
    expect(compact(record)).toBe(record);
  });
});
