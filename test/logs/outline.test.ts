import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { type Outline, readOutline } from '../../src/logs/outline.js';
import { memoryArchive } from './memory-archive.js';
import { anyLog, LOG, naiveLines, print } from './printed-log.js';

describe('outline', () => {
  test('knows the line of every mark, and where its section ends', async () => {
    const sections = fc.array(anyLog, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sections, fc.integer({ min: 1, max: 30 }), async (printed, piece) => {
        const archive = memoryArchive(piece);
        const expected: number[] = [];
        let lines = 1;
        let read: Outline | undefined;
        for (const [number, text] of printed.entries()) {
          const bytes = Buffer.concat([Buffer.from(`$ ${number}\n`), text, Buffer.from('\n')]);
          const mark = { offset: 0, at: number, kind: 'command', number } as const;
          await print(archive, bytes, { marks: [mark] });
          expected.push(lines);
          lines += naiveLines(bytes).length;
          read = await readOutline(archive, LOG, read);
        }
        const outline = await readOutline(archive, LOG);
        expect(outline.sections.map(({ line }) => line)).toEqual(expected);
        expect(outline.sections.map(({ heading }) => heading)).toEqual(
          printed.map((_, number) => `$ ${number}`),
        );
        expect(outline.sections.map(({ until }) => until + 1)).toEqual([...expected.slice(1), lines]);
        expect(outline.lines).toBe(lines - 1);
        expect(read).toEqual(outline);
      }),
      { numRuns: 200 },
    );
  });

  test('a section has begun before its heading is there', async () => {
    const archive = memoryArchive();
    await print(archive, 'x\n', { marks: [{ offset: 2, at: 1, kind: 'command', number: 1 }] });
    expect(await readOutline(archive, LOG)).toMatchObject({
      lines: 1,
      sections: [{ line: 2, until: 2, heading: '' }],
    });
  });

  test('of nothing is nothing', async () => {
    expect(await readOutline(memoryArchive(), LOG)).toEqual({
      bytes: 0,
      lines: 0,
      sections: [],
      startedAt: undefined,
    });
  });

  test('reads no more of a heading than anybody reads', async () => {
    const archive = memoryArchive(4096);
    await print(archive, `$ ${'é'.repeat(5_000)}\n`, {
      marks: [{ offset: 0, at: 1, kind: 'command', number: 1 }],
    });
    const { sections } = await readOutline(archive, LOG);
    expect(sections[0]?.heading).toBe(`$ ${'é'.repeat(511)}`);
  });
});
