import { expect, test } from '@jest/globals';
import { immutable } from './immutable.js';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];

function counted(kept = 10) {
  const asked: string[] = [];
  const failing = new Set<string>();
  const read = immutable(
    kept,
    async (directory, sha, path: string) => {
      asked.push(`${directory} ${sha.slice(0, 4)} ${path}`);
      if (failing.has(sha)) throw new Error('no such object');
      return path;
    },
    (answer) => answer !== 'large',
  );
  return { asked, failing, read };
}

test('the same question about the same object is asked once, also by two at a time', async () => {
  const { asked, read } = counted();
  await Promise.all([read('r', A, 'x'), read('r', A, 'x')]);
  expect(await read('r', A, 'x')).toBe('x');
  expect(asked).toEqual(['r aaaa x']);
});

test('another path, object or repository is another question', async () => {
  const { asked, read } = counted();
  for (const [directory, sha, path] of [
    ['r', A, 'x'],
    ['r', A, 'y'],
    ['r', B, 'x'],
    ['s', A, 'x'],
  ] as const)
    await read(directory, sha, path);
  expect(asked).toEqual(['r aaaa x', 'r aaaa y', 'r bbbb x', 's aaaa x']);
});

test('a ref or the beginning of a sha may move, and is asked each time', async () => {
  const { asked, read } = counted();
  for (const name of ['main', 'main', 'aaaa', 'aaaa']) await read('r', name, 'x');
  expect(asked).toHaveLength(4);
});

test('what is not there may come', async () => {
  const { asked, failing, read } = counted();
  failing.add(A);
  await expect(read('r', A, 'x')).rejects.toThrow('no such object');
  failing.clear();
  expect(await read('r', A, 'x')).toBe('x');
  expect(asked).toHaveLength(2);
});

test('the oldest is forgotten, and what is large is not kept', async () => {
  const { asked, read } = counted(2);
  for (const sha of [A, B, C, C, A]) await read('r', sha, 'x');
  expect(asked).toEqual(['r aaaa x', 'r bbbb x', 'r cccc x', 'r aaaa x']);
  await read('r', B, 'large');
  await read('r', B, 'large');
  expect(asked).toHaveLength(6);
});
