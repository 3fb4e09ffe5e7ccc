import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Outcome, Plan, PlannedJob, RunProgress, WorkerEvent } from '../../src/pipeline/model.js';
import { begin, progress, type RunEvent, ready } from '../../src/pipeline/progress.js';
import { failedStages, rerunClosure, rerunObstacle } from '../../src/pipeline/rerun.js';
import { chainOf, leased, numbered, stageStatuses, story } from './examples.js';

const plan = chainOf('pre_build', 'build', 'integration');

const failed: Outcome = { kind: 'failed', failure: { code: 'exit', message: '', exitCode: 1 } };
const passed: Outcome = { kind: 'passed' };

const ended = (stage: string, outcome: Outcome = passed) => [
  { type: 'stage_started', stage } as const,
  { type: 'stage_ended', stage, outcome, facts: {} } as const,
];

const play = (events: readonly RunEvent[], from: RunProgress = leased(plan)): RunProgress =>
  events.reduce((now, event) => progress(plan, now, event), from);

const again = (...stages: string[]): RunEvent => ({
  type: 'stages_rerun',
  stages,
  by: 'alice',
  at: 5000,
  ask: stages.join(),
});

const WHOLE = play(
  story(...ended('pre_build'), ...ended('build'), ...ended('integration'), { type: 'job_ended' }),
);
const BROKEN = play(story(...ended('pre_build'), ...ended('build', failed), { type: 'job_ended' }));

/** `unit` and `lint` apart, `deploy` behind both. */
const FAN: Plan = {
  ...chainOf('unit', 'lint', 'report'),
  jobs: [
    { id: 'unit', stages: ['unit'], needs: [] },
    { id: 'lint', stages: ['lint'], needs: [] },
    { id: 'report', stages: ['report'], needs: ['unit', 'lint'] },
  ],
  stages: chainOf('unit', 'lint', 'report').stages.map((stage) =>
    stage.id === 'report' ? { ...stage, waitsFor: ['unit', 'lint'] } : stage,
  ),
};

describe('running stages again', () => {
  test('resets them with those behind them, and leaves the rest as it was', () => {
    const now = play([again('build')], WHOLE);
    expect(stageStatuses(now)).toEqual({ pre_build: 'passed', build: 'queued', integration: 'queued' });
    expect(now.run).toEqual({ status: 'queued' });
    expect(now.stages.map(({ again: asked }) => asked?.by)).toEqual([undefined, 'alice', 'alice']);
    expect(now.stages[0]).toBe(WHOLE.stages[0]);
  });

  test('puts their job before the workers once more, under the next number', () => {
    const now = play([again('build')], WHOLE);
    expect(ready(plan, now).map(({ id }) => id)).toEqual(['chain']);
    const marked = play([{ type: 'job_enqueued', job: 'chain', attempt: 2, at: 5001 }], now);
    expect(marked.jobs[0]).toMatchObject({ status: 'enqueued', attempt: 2 });
  });

  test('is deaf to what the last owner still says', () => {
    const now = play([again('build')], WHOLE);
    const late = numbered({ type: 'job_ended' }, 99);
    expect(play([late], now)).toBe(now);
  });

  test('that failed runs what was skipped for them too', () => {
    expect(stageStatuses(BROKEN)).toEqual({ pre_build: 'passed', build: 'failed', integration: 'skipped' });
    expect(failedStages(BROKEN)).toEqual(['build', 'integration']);
    const now = play([again(...failedStages(BROKEN))], BROKEN);
    expect(stageStatuses(now)).toEqual({ pre_build: 'passed', build: 'queued', integration: 'queued' });
  });

  test('that were skipped runs what they were skipped for: it would skip them again', () => {
    expect(stageStatuses(play([again('integration')], BROKEN))).toEqual({
      pre_build: 'passed',
      build: 'queued',
      integration: 'queued',
    });
  });

  test('ends in one more conclusion', () => {
    const redone = play(
      [
        again('build'),
        { type: 'job_enqueued', job: 'chain', attempt: 2, at: 1 },
        { type: 'job_leased', job: 'chain', fence: 9, at: 1 },
        numbered({ type: 'stage_started', stage: 'build' }, 1, 9),
        numbered({ type: 'stage_ended', stage: 'build', outcome: passed, facts: {} }, 2, 9),
        numbered({ type: 'stage_ended', stage: 'integration', outcome: passed, facts: {} }, 3, 9),
      ],
      BROKEN,
    );
    expect(redone.run).toMatchObject({ status: 'completed', conclusion: 'success' });
  });

  test('twice for one request changes nothing the second time, whatever came between', () => {
    const once = play([again('build')], WHOLE);
    expect(play([again('build')], once)).toBe(once);
    const over = play([{ type: 'run_cancelled', by: 'by bob', at: 1 }], once);
    expect(play([again('build')], over)).toBe(over);
  });

  test('of a cancelled run forgets that it was', () => {
    const cancelled = play([{ type: 'run_cancelled', by: 'by bob', at: 1 }], begin(plan, 0));
    const now = play([again(...failedStages(cancelled))], cancelled);
    expect(now).not.toHaveProperty('cancelledBy');
    expect(new Set(Object.values(stageStatuses(now)))).toEqual(new Set(['queued']));
  });

  test('leaves what waits for another failure as it is', () => {
    const both = begin(FAN, 0);
    const events: RunEvent[] = ['unit', 'lint'].flatMap((job) => [
      { type: 'job_leased', job, fence: 1, at: 1 } as const,
      { ...numbered({ type: 'stage_ended', stage: job, outcome: failed, facts: {} }, 1), job },
    ]);
    const bad = events.reduce((now, event) => progress(FAN, now, event), both);
    expect(bad.run).toMatchObject({ conclusion: 'failure' });
    const now = progress(FAN, bad, again('unit'));
    expect(stageStatuses(now)).toEqual({ unit: 'queued', lint: 'failed', report: 'skipped' });
    expect(now.stages[2]).toBe(bad.stages[2]);
  });
});

describe('what keeps stages from running again', () => {
  test.each<[string, RunProgress, string, string | undefined]>([
    ['nothing, when it is over', WHOLE, 'build', undefined],
    [
      'one of them runs',
      play(story({ type: 'stage_started', stage: 'pre_build' })),
      'pre_build',
      'pre_build runs now',
    ],
    [
      'one behind them runs',
      play(story(...ended('pre_build'), { type: 'stage_started', stage: 'build' })),
      'pre_build',
      'build runs now',
    ],
    ['they have not run', leased(plan), 'build', 'build has not run yet'],
    [
      'the next is about to',
      play(story(...ended('pre_build'))),
      'pre_build',
      'build, integration are about to run',
    ],
    [
      'it is being cancelled',
      play([
        ...story(...ended('pre_build'), { type: 'stage_started', stage: 'build' }),
        { type: 'run_cancelled', by: 'x', at: 1 },
      ]),
      'pre_build',
      'the run is being cancelled, and something of it still runs',
    ],
    ['there is none', WHOLE, 'nothing', 'none of it runs here'],
  ])('%s', (_, now, stage, words) => {
    expect(rerunObstacle(plan, now, [stage])).toBe(words);
    expect(play([again(stage)], now) === now).toBe(words !== undefined);
  });
});

test('the closure is what is behind in the job and what waits, however far', () => {
  expect([...rerunClosure(plan, ['build'])]).toEqual(['build', 'integration']);
  expect([...rerunClosure(FAN, ['lint'])]).toEqual(['lint', 'report']);
});

test('property: whatever comes in whatever order, a completed run has no open stage, and can be run again', () => {
  const ids = ['unit', 'lint', 'report'] as const;
  const step = fc.record({
    kind: fc.constantFrom('lease', 'start', 'end', 'fail', 'job_end', 'return', 'cancel', 'again', 'give_up'),
    stage: fc.constantFrom(...ids),
    fence: fc.integer({ min: 0, max: 2 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let now = begin(FAN, 0);
      let seq = 0;
      for (const { kind, stage, fence: older } of steps) {
        seq += 1;
        const job = FAN.jobs.find(({ id }) => id === stage) as PlannedJob;
        const held = now.jobs.find(({ id }) => id === job.id)?.fence ?? 0;
        const head = { run: 1, job: job.id, fence: held - older, seq, at: seq };
        const event = eventOf(kind, stage, head, seq);
        const next = progress(FAN, now, event);
        if (kind === 'again' && next !== now) {
          expect(rerunObstacle(FAN, now, [stage])).toBeUndefined();
          expect(next.run.status).not.toBe('completed');
          expect(next.jobs.every(({ fence }, at) => fence >= (now.jobs[at]?.fence ?? 0))).toBe(true);
        }
        const open = next.stages.filter(({ state }) => state.status !== 'completed');
        expect(next.run.status === 'completed').toBe(open.length === 0);
        // Nobody would ever end a stage of a job that is over.
        for (const { id } of open) {
          expect(next.jobs.find((one) => one.id === id)?.status).not.toBe('done');
        }
        now = next;
      }
    }),
    { numRuns: 500 },
  );
});

function eventOf(
  kind: string,
  stage: string,
  head: Pick<WorkerEvent, 'run' | 'job' | 'fence' | 'seq' | 'at'>,
  at: number,
): RunEvent {
  switch (kind) {
    case 'lease':
      return { type: 'job_leased', job: head.job, fence: head.fence + 1, at };
    case 'start':
      return { ...head, type: 'stage_started', stage };
    case 'end':
    case 'fail':
      return {
        ...head,
        type: 'stage_ended',
        stage,
        outcome: kind === 'end' ? passed : failed,
        facts: {},
      };
    case 'job_end':
      return { ...head, type: 'job_ended' };
    case 'return':
      return { ...head, type: 'job_returned', reason: 'drain' };
    case 'cancel':
      return { type: 'run_cancelled', by: 'by bob', at };
    case 'give_up':
      return { type: 'job_failed', job: head.job, reason: 'its workers died', at };
    default:
      return { type: 'stages_rerun', stages: [stage], by: 'alice', at, ask: String(at) };
  }
}
