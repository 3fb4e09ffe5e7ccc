import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { createTail } from '../../src/logs/tail.js';
import { memoryArchive } from './memory-archive.js';

async function tailOf(log: string | Buffer, bytes: number): Promise<{ text: string; size: number }> {
  const archive = memoryArchive();
  await archive.append({ key: { run: 1, stage: 's', fence: 1 }, offset: 0, bytes: Buffer.from(log) });
  const tail = await createTail(archive).tail({ run: 1, stage: 's' }, bytes);
  return { text: tail.bytes.toString(), size: tail.size };
}

describe('tail', () => {
  test.each([
    ['nothing', '', 10, ''],
    ['a log that fits', 'one\ntwo\n', 8, 'one\ntwo\n'],
    ['a cut inside a line', 'one\ntwo\nthree', 7, 'three'],
    ['a cut just at a line', 'one\ntwo\n', 4, 'two\n'],
    ['one long line', 'aaaaaaaaaa', 4, 'aaaa'],
    ['one long line that ends', 'aaaaaaaaa\n', 4, 'aaa\n'],
    ['one long line of wide characters', 'ééééé', 3, 'é'],
    ['no bytes wanted', 'one\n', 0, ''],
  ])('%s', async (_name, log, bytes, text) => {
    expect(await tailOf(log, bytes)).toEqual({ text, size: Buffer.byteLength(log) });
  });

  test('is an end of the log, within the limit, and starts at a line when one starts there', async () => {
    const logs = fc.string({ unit: fc.constantFrom('a', '\n', 'é', '🌀'), maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(logs, fc.nat(80), async (log, bytes) => {
        const { text, size } = await tailOf(log, bytes);
        expect(size).toBe(Buffer.byteLength(log));
        expect(log.endsWith(text)).toBe(true);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bytes);
        const before = log.slice(0, log.length - text.length);
        const window = Buffer.from(log)
          .subarray(Math.max(0, size - bytes))
          .toString();
        if (before !== '' && window.slice(0, -1).includes('\n')) expect(before.at(-1)).toBe('\n');
      }),
    );
  });
});
