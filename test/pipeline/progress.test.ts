import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RunProgress, WorkerEvent } from '../../src/pipeline/model.js';
import { begin, changedStages, progress, type RunEvent, ready } from '../../src/pipeline/progress.js';
import { chainOf, leased, numbered, stageStatuses, story } from './examples.js';

const plan = chainOf('pre_build', 'build', 'integration');
const play = (events: readonly RunEvent[], from: RunProgress = leased(plan)): RunProgress =>
  events.reduce((now, event) => progress(plan, now, event), from);

const passed = (stage: string) =>
  [
    { type: 'stage_started', stage },
    { type: 'stage_ended', stage, outcome: { kind: 'passed' }, facts: {} },
  ] as const;

describe('a run', () => {
  test('that passes everywhere is a success when its last stage ends, not when the worker has tidied up', () => {
    const end = play(
      story(
        { type: 'job_started', worker: 'w' },
        ...passed('pre_build'),
        ...passed('build'),
        ...passed('integration'),
      ),
    );
    expect(end.run).toMatchObject({
      status: 'completed',
      conclusion: 'success',
      startedAt: 1001,
      completedAt: 1007,
    });
    expect(end.jobs[0]?.status).toBe('running');
    expect(progress(plan, end, numbered({ type: 'job_ended' }, 8)).jobs[0]?.status).toBe('done');
  });

  test('skips what comes after a failure, and says which stage it was', () => {
    const failure = { code: 'exit', message: '', exitCode: 1 } as const;
    const end = play(
      story(...passed('pre_build'), {
        type: 'stage_ended',
        stage: 'build',
        outcome: { kind: 'failed', failure },
        facts: {},
      }),
    );
    expect(stageStatuses(end)).toEqual({ pre_build: 'passed', build: 'failed', integration: 'skipped' });
    expect(end.stages[2]?.state).toMatchObject({
      outcome: { reason: { kind: 'earlier_stage', stage: 'build' } },
    });
    expect(end.run).toMatchObject({ conclusion: 'failure', reason: 'build failed' });
  });

  test('goes on behind a neutral stage', () => {
    const end = play(
      story({
        type: 'stage_ended',
        stage: 'pre_build',
        outcome: { kind: 'neutral', message: '' },
        facts: {},
      }),
    );
    expect(stageStatuses(end)).toEqual({ pre_build: 'neutral', build: 'queued', integration: 'queued' });
  });

  test('with no stage for its event is over at once', () => {
    const none = chainOf();
    expect(begin({ ...none, jobs: [] }, 5).run).toMatchObject({
      status: 'completed',
      conclusion: 'success',
      reason: 'the file has no stages',
    });
  });

  test('that the commit skips is concluded skipped', () => {
    const skip = { kind: 'condition', message: 'the commit message says [skip ci]' } as const;
    expect(begin({ ...chainOf(), jobs: [], skip }, 5).run).toMatchObject({ conclusion: 'skipped' });
  });
});

describe('owners', () => {
  test('an older owner changes nothing after a takeover', () => {
    const taken = play([{ type: 'job_leased', job: 'chain', fence: 2, at: 1 }]);
    const late = numbered({ type: 'stage_started', stage: 'pre_build' }, 1, 1);
    expect(progress(plan, taken, late)).toBe(taken);
    expect(play([numbered({ type: 'stage_started', stage: 'pre_build' }, 1, 2)], taken)).not.toBe(taken);
  });

  test('a stage that is run again because its workspace was lost keeps its end, unless it fails now', () => {
    const before = play(story(...passed('pre_build'), ...passed('build')));
    const taken = progress(plan, before, { type: 'job_leased', job: 'chain', fence: 2, at: 50 });
    const again = play([numbered({ type: 'stage_started', stage: 'pre_build' }, 1, 2)], taken);
    expect(again.stages[0]).toEqual(before.stages[0]);
    const failure = { code: 'exit', message: '', exitCode: 1 } as const;
    const outcome = { kind: 'failed', failure } as const;
    const end = play(
      [numbered({ type: 'stage_ended', stage: 'pre_build', outcome, facts: {} }, 2, 2)],
      again,
    );
    expect(stageStatuses(end)).toEqual({ pre_build: 'failed', build: 'passed', integration: 'skipped' });
    expect(end.run).toMatchObject({ conclusion: 'failure' });
  });

  test('a job that is handed back is ready again under the next number', () => {
    const back = play(story({ type: 'job_returned', reason: 'drain' }));
    expect(ready(plan, back).map(({ id }) => id)).toEqual(['chain']);
    const again = progress(plan, back, { type: 'job_enqueued', job: 'chain', attempt: 2, at: 9 });
    expect(ready(plan, again)).toEqual([]);
    expect(again.jobs[0]?.attempt).toBe(2);
  });

  test('a job that the queue gave up ends every open check', () => {
    const end = play([{ type: 'job_failed', job: 'chain', reason: 'its worker died', at: 5 }]);
    expect(stageStatuses(end)).toEqual({ pre_build: 'error', build: 'error', integration: 'error' });
    expect(end.run).toMatchObject({ conclusion: 'failure' });
  });
});

describe('cancelling', () => {
  test('ends what waits at once and lets the running stage say its end', () => {
    const running = play(story(...passed('pre_build'), { type: 'stage_started', stage: 'build' }));
    const cancelled = progress(plan, running, { type: 'run_cancelled', by: 'by alice', at: 50 });
    expect(stageStatuses(cancelled)).toEqual({
      pre_build: 'passed',
      build: 'in_progress',
      integration: 'cancelled',
    });
    const outcome = { kind: 'cancelled', by: 'by alice' } as const;
    const end = progress(
      plan,
      cancelled,
      numbered({ type: 'stage_ended', stage: 'build', outcome, facts: {} }, 9),
    );
    expect(end.run).toMatchObject({ conclusion: 'cancelled', reason: 'by alice' });
  });

  test('is not undone by a dead worker: the next lease ends the stage', () => {
    const running = play(story({ type: 'stage_started', stage: 'pre_build' }));
    const cancelled = progress(plan, running, { type: 'run_cancelled', by: 'by alice', at: 50 });
    const next = progress(plan, cancelled, { type: 'job_leased', job: 'chain', fence: 2, at: 60 });
    expect(next.run).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
  });
});

test('changedStages names what looks different, and only that', () => {
  const before = leased(plan);
  const after = play(story({ type: 'stage_started', stage: 'pre_build' }), before);
  expect(changedStages(before, after)).toEqual(['pre_build']);
});

test('property: events repeated, as after a crash, end where events once end', () => {
  const ids = ['pre_build', 'build', 'integration'] as const;
  const outcomes = ['passed', 'failed', 'neutral', 'timed_out', 'cancelled'] as const;
  const event = fc.tuple(fc.constantFrom(...ids), fc.boolean(), fc.constantFrom(...outcomes));
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), fc.array(fc.nat(11)), (bodies, repeats) => {
      const events = bodies.map(([stage, start, kind], index): WorkerEvent => {
        const body = start
          ? { type: 'stage_started', stage }
          : { type: 'stage_ended', stage, outcome: { kind, by: 'x', failure: {}, message: '' }, facts: {} };
        return numbered(body as never, index + 1);
      });
      const once = play(events);
      // At least once, in order: after each event any earlier ones may come again.
      const again = events.flatMap((one, index) => [
        one,
        ...repeats.flatMap((at) => (at <= index ? [events[at]!] : [])),
      ]);
      expect(play(again)).toEqual(once);
      // A completed stage never changes again, and a completed run has no open stage.
      if (once.run.status === 'completed') {
        expect(once.stages.every(({ state }) => state.status === 'completed')).toBe(true);
      }
    }),
  );
});
