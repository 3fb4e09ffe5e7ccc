import { beforeEach, describe, expect, test } from '@jest/globals';
import { createDifferences, type LogDifference } from '../../../src/logs/difference/differences.js';
import { type LogArchive, type LogMark, LogRemoved } from '../../../src/logs/ports.js';
import { memoryArchive } from '../memory-archive.js';

let archive: LogArchive;
beforeEach(() => {
  archive = memoryArchive(4096);
});

const GREEN = { run: 1, stage: 'test' };
const RED = { run: 2, stage: 'test' };

/** Prints commands, each with its heading, and marks them as a worker does. */
async function print(run: number, commands: readonly (readonly string[])[], said = ''): Promise<void> {
  let text = '';
  const marks: LogMark[] = [];
  for (const [index, lines] of commands.entries()) {
    marks.push({ offset: Buffer.byteLength(text), at: 1, kind: 'command', number: index + 1 });
    text += `${lines.join('\n')}\n`;
  }
  marks.push({ offset: Buffer.byteLength(text), at: 1, kind: 'end', number: 0, exitCode: 1 });
  await archive.append({
    key: { run, stage: 'test', fence: 1 },
    offset: 0,
    bytes: Buffer.from(text + said),
    marks,
  });
}

const between = (): Promise<LogDifference> => createDifferences(archive).between(GREEN, RED);

/** As `diff` would print it, without context. */
function changed(difference: LogDifference): readonly string[] {
  if (difference.kind !== 'compared') throw new Error(difference.kind);
  return difference.hunks.flat().flatMap((line) => {
    if (line.kind === 'added') return [`+${line.after} ${line.text}`];
    return line.kind === 'removed' ? [`-${line.before} ${line.text}`] : [];
  });
}

test('what changed is shown with its numbers on both sides, and times are not', async () => {
  await print(1, [
    ['$ npm ci', 'added left-pad@1.2.0 in 3 s'],
    ['$ npm test', 'ok 1', 'ok 2 (12 ms)'],
  ]);
  await print(2, [
    ['$ npm ci', 'npm warn old', 'added left-pad@1.3.0 in 9 s'],
    ['$ npm test', 'ok 1', 'ok 2 (99 ms)'],
  ]);
  const difference = await between();
  expect(changed(difference)).toEqual([
    '-2 added left-pad@1.2.0 in 3 s',
    '+2 npm warn old',
    '+3 added left-pad@1.3.0 in 9 s',
  ]);
  expect(difference).toMatchObject({ added: 2, removed: 1, isCut: false });
});

test('nothing differs where only what varies does', async () => {
  await print(1, [['$ make', 'at 10:00:01 begun', 'took 3 s']]);
  await print(2, [['$ make', 'at 11:30:59 begun', 'took 44 s']], 'Failed at command 1\n');
  expect(await between()).toEqual({ kind: 'compared', isCut: false, hunks: [], added: 0, removed: 0 });
});

test('what the green run did after the command that failed is no difference', async () => {
  await print(1, [
    ['$ a', 'same'],
    ['$ b', 'fine'],
    ['$ c', 'later'],
  ]);
  await print(2, [
    ['$ a', 'same'],
    ['$ b', 'broken'],
  ]);
  expect(changed(await between())).toEqual(['-4 fine', '+4 broken']);
});

test('three lines stand around each change, and changes that are near are one piece', async () => {
  const lines = Array.from({ length: 40 }, (_, n) => `line ${n} of many`);
  const change = (...at: number[]) => lines.map((line, n) => (at.includes(n) ? `${line}, changed` : line));
  await print(1, [lines]);
  await print(2, [change(10, 15, 35)]);
  const difference = await between();
  if (difference.kind !== 'compared') throw new Error(difference.kind);
  expect(difference.hunks.map((hunk) => hunk.map(({ kind }) => kind[0]).join(''))).toEqual([
    'sssrassssrasss',
    'sssrasss',
  ]);
});

test('of long logs the end of what ran last is compared, with its true numbers, and that is said', async () => {
  const noise = Array.from(
    { length: 30_000 },
    (_, n) => `line ${n} of a long log, which nobody reads at all`,
  );
  await print(1, [noise, [...noise, 'the end is good']]);
  await print(2, [noise, [...noise, 'the end is bad']]);
  const difference = await between();
  expect(difference).toMatchObject({ isCut: true });
  expect(changed(difference)).toEqual(['-60001 the end is good', '+60001 the end is bad']);
});

describe('what cannot be compared says so', () => {
  test('logs that have nothing in common', async () => {
    const letters = (first: number) =>
      Array.from(
        { length: 8000 },
        (_, n) => `x${(first + n).toString(36).replaceAll(/\d/g, 'z')}${'q'.repeat(n % 97)}`,
      );
    await print(1, [letters(100_000)]);
    await print(2, [letters(900_000).toReversed()]);
    expect((await between()).kind).toBe('too_different');
  });

  test('a log that was removed', async () => {
    await print(1, [['a']]);
    const gone = { ...archive, index: () => Promise.reject(new LogRemoved()) };
    expect(await createDifferences(gone).between(GREEN, RED)).toEqual({ kind: 'removed' });
  });
});

test('one that was found is not looked for again until a log grows', async () => {
  await print(1, [['a', 'b']]);
  await print(2, [['a', 'c']]);
  const differences = createDifferences(archive);
  const first = await differences.between(GREEN, RED);
  expect(await differences.between(GREEN, RED)).toBe(first);
  await archive.append({ key: { ...RED, fence: 1 }, offset: 4, bytes: Buffer.from('d\n') });
  expect(await differences.between(GREEN, RED)).not.toBe(first);
});

test('logs of hundreds of thousands of blank lines, which a disk gives out in one piece', async () => {
  archive = memoryArchive(1024 * 1024);
  await print(1, [['$ make', '\n'.repeat(300_000)]]);
  await print(2, [['$ make', '\n'.repeat(300_000), 'sh: make: not found']]);
  const difference = await between();
  expect(difference).toMatchObject({ kind: 'compared', added: 1, isCut: true });
});
