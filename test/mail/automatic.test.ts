import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Automatic, classify, leadingToken } from '../../src/mail/automatic.ts';
import { readHeaderLines } from '../../src/mail/header-lines.ts';
import { corpus } from '../support/corpus.ts';
import { fastest } from '../support/fastest.ts';
import { HEADER_CASES } from './automatic.cases.ts';
import { KINDS_OF_OTHERS, NOT_MAILS, OTHER_FOLDERS } from './automatic.corpus.ts';

function classifyBytes(start: Uint8Array, nullSender = false): Automatic {
  return classify({ lines: readHeaderLines(start).lines, nullSender, start });
}

/** A mail of these header lines, with a sender unless they name one. */
function mailOf(header: string, body = 'Hola,\n\nno puedo entrar en el panel.\n'): Uint8Array {
  const from = header.toLowerCase().includes('from:') ? '' : 'From: Ana <ana@empresa.example>\n';
  return Buffer.from(`${from}To: soporte@example.com\n${header}\n\n${body}`, 'latin1');
}

describe('the kind of a mail', () => {
  it.each(HEADER_CASES)('$kind: $name', ({ header, kind, evidence, nullSender }) => {
    const result = classifyBytes(mailOf(header), nullSender);
    expect(result.kind).toBe(kind);
    if (evidence !== undefined) expect(result.evidence.join('\n')).toContain(evidence);
    if (kind === 'human') expect(result.evidence).toEqual([]);
    expect(result.bounce).toBeNull();
    expect(result.bounces).toEqual([]);
  });

  it('has the report in `bounce` and all of it in `bounces`', () => {
    const text =
      'I was not able to deliver your message:\n\n<a@x.example>:\n550 5.1.1 no\n\n<b@x.example>:\n550 5.2.2 full\n';
    const start = mailOf('From: MAILER-DAEMON@mx.example\nSubject: failure notice', text);
    const result = classifyBytes(start);
    expect(result.kind).toBe('bounce');
    expect(result.bounces.map(({ recipient, status }) => [recipient, status])).toEqual([
      ['a@x.example', '5.1.1'],
      ['b@x.example', '5.2.2'],
    ]);
    expect(result.bounce).toEqual(result.bounces[0]);
  });

  it('reads the first token of a value past comments, quotes and folds', () => {
    expect(leadingToken(' Auto-Replied (a; b)')).toBe('auto-replied');
    expect(leadingToken('\r\n (x) "no"')).toBe('no');
    expect(leadingToken('')).toBe('');
    expect(leadingToken('((((((')).toBe('');
  });

  it('answers hostile headers at once', () => {
    const hostile = [
      `Auto-Submitted: ${'('.repeat(200_000)}`,
      `Auto-Submitted: ${'a'.repeat(200_000)}`,
      `Subject: ${'vacaciones '.repeat(20_000)}`,
      `From: ${'<'.repeat(200_000)}`,
      `From: ${'a@b.example,'.repeat(15_000)}`,
      `X-Auto-Response-Suppress: ${'all,'.repeat(50_000)}\nSubject: ${'\u00e1'.repeat(100_000)}`,
      'List-Id: x\n'.repeat(20_000),
      'Auto-Submitted: no\n'.repeat(12_000),
      `Content-Type: multipart/report; ${'a=b;'.repeat(50_000)}`,
      `Content-Type: ${'"'.repeat(200_000)}`,
      `Return-Path: ${'<'.repeat(200_000)}`,
    ];
    for (const header of hostile) {
      const mail = mailOf(header);
      expect(
        fastest(() => classifyBytes(mail, true)),
        header.slice(0, 40),
      ).toBeLessThan(100);
    }
  });
});

describe.skipIf(corpus === null)('the kinds of the corpus, bounces aside', () => {
  it('takes no human mail for automatic, and no automatic one for human', () => {
    const misses: string[] = [];
    const counts = new Map<string, number>();
    for (const file of OTHER_FOLDERS.flatMap(filesBelow)) {
      const start = readFileSync(join(corpus ?? '', file)).subarray(0, 256 * 1024);
      if (readHeaderLines(start).lines.length === 0) continue;
      const { kind, evidence } = classifyBytes(start);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      const label = KINDS_OF_OTHERS[file] ?? 'human';
      if (kind !== label) misses.push(`${file}: ${kind} instead of ${label} (${evidence.join('; ')})`);
    }
    console.log(`kinds: ${[...counts].map(([kind, count]) => `${count} ${kind}`).join(', ')}; ${misses.length} misses`);
    expect(misses).toEqual([]);
  });
});

/** Files of a folder of the corpus, with that folder in front. */
function filesBelow(folder: string): string[] {
  return readdirSync(join(corpus ?? '', folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (NOT_MAILS.some((pattern) => pattern.test(path))) return [];
    return statSync(join(corpus ?? '', path)).isDirectory() ? filesBelow(path) : [path];
  });
}
