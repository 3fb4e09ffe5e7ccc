import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { createLineFeed, type LineFeed } from '../../src/logs/line-feed.js';
import type { LogLines } from '../../src/logs/lines.js';
import type { LogArchive } from '../../src/logs/ports.js';
import { memoryArchive } from './memory-archive.js';
import { anyLog, LOG, naiveLines, print } from './printed-log.js';

async function read(feed: LineFeed): Promise<LogLines[]> {
  const answers: LogLines[] = [];
  for await (const lines of feed.read()) answers.push(lines);
  return answers;
}

/** What a page shows that puts every answer at its place. */
function put(page: string[], answers: readonly LogLines[]): void {
  for (const { from, lines } of answers) {
    for (const [index, { text }] of lines.entries()) page[from - 1 + index] = text;
  }
}

describe('line feed', () => {
  test('gives the lines of a log, in whatever pieces it is printed, also to who comes back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyLog, { maxLength: 6 }), fc.nat(6), async (pieces, back) => {
        const archive = memoryArchive();
        const page: string[] = [];
        let feed = await createLineFeed(archive, LOG, 1);
        for (const [at, bytes] of pieces.entries()) {
          if (at === back) feed = await createLineFeed(archive, LOG, feed.next());
          await print(archive, bytes);
          put(page, await read(feed));
        }
        expect(page).toEqual(naiveLines(Buffer.concat(pieces)));
      }),
      { numRuns: 300 },
    );
  });

  test('gives a line that grows again, and only then', async () => {
    const archive = memoryArchive();
    const feed = await createLineFeed(archive, LOG, 1);
    await print(archive, 'one\nHal');
    expect(await read(feed)).toMatchObject([
      { from: 1, lines: [{ text: 'one' }, { text: 'Hal' }], total: 2 },
    ]);
    expect(feed.next()).toBe(2);
    expect(await read(feed)).toEqual([]);
    await print(archive, 'lo');
    expect(await read(feed)).toMatchObject([{ from: 2, lines: [{ text: 'Hallo' }], total: 2 }]);
    await print(archive, '\n');
    expect(await read(feed)).toMatchObject([{ from: 2, lines: [{ text: 'Hallo' }], total: 2 }]);
    expect(feed.next()).toBe(3);
    expect(await read(feed)).toEqual([]);
  });

  test('gives at most 2,000 lines at once', async () => {
    const archive = memoryArchive(1000);
    await print(archive, 'abc\n'.repeat(4500));
    const answers = await read(await createLineFeed(archive, LOG, 1));
    expect(answers.map(({ from, lines }) => [from, lines.length])).toEqual([
      [1, 2000],
      [2001, 2000],
      [4001, 500],
    ]);
  });

  test('goes to the end where its reader is more than 10,000 lines behind', async () => {
    const archive = memoryArchive(65_536);
    const feed = await createLineFeed(archive, LOG, 1);
    await print(archive, 'x\n'.repeat(9_999));
    expect((await read(feed))[0]).toMatchObject({ from: 1 });
    await print(archive, 'y\n'.repeat(20_000));
    const [first, ...more] = await read(feed);
    expect(first).toMatchObject({ from: 29_000, total: 29_999 });
    expect(more).toEqual([]);
    expect(first?.lines.length).toBe(1_000);
    expect(feed.next()).toBe(30_000);
  });

  test('one who asks for what is not there yet gets what comes next', async () => {
    const archive = memoryArchive();
    await print(archive, 'one\ntwo\n');
    const feed = await createLineFeed(archive, LOG, 99);
    expect(await read(feed)).toEqual([]);
    await print(archive, 'three\n');
    expect(await read(feed)).toMatchObject([{ from: 3, lines: [{ text: 'three' }] }]);
  });

  test('counts nothing again while a log grows', async () => {
    const plain = memoryArchive();
    let counted = 0;
    const archive: LogArchive = {
      ...plain,
      index: (log) => {
        counted += 1;
        return plain.index(log);
      },
    };
    const feed = await createLineFeed(archive, LOG, 1);
    for (let line = 0; line < 50; line += 1) {
      await print(archive, `line ${line}\n`);
      expect(await read(feed)).toMatchObject([{ from: line + 1 }]);
    }
    expect(counted).toBe(1);
  });
});
