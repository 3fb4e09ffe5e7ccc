import { describe, expect, test } from '@jest/globals';
import type { StageState } from '../../src/pipeline/model.js';
import type { Told } from '../../src/pipeline/told.js';
import type { RunView } from '../../src/web/ports.js';
import { type TimeSpent, timeSpent } from '../../src/web/time-spent.js';
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

function spentOf(shown: RunView, now: number, told: Told = new Map()): TimeSpent {
  return timeSpent(shown, told, now);
}

describe('where the time of a run went', () => {
  test('waiting, starting and running, and the biggest part in words', () => {
    const spent = spentOf(
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
        leavesAt: undefined,
        before: [],
        phases: [
          { name: 'checkout', from: 9000, to: 10_500, kind: 'starting' },
          { name: 'prepare', from: 10_500, to: 11_000, kind: 'starting' },
          { name: 'run', from: 11_000, to: 17_000, kind: 'running' },
        ],
      },
      {
        name: 'integration',
        readyAt: 17_000,
        startedAt: 18_000,
        workAt: 26_000,
        endAt: 66_000,
        leavesAt: undefined,
        before: [],
        phases: [{ name: 'services', from: 18_000, to: 26_000, kind: 'starting' }],
      },
      expect.objectContaining({ name: 'e2e' }),
    ]);
  });

  test('what a stage leaves is told from what it needs, and both from its tries', () => {
    const at = NOON + 1000;
    const state = ran(1, 6);
    if (state.status !== 'completed') throw new Error('it is over');
    const spans = [
      { name: 'outputs', at: at + 3500, ms: 500 },
      { name: 'prepare', at, ms: 500 },
      { name: 'run', at: at + 500, ms: 1000 },
      { name: 'prepare', at: at + 1500, ms: 500, attempt: 2 },
      { name: 'run', at: at + 2000, ms: 1500, attempt: 2 },
      { name: 'cache', at: at + 4000, ms: 5000 },
    ];
    const { bars } = spentOf(view({ pre_build: { ...state, facts: { spans } } }), NOON);
    expect(bars[0]).toMatchObject({ startedAt: 1000, workAt: 1500, leavesAt: 4500, endAt: 6000 });
    expect(bars[0]?.phases.map(({ name, kind, to }) => [name, kind, to])).toEqual([
      ['prepare', 'starting', 1500],
      ['run', 'running', 2500],
      ['prepare (try 2)', 'starting', 3000],
      ['run (try 2)', 'running', 4500],
      ['outputs', 'finishing', 5000],
      // Nothing reaches out of its stage, whatever a clock said.
      ['cache', 'finishing', 6000],
    ]);
  });

  test('what a job did beside its stages is its own, as far as the run had begun', () => {
    const one = view({ pre_build: ran(2, 3) });
    const spans = [
      { name: 'pull', detail: 'busybox', at: NOON + 200, ms: 700 },
      { name: 'queue', at: NOON + 50, ms: 100 },
      { name: 'queue', at: NOON - 90_000, ms: 100 },
    ];
    const job = { id: 'chain', status: 'done', attempt: 1, fence: 1, seq: 3, spans } as const;
    const progress = { ...one.progress, jobs: [job, { ...job, id: 'quiet', spans: [] }] };
    expect(spentOf({ ...one, progress }, NOON).jobs).toEqual([
      {
        job: 'chain',
        phases: [
          { name: 'queue', from: 50, to: 150, kind: 'waiting' },
          { name: 'pull busybox', from: 200, to: 900, kind: 'starting' },
        ],
      },
    ]);
  });

  test('what a job did until its first stage began is in the bar of that stage', () => {
    const one = view({ pre_build: ran(2, 3), integration: ran(4, 5) });
    const spans = [
      { name: 'queue', at: NOON + 50, ms: 100 },
      { name: 'checkout', at: NOON + 150, ms: 2000 },
      { name: 'pull', detail: 'busybox', at: NOON + 3200, ms: 100 },
    ];
    const [{ id } = { id: '' }] = one.plan.jobs;
    const job = { id, status: 'done', attempt: 1, fence: 1, seq: 3, spans } as const;
    const { bars } = spentOf({ ...one, progress: { ...one.progress, jobs: [job] } }, NOON);
    expect(bars.map(({ node, before }) => [node.name, before])).toEqual([
      [
        'pre_build',
        [
          { name: 'queue', from: 50, to: 150, kind: 'waiting' },
          { name: 'checkout', from: 150, to: 2000, kind: 'starting' },
        ],
      ],
      ['integration', []],
      ['e2e', []],
    ]);
  });

  test('telling GitHub of an end is a part of the bar, and none of the stage', () => {
    const told = new Map([
      ['pre_build', NOON + 3400],
      ['integration', NOON + 3900],
    ]);
    const { bars, totalMs, untilMs, phases } = spentOf(
      view({ pre_build: ran(2, 3), integration: ran(3, 4) }),
      NOON,
      told,
    );
    expect(bars[0]).toMatchObject({
      endAt: 3000,
      phases: [{ name: 'report', from: 3000, to: 3400, kind: 'telling' }],
    });
    // It was told of an earlier end.
    expect(bars[1]).toMatchObject({ endAt: 4000, phases: [] });
    expect([totalMs, untilMs, phases]).toEqual([4000, 4000, []]);
  });

  test('a stage whose needs are not over is not said to wait for a worker', () => {
    const running: StageState = { status: 'in_progress', startedAt: NOON + 1000 };
    const { bars } = spentOf(view({ pre_build: running, integration: queued }), NOON + 5000);
    expect(bars.map(({ node }) => node.name)).toEqual(['pre_build', 'e2e']);
    expect(spentOf(view({ pre_build: queued }), NOON + 5000).words).toBe('So far: 5 s waiting for a worker');
  });

  test('many cells are one, from the first that began to the last that ended', () => {
    const cells = Object.fromEntries(
      Array.from({ length: 9 }, (_, n) => [`e2e (n=${n})`, ran(2 + n, 10 + n)] as const),
    );
    const { bars } = spentOf(view({ pre_build: ran(0, 1), integration: ran(1, 2), ...cells }), NOON);
    expect(bars.at(-1)).toMatchObject({ readyAt: 0, startedAt: 2000, endAt: 18_000 });
    expect(bars.at(-1)?.node.stages).toHaveLength(9);
  });

  test('what ran before somebody had it run again is another story', () => {
    const before = view({ pre_build: ran(0, 8), integration: ran(3600, 3610) });
    const stages = before.progress.stages.map((one) =>
      one.id === 'integration' ? { ...one, again: { by: 'alice', at: NOON + 3_590_000 } } : one,
    );
    const spent = spentOf({ ...before, progress: { ...before.progress, stages } }, NOON + 3_610_000);
    expect(spent.totalMs).toBe(20_000);
    expect(spent.bars.find(({ node }) => node.name === 'pre_build')).toBeUndefined();
    expect(spent.bars.find(({ node }) => node.name === 'integration')).toMatchObject({
      readyAt: 0,
      startedAt: 10_000,
    });
  });
});
