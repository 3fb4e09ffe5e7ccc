import { describe, expect, test } from '@jest/globals';
import { isLabel, lastWorker, neededLabels, workerWith } from '../../src/pipeline/labels.js';

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
    expect(neededLabels({ stages, jobs: [] }, job)).toEqual(['worker-w1']);
    expect(neededLabels({ stages, jobs: [] }, { ...job, runsOn: ['gpu', 'zfs'] })).toEqual([
      'gpu',
      'worker-w1',
      'zfs',
    ]);
  });

  test('needs nobody in particular before that, nor without an image', () => {
    const stages = [{ id: 'build', state: { status: 'queued' } as const }];
    expect(neededLabels({ stages, jobs: [] }, job)).toEqual([]);
    const { imageOf: _, ...other } = job;
    expect(neededLabels({ stages, jobs: [] }, { ...other, runsOn: ['gpu'] })).toEqual(['gpu']);
  });
});

describe('a job of which something is done', () => {
  const job = { id: 'chain', stages: ['pre_build', 'integration'], needs: [] };
  const over = { status: 'completed', outcome: { kind: 'passed' }, facts: {}, completedAt: 1 } as const;
  const begun = [
    { id: 'pre_build', state: over },
    { id: 'integration', state: { status: 'queued' } as const },
  ];
  const had = { id: 'chain', status: 'waiting', attempt: 1, fence: 1, seq: 0, worker: 'w1' } as const;

  test('is at its best where its last worker is', () => {
    expect(lastWorker({ stages: begun, jobs: [had] }, job)).toBe('w1');
  });

  test('goes to that worker alone while it is queued for it, which must have its labels too', () => {
    const jobs = [{ ...had, boundTo: 'w1' }];
    expect(neededLabels({ stages: begun, jobs }, { ...job, runsOn: ['zfs'] })).toEqual(['worker-w1', 'zfs']);
    expect(neededLabels({ stages: begun, jobs: [had] }, { ...job, runsOn: ['zfs'] })).toEqual(['zfs']);
  });

  test('runs anywhere from its first stage on, and when nobody had it', () => {
    const { worker: _, ...nobody } = had;
    const anew = begun.map(({ id }) => ({ id, state: { status: 'queued' } as const }));
    expect(lastWorker({ stages: anew, jobs: [had] }, job)).toBeUndefined();
    expect(lastWorker({ stages: begun, jobs: [nobody] }, job)).toBeUndefined();
  });

  test('goes where the image is that it uses', () => {
    expect(lastWorker({ stages: begun, jobs: [had] }, { ...job, imageOf: 'build' })).toBeUndefined();
  });
});
