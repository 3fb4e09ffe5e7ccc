import { describe, expect, test } from '@jest/globals';
import { isLabel, neededLabels, workerWith } from '../../src/pipeline/labels.js';

test.each(['gpu', 'arm64', 'team-a', 'v1.2_x', '0', 'x'.repeat(50)])('%s is a label', (text) => {
  expect(isLabel(text)).toBe(true);
});

test.each(['', ' ', 'a b', 'a+b', 'a:b', 'a,b', 'ä', '*', 'x'.repeat(51)])('%j is none', (text) => {
  expect(isLabel(text)).toBe(false);
});

describe('in words', () => {
  test.each([
    [[], 'a worker'],
    [['gpu'], 'a worker with the label gpu'],
    [['arm64', 'gpu'], 'a worker with the labels arm64 and gpu'],
    [['a', 'b', 'c'], 'a worker with the labels a, b and c'],
  ])('%j', (labels, words) => {
    expect(workerWith(labels)).toBe(words);
  });
});

describe('a job that uses the image of another', () => {
  const job = { id: 'e2e', stages: ['e2e'], needs: ['chain'], imageOf: 'build' };
  const built = { outcome: { kind: 'passed' }, facts: { worker: 'w1' }, completedAt: 1 } as const;

  test('goes to the worker that built it, which must have its labels too', () => {
    const stages = [{ id: 'build', state: { status: 'completed', ...built } as const }];
    expect(neededLabels({ stages }, job)).toEqual(['worker-w1']);
    expect(neededLabels({ stages }, { ...job, runsOn: ['gpu', 'zfs'] })).toEqual(['gpu', 'worker-w1', 'zfs']);
  });

  test('needs nobody in particular before that, nor without an image', () => {
    const stages = [{ id: 'build', state: { status: 'queued' } as const }];
    expect(neededLabels({ stages }, job)).toEqual([]);
    const { imageOf: _, ...other } = job;
    expect(neededLabels({ stages }, { ...other, runsOn: ['gpu'] })).toEqual(['gpu']);
  });
});
