import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { type Found, MOST_NAMED, type Search, searchLog } from '../../src/logs/search.js';
import { memoryArchive } from './memory-archive.js';
import { LOG, naiveLines, print } from './printed-log.js';

// oxlint-disable-next-line no-control-regex -- escape sequences are what is to be hidden
const SEQUENCE = /\x1b\[[0-9;]*m|\x1b\]8;;[^\x07\n]*\x07/g;

async function searched(
  log: string | Buffer,
  search: Partial<Search>,
  { stride, piece = 7 }: { readonly stride?: number; readonly piece?: number } = {},
): Promise<{ readonly lines: readonly number[]; readonly last: Found | undefined }> {
  const archive = memoryArchive(piece);
  await print(archive, log);
  const answers: Found[] = [];
  const wanted = { text: '', isCaseSensitive: false, ...search };
  for await (const found of searchLog(archive, LOG, wanted, stride === undefined ? {} : { stride })) {
    answers.push(found);
  }
  return { lines: answers.flatMap(({ lines }) => lines), last: answers.at(-1) };
}

function naive(log: string, { text, isCaseSensitive }: Search): number[] {
  const literal = new RegExp(
    text.replace(/\W/gu, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`),
    isCaseSensitive ? 'u' : 'iu',
  );
  const plain = naiveLines(Buffer.from(log)).map((line) => line.replace(SEQUENCE, ''));
  return plain.flatMap((line, index) => (line.includes(text) || literal.test(line) ? [index + 1] : []));
}

const letter = fc.constantFrom('a', 'A', 'b', 'k', 'K', 's', 'ſ', 'ß', 'é', 'É', '🌀', '.', '(', ' ');
const text = fc.string({ unit: letter, minLength: 1, maxLength: 3 });

describe('search', () => {
  test('finds what a naive search finds, through colours and links', async () => {
    const unit = fc.oneof(
      { weight: 5, arbitrary: letter },
      fc.constantFrom('\n', '\n', '\x1b[31m', '\x1b[0m', '\x1b]8;;x\x07'),
    );
    const logs = fc
      .array(fc.string({ unit, maxLength: 6 }), { maxLength: 12 })
      .map((lines) => lines.join('\n'));
    await fc.assert(
      fc.asyncProperty(
        logs,
        text,
        fc.boolean(),
        fc.integer({ min: 64, max: 200 }),
        async (log, text, isCaseSensitive, stride) => {
          const search = { text, isCaseSensitive };
          const expected = naive(log, search);
          const { lines, last } = await searched(log, search, { stride });
          expect(lines).toEqual(expected);
          if (log !== '')
            expect(last).toMatchObject({
              count: expected.length,
              scanned: naiveLines(Buffer.from(log)).length,
            });
        },
      ),
      { numRuns: 500 },
    );
  });

  test('finds across the cuts of lines longer than what is looked at, each line once', async () => {
    const logs = fc.string({
      unit: fc.oneof({ weight: 40, arbitrary: fc.constantFrom('a', 'A', 'b', 'é') }, fc.constant('\n')),
      minLength: 60,
      maxLength: 300,
    });
    await fc.assert(
      fc.asyncProperty(
        logs,
        fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 40 }),
        async (log, text, piece) => {
          const search = { text, isCaseSensitive: false };
          expect((await searched(log, search, { stride: 24, piece })).lines).toEqual(naive(log, search));
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each([
    ['fixed text, not a pattern', 'a.c\nabc\n', 'a.c', [1]],
    ['any case', 'Error\nERROR\nerror\n', 'eRRor', [1, 2, 3]],
    ['simple case folding: one character is one', 'STRASSE\nStraße\nSTRAẞE\n', 'straße', [2, 3]],
    ['nothing', 'a\n', '', []],
    ['no more than one line', 'a\nb\n', 'a\nb', []],
    ['what has no line end yet', 'x\nab', 'AB', [2]],
    ['a query that was copied with its colours', 'red\n', '\x1b[31mred\x1b[0m', [1]],
  ])('%s', async (_name, log, text, lines) => {
    expect((await searched(log, { text })).lines).toEqual(lines);
  });

  test('bytes that are no text hide nothing else', async () => {
    const log = Buffer.concat([
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from('err'),
      Buffer.from([0xff, 0x0a]),
    ]);
    expect((await searched(log, { text: 'ERR' })).lines).toEqual([2]);
  });

  test('names so many lines, and counts all', async () => {
    const { lines, last } = await searched('x\n'.repeat(MOST_NAMED + 5), { text: 'x' }, { piece: 65_536 });
    expect([lines.length, lines.at(-1), last?.count]).toEqual([MOST_NAMED, MOST_NAMED, MOST_NAMED + 5]);
  });

  test('stops when nobody waits for it', async () => {
    const archive = memoryArchive();
    await print(archive, 'x\n'.repeat(100));
    const abort = new AbortController();
    const search = { text: 'x', isCaseSensitive: true };
    const answers = searchLog(archive, LOG, search, { signal: abort.signal, stride: 16 });
    expect((await answers.next()).value).toMatchObject({ lines: expect.any(Array) });
    abort.abort();
    expect((await answers.next()).done).toBe(true);
  });
});
