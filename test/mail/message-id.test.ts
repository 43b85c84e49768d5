import { describe, expect, it } from 'vitest';
import {
  datedPart,
  readMessageIds,
  type SigningKey,
  signMessageId,
  verifyMessageId,
} from '../../src/mail/message-id.ts';
import { fastest } from '../support/fastest.ts';

const KEY: SigningKey = { id: 'k1', secret: Buffer.alloc(32, 1), revoked: false };
const OTHER: SigningKey = { id: 'k2', secret: Buffer.alloc(32, 2), revoked: false };
const ID = { ticket: '482913', part: 'root' };
const SIGNED = signMessageId(ID, KEY, 'taquilla.example');

describe('Message-IDs in a header', () => {
  it.each<[readonly string[], readonly string[]]>([
    [['<a@x>'], ['<a@x>']],
    [['<a@x> <b@x>'], ['<a@x>', '<b@x>']],
    [['<a@x><b@x>,<c@x>'], ['<a@x>', '<b@x>', '<c@x>']],
    [['<a@x>\r\n\t<b@x>'], ['<a@x>', '<b@x>']],
    [['< a b @x >'], ['<ab@x>']],
    [['<largo-\r\n partido@x>'], ['<largo-partido@x>']],
    [
      ['<a@x>', '<b@x> <a@x>'],
      ['<a@x>', '<b@x>'],
    ],
    [['Mensaje de Ana <a@x> del lunes'], ['<a@x>']],
    [['a@x'], []],
    [['<>'], []],
    [['<a@x'], []],
    [['<<a@x>>'], []],
    [[`<${'a'.repeat(1000)}@x>`], []],
    [[], []],
  ])('%j are %j', (raws, ids) => {
    expect(readMessageIds(raws)).toEqual(ids);
  });

  it('are the newest 100 of many', () => {
    const ids = Array.from({ length: 500 }, (_, index) => `<${index}@x>`);
    expect(readMessageIds([ids.join(' ')])).toEqual(ids.slice(-100));
  });

  it.each(['<', '>', '<a', '<>', '<a>', '< '])('are found in linear time in 1 MB of %j', (unit) => {
    const raw = unit.repeat(1_000_000 / unit.length);
    expect(fastest(() => readMessageIds([raw]))).toBeLessThan(1000);
  });
});

describe('a Message-ID of ours', () => {
  it('says which ticket and which mail', () => {
    expect(SIGNED).toMatch(/^<tq\.root\.482913\.k1\.[0-9a-f]{24}@taquilla\.example>$/);
    expect(verifyMessageId(SIGNED, [OTHER, KEY])).toEqual(ID);
  });

  it('sorts by the time of its mail, whatever ticket that belongs to', () => {
    const at = (time: number, ticket: string, token: string) =>
      signMessageId({ ticket, part: datedPart(time, token) }, KEY, 'taquilla.example');
    const times = [0, 1, Date.UTC(2026, 10, 22), Date.UTC(2026, 10, 22) + 1, Date.UTC(5000, 0, 1)];
    const ids = times.map((time, index) => at(time, `${900_000 - index}`, `${9 - index}abc`));
    expect([...ids].sort()).toEqual(ids);
    expect(verifyMessageId(ids[2] ?? '', [KEY])?.part).toHaveLength(9 + 4);
  });

  it('is ours whatever domain a relay put behind it', () => {
    expect(verifyMessageId(SIGNED.replace('@taquilla.example', '@relay.example'), [KEY])).toEqual(ID);
  });

  it.each([
    ['another ticket', SIGNED.replace('482913', '482914')],
    ['another mail of the ticket', SIGNED.replace('root', 'r00t')],
    ['another key', SIGNED.replace('.k1.', '.k2.')],
    ['a key that is not there', SIGNED.replace('.k1.', '.k9.')],
    ['a changed signature', SIGNED.replace(/[0-9a-f]{2}@/, (end) => (end === '00@' ? '11@' : '00@'))],
    ['a shorter signature', SIGNED.replace(/[0-9a-f]@/, '@')],
    ['a longer signature', SIGNED.replace('@', '0@')],
    ['no signature', '<tq.root.482913.k1@taquilla.example>'],
    ['a signature of other characters', SIGNED.replace(/[0-9a-f]{24}@/, `${'ñ'.repeat(24)}@`)],
    ['one part more', SIGNED.replace('root', 'root.x')],
    ['no brackets', SIGNED.slice(1, -1)],
    ['no domain', '<tq.root.482913.k1.000000000000000000000000>'],
    ['somebody else', '<abc@empresa.example>'],
    ['nothing', ''],
  ])('is not one with %s', (_, id) => {
    expect(verifyMessageId(id, [KEY, OTHER])).toBeNull();
  });

  it('is none any more once its key is revoked', () => {
    expect(verifyMessageId(SIGNED, [{ ...KEY, revoked: true }])).toBeNull();
    expect(verifyMessageId(SIGNED, [])).toBeNull();
  });
});
