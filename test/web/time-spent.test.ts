import { describe, expect, test } from '@jest/globals';
import type { StageState } from '../../src/pipeline/model.js';
import type { RunView } from '../../src/web/ports.js';
import { timeSpent } from '../../src/web/time-spent.js';
import { tag } from '../pipeline/examples.js';
import { matrix, planOf, stage } from '../pipeline/graph/definitions.js';
import { NOON, queued, runView } from './runs.js';

function ran(from: number, to: number, spans: Readonly<Record<string, number>> = {}): StageState {
  return {
    status: 'completed',
    outcome: { kind: 'passed' },
    facts: { spans },
    startedAt: NOON + from * 1000,
    completedAt: NOON + to * 1000,
  };
}

function view(stages: Readonly<Record<string, StageState>>): RunView {
  const plan = planOf(
    [
      stage('pre_build'),
      stage('integration', { needs: ['pre_build'] }),
      stage('e2e', { matrix: matrix({ n: Array.from({ length: 9 }, (_, n) => String(n)) }) }),
    ],
    tag('v1'),
  );
  return { ...runView({ plan, stages }), createdAt: NOON };
}

describe('where the time of a run went', () => {
  test('waiting, starting and running, and the biggest part in words', () => {
    const spent = timeSpent(
      view({
        pre_build: ran(9, 17, { checkout: 1500, prepare: 500, run: 6000 }),
        integration: ran(18, 66, { services: 8000 }),
      }),
      NOON,
    );
    expect(spent.totalMs).toBe(66_000);
    expect(spent.words).toBe('Most of the time: integration, 48 s of 1 min 6 s; 10 s waiting for a worker');
    expect(spent.bars.map(({ node, ...times }) => ({ name: node.name, ...times }))).toEqual([
      {
        name: 'pre_build',
        readyAt: 0,
        startedAt: 9000,
        workAt: 11_000,
        endAt: 17_000,
        starting: ['checkout 1.5 s', 'prepare 0.5 s'],
      },
      {
        name: 'integration',
        readyAt: 17_000,
        startedAt: 18_000,
        workAt: 26_000,
        endAt: 66_000,
        starting: ['services 8 s'],
      },
      expect.objectContaining({ name: 'e2e' }),
    ]);
  });

  test('a stage whose needs are not over is not said to wait for a worker', () => {
    const running: StageState = { status: 'in_progress', startedAt: NOON + 1000 };
    const { bars } = timeSpent(view({ pre_build: running, integration: queued }), NOON + 5000);
    expect(bars.map(({ node }) => node.name)).toEqual(['pre_build', 'e2e']);
    expect(timeSpent(view({ pre_build: queued }), NOON + 5000).words).toBe(
      'So far: 5 s waiting for a worker',
    );
  });

  test('many cells are one, from the first that began to the last that ended', () => {
    const cells = Object.fromEntries(
      Array.from({ length: 9 }, (_, n) => [`e2e (n=${n})`, ran(2 + n, 10 + n)] as const),
    );
    const { bars } = timeSpent(view({ pre_build: ran(0, 1), integration: ran(1, 2), ...cells }), NOON);
    expect(bars.at(-1)).toMatchObject({ readyAt: 0, startedAt: 2000, endAt: 18_000 });
    expect(bars.at(-1)?.node.stages).toHaveLength(9);
  });

  test('what ran before somebody had it run again is another story', () => {
    const before = view({ pre_build: ran(0, 8), integration: ran(3600, 3610) });
    const stages = before.progress.stages.map((one) =>
      one.id === 'integration' ? { ...one, again: { by: 'alice', at: NOON + 3_590_000 } } : one,
    );
    const spent = timeSpent({ ...before, progress: { ...before.progress, stages } }, NOON + 3_610_000);
    expect(spent.totalMs).toBe(20_000);
    expect(spent.bars.find(({ node }) => node.name === 'pre_build')).toBeUndefined();
    expect(spent.bars.find(({ node }) => node.name === 'integration')).toMatchObject({
      readyAt: 0,
      startedAt: 10_000,
    });
  });
});
