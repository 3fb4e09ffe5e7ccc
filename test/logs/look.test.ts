import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { look } from '../../src/logs/look.js';
import { naiveLines } from './printed-log.js';

test('wherever its text is cut, a part holds the same lines, and all of its bytes', () => {
  const unit = fc.constantFrom('a', 'b', 'é', '🌀', '\n', '\n', '\x1b[1m');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 80 }), fc.integer({ min: 1, max: 40 }), (log, most) => {
      const bytes = Buffer.from(log);
      const { head, lines, tail } = look(bytes, { kind: 'text', text: 'ab', isCaseSensitive: true }, most);
      if (tail === undefined) return expect(log.includes('\n') || !bytes.equals(head)).toBe(false);
      const middle = bytes.subarray(head.length, bytes.length - tail.length);
      const holding = naiveLines(middle).flatMap((line, index) =>
        line.replaceAll('\x1b[1m', '').includes('ab') ? [index + 1] : [],
      );
      expect([...lines]).toEqual(holding);
      expect([bytes.indexOf('\n') + 1, bytes.lastIndexOf('\n') + 1]).toEqual([
        head.length,
        bytes.length - tail.length,
      ]);
    }),
    { numRuns: 1000 },
  );
});
