import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { type LineBatch, LONGEST_LINE, lineBatches } from '../../src/web/line-batches.js';

async function batchesOf(log: Buffer, cuts: readonly number[], from: number): Promise<LineBatch[]> {
  async function* chunks(): AsyncGenerator<Buffer> {
    let at = 0;
    for (const cut of [...cuts.toSorted((a, b) => a - b), log.length]) {
      const end = Math.min(cut, log.length);
      if (end > at) yield log.subarray(at, end);
      at = Math.max(at, end);
    }
  }
  const batches: LineBatch[] = [];
  for await (const batch of lineBatches(chunks(), from)) batches.push(batch);
  return batches;
}

describe('lineBatches', () => {
  test('give the log line by line, whole characters, with offsets to go on from', async () => {
    const logs = fc.string({ unit: fc.constantFrom('a', '\n', 'é', '🌀'), maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(logs, fc.array(fc.nat(200), { maxLength: 8 }), fc.nat(9), async (log, cuts, from) => {
        const bytes = Buffer.from(log);
        const batches = await batchesOf(bytes, cuts, from);
        expect(batches.map(({ text }) => text).join('\n')).toBe(log.replace(/\n$/, ''));
        if (bytes.length > 0) expect(batches.at(-1)?.end).toBe(from + bytes.length);
        for (const { end } of batches.slice(0, -1)) expect(bytes[end - from - 1]).toBe(0x0a);
      }),
    );
  });

  test('break an endless line between characters, and count on', async () => {
    const line = `a${'🌀'.repeat(LONGEST_LINE)}`;
    const batches = await batchesOf(Buffer.from(line), [1000, 70_000, 70_001], 5);
    expect(batches.map(({ text }) => text).join('')).toBe(line);
    expect(batches.length).toBeGreaterThan(4);
    expect(batches.at(-1)?.end).toBe(5 + Buffer.byteLength(line));
  });

  test('go on through what is no text', async () => {
    const bytes = Buffer.alloc(3 * LONGEST_LINE, 0x80);
    const batches = await batchesOf(bytes, [], 0);
    expect(batches.at(-1)?.end).toBe(bytes.length);
  });
});
