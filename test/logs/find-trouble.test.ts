import { describe, expect, test } from '@jest/globals';

import { createTroubleFinder } from '../../src/logs/find-trouble.js';
import type { LogArchive } from '../../src/logs/ports.js';
import { memoryArchive } from './memory-archive.js';
import { LOG, print } from './printed-log.js';

const TROUBLES = [
  '--- FAIL: TestLogin (0.02s)',
  'FAIL src/login.test.ts',
  'not ok 3 - adds',
  'npm ERR! code ELIFECYCLE',
  'E   assert 1 == 2',
  '  ✕ adds (3 ms)',
  'fatal: not a git repository',
  'panic: runtime error: index out of range',
  'java.lang.NullPointerException: x',
  'TypeError: x is not a function',
  'error[E0382]: use of moved value',
  'src/main.ts(3,1): error TS2304: Cannot find name',
  'main.c:3:5: error: expected ;',
  'Traceback (most recent call last):',
  'sh: 1: foo: not found',
];
const CALM = [
  'ERROR 0 errors',
  'error: could not reach the mirror, retrying (ignored)',
  'ok 3 - handles errors',
  'compiling error.ts',
  '0 failures',
  'PASS fail.test.ts',
  'found',
  '',
];

describe('troubles', () => {
  test.each([...TROUBLES.map((line) => [line, 1] as const), ...CALM.map((line) => [line, 0] as const)])(
    '%j: %i',
    async (line, count) => {
      const archive = memoryArchive();
      await print(archive, `${line}\n`);
      expect((await createTroubleFinder(archive)(LOG)).count).toBe(count);
    },
  );

  test('are found in a whole log, in colours too: the quick look misses none', async () => {
    const archive = memoryArchive();
    const lines = [...TROUBLES, ...CALM].flatMap((line) => [
      `\x1b[31m${line.slice(0, 2)}\x1b[0m${line.slice(2)}`,
      'calm',
    ]);
    await print(archive, `${lines.join('\n')}\n`);
    expect(await createTroubleFinder(archive)(LOG)).toEqual({
      lines: TROUBLES.map((_, index) => 2 * index + 1),
      count: TROUBLES.length,
    });
  });

  test('are named as far as a map shows them, and counted all', async () => {
    const archive = memoryArchive(65_536);
    await print(archive, 'error: x\n'.repeat(6_000));
    const { lines, count } = await createTroubleFinder(archive)(LOG);
    expect([lines.length, lines.at(-1), count]).toEqual([5_000, 5_000, 6_000]);
  });

  test('are found once for every size of a log', async () => {
    const plain = memoryArchive(64);
    let reads = 0;
    const archive: LogArchive = {
      ...plain,
      read: (...asked) => {
        reads += 1;
        return plain.read(...asked);
      },
    };
    const troubles = createTroubleFinder(archive);
    await print(archive, 'error: x\n');
    await Promise.all([troubles(LOG), troubles(LOG)]);
    await troubles(LOG);
    const readOnce = reads;
    await print(archive, 'error: y\n');
    expect((await troubles(LOG)).lines).toEqual([1, 2]);
    expect([readOnce, reads]).toEqual([1, 2]);
  });

  test('an answer that failed is not kept', async () => {
    const plain = memoryArchive();
    await print(plain, 'error: x\n');
    let isBroken = true;
    const archive: LogArchive = {
      ...plain,
      index: async (log) => {
        if (isBroken) throw new Error('the disk');
        return plain.index(log);
      },
    };
    const troubles = createTroubleFinder(archive);
    await expect(troubles(LOG)).rejects.toThrow('the disk');
    isBroken = false;
    expect((await troubles(LOG)).count).toBe(1);
  });
});
