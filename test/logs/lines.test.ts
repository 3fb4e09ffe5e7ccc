import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { LONGEST_LINE } from '../../src/logs/line-splitter.js';
import { readLines } from '../../src/logs/lines.js';
import type { LogArchive } from '../../src/logs/ports.js';
import { memoryArchive } from './memory-archive.js';
import { anyLog, LOG, naiveLines, print } from './printed-log.js';

async function archiveOf(log: string | Buffer, piece?: number): Promise<LogArchive> {
  const archive = memoryArchive(piece);
  await print(archive, log);
  return archive;
}

describe('lines of a log', () => {
  test('are what a naive split gives, wherever one begins to read', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyLog,
        fc.nat(30),
        fc.nat(8),
        fc.integer({ min: 1, max: 20 }),
        async (log, before, count, piece) => {
          const lines = naiveLines(log);
          const from = before + 1;
          const read = await readLines(await archiveOf(log, piece), LOG, { from, count });
          expect(read.total).toBe(lines.length);
          expect(read.lines.map(({ text }) => text)).toEqual(lines.slice(before, before + count));
        },
      ),
      { numRuns: 400 },
    );
  });

  test('know when they were printed, by whom', async () => {
    const archive = memoryArchive();
    await print(archive, 'one\ntw', { stamps: [{ offset: 0, at: 10, stream: 'stdout' }] });
    await print(archive, 'o\nthree\nfour', {
      stamps: [
        { offset: 0, at: 20, stream: 'cyclone' },
        { offset: 8, at: 30, stream: 'stderr' },
      ],
    });
    const { lines } = await readLines(archive, LOG, { from: 2, count: 9 });
    expect(lines.map(({ text, at, by }) => [text, at, by])).toEqual([
      ['two', 10, 'stdout'],
      ['three', 20, 'cyclone'],
      ['four', 30, 'stderr'],
    ]);
  });

  test('are cut where they are very long, between characters, and say how much is missing', async () => {
    const long = `a${'é'.repeat(LONGEST_LINE)}`;
    const archive = await archiveOf(`x\n${long}\r\ny\n${long}`, 1000);
    const { lines, total } = await readLines(archive, LOG, { from: 1, count: 9 });
    expect(total).toBe(4);
    expect(lines.map(({ text }) => text.length)).toEqual([1, LONGEST_LINE / 2, 1, LONGEST_LINE / 2]);
    const [, second, , last] = lines;
    expect(second?.text).toBe(long.slice(0, LONGEST_LINE / 2));
    expect(Buffer.byteLength(second?.text ?? '') + (second?.more ?? 0)).toBe(Buffer.byteLength(long) + 1);
    expect(Buffer.byteLength(last?.text ?? '') + (last?.more ?? 0)).toBe(Buffer.byteLength(long));
  });

  test('an endless line costs no more than the way to it, and its end no more than that', async () => {
    const size = 12 * 1024 * 1024;
    const plain = await archiveOf(
      Buffer.concat([Buffer.from('x\n'), Buffer.alloc(size, 'a'), Buffer.from('\ny\n')]),
      256 * 1024,
    );
    let readBytes = 0;
    const archive: LogArchive = {
      ...plain,
      read: async function* (...asked) {
        for await (const bytes of plain.read(...asked)) {
          readBytes += bytes.length;
          yield bytes;
        }
      },
    };
    const { lines } = await readLines(archive, LOG, { from: 1, count: 9 });
    expect(lines.map(({ text, more }) => [text.length, more])).toEqual([
      [1, 0],
      [LONGEST_LINE, size - LONGEST_LINE],
      [1, 0],
    ]);
    expect(readBytes).toBeLessThan(3 * 1024 * 1024);
    const last = await readLines(archive, LOG, { from: 3, count: 1 });
    expect(last.lines.map(({ text }) => text)).toEqual(['y']);
    expect(readBytes).toBeLessThan(4 * 1024 * 1024);
  });

  test('come in answers of some MiB, and go on from there', async () => {
    const archive = await archiveOf(`${'a'.repeat(LONGEST_LINE)}\n`.repeat(600), 256 * 1024);
    const first = await readLines(archive, LOG, { from: 1, count: 2000 });
    expect(first.lines.length).toBe(256);
    const second = await readLines(archive, LOG, { from: 257, count: 2000 });
    expect(second).toMatchObject({ from: 257, total: 600 });
    expect(second.lines.length).toBe(256);
  });
});
