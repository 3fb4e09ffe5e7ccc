import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { letsGoOn } from '../../../src/pipeline/judgement.js';
import type { Outcome, Plan, RunProgress, StageDefinition } from '../../../src/pipeline/model.js';
import { begin, heldAt, progress, type RunEvent, ready } from '../../../src/pipeline/progress.js';
import { stageStatuses } from '../examples.js';
import { anyDefinitions, anyTrigger, planOf, stage } from './definitions.js';

const FAILED: Outcome = { kind: 'failed', failure: { code: 'exit', message: '', exitCode: 3 } };

describe('a diamond', () => {
  const plan = planOf([
    stage('top'),
    stage('left', { needs: ['top'] }),
    stage('right', { needs: ['top'] }),
    stage('bottom', { needs: ['left', 'right'] }),
  ]);

  test('has both middle jobs ready together, and the last when both are over', () => {
    const run = start(plan);
    expect(run.ready()).toEqual(['top']);
    run.pass('top');
    expect(run.ready()).toEqual(['left', 'right']);
    run.pass('left');
    expect(run.ready()).toEqual(['right']);
    run.pass('right');
    expect(run.ready()).toEqual(['bottom']);
    run.pass('bottom');
    expect(run.now().run).toMatchObject({ conclusion: 'success', reason: '4 passed' });
  });

  test('skips what is behind a failure, whatever its job, and lets the rest go on', () => {
    const run = start(plan);
    run.pass('top');
    run.lease('right');
    run.end('left', FAILED);
    expect(stageStatuses(run.now())).toEqual({
      top: 'passed',
      left: 'failed',
      right: 'queued',
      bottom: 'skipped',
    });
    expect(run.state('bottom')).toMatchObject({
      outcome: { reason: { stage: 'left', message: 'an earlier stage, left, failed' } },
    });
    expect(run.now().run.status).toBe('in_progress');
    expect(run.job('bottom')).toMatchObject({ status: 'done' });
    run.pass('right');
    expect(run.now().run).toMatchObject({ conclusion: 'failure', reason: 'left failed' });
  });

  test('names the first stage to far behind it', () => {
    const run = start(plan);
    run.end('top', { kind: 'timed_out', afterSeconds: 9 });
    const reason = { kind: 'earlier_stage', stage: 'top', message: 'an earlier stage, top, timed out' };
    for (const id of ['left', 'right', 'bottom'])
      expect(run.state(id)).toMatchObject({ outcome: { reason } });
    expect(run.now().run).toMatchObject({ status: 'completed', conclusion: 'failure' });
  });

  test('a job that its queue gives up ends what is behind it', () => {
    const run = start(plan);
    run.apply({ type: 'job_failed', job: 'top', reason: 'its worker died', at: 1 });
    expect(stageStatuses(run.now())).toEqual({
      top: 'error',
      left: 'skipped',
      right: 'skipped',
      bottom: 'skipped',
    });
  });

  test('cancelled: what waits ends at once, what runs when its worker says so', () => {
    const run = start(plan);
    run.pass('top');
    run.begin('left');
    run.apply({ type: 'run_cancelled', by: 'by alice', at: 5 });
    expect(stageStatuses(run.now())).toMatchObject({
      left: 'in_progress',
      right: 'cancelled',
      bottom: 'cancelled',
    });
    expect(run.ready()).toEqual([]);
    run.end('left', { kind: 'cancelled', by: 'by alice' });
    expect(run.now().run).toMatchObject({ conclusion: 'cancelled', reason: 'by alice' });
  });
});

describe('a stage that may fail', () => {
  const files: readonly StageDefinition[] = [
    stage('build'),
    stage('lint', { allowFailure: true }),
    stage('after', { needs: ['lint'] }),
  ];

  test('is neutral and keeps its reason; what needs it runs, and the run says so', () => {
    const run = start(planOf(files));
    run.end('lint', FAILED);
    expect(run.state('lint')).toMatchObject({
      outcome: {
        kind: 'neutral',
        message: 'Failed: the container exited 3 · allowed to fail',
        allowed: true,
        failure: { exitCode: 3 },
      },
    });
    expect(run.ready()).toEqual(['chain', 'after']);
    run.pass('after');
    run.pass('build');
    expect(run.now().run).toMatchObject({
      conclusion: 'success',
      reason: '2 passed, 1 allowed failure: lint',
    });
  });

  test('lets its own job go on, and a lost worker is no failure either', () => {
    const run = start(planOf([stage('pre_build', { allowFailure: true }), stage('build')]));
    run.end('pre_build', { kind: 'timed_out', afterSeconds: 3 });
    expect(stageStatuses(run.now())).toEqual({ pre_build: 'neutral', build: 'queued' });
    const lost = start(planOf(files));
    lost.apply({ type: 'job_failed', job: 'lint', reason: 'its worker died', at: 1 });
    expect(stageStatuses(lost.now())).toMatchObject({ lint: 'neutral', after: 'queued' });
  });
});

describe('a chain that waits in its middle', () => {
  const plan = planOf([stage('build'), stage('publish'), stage('lint')]);

  test('is held before the stage, given back, and ready when the others are over', () => {
    const run = start(plan);
    expect(run.ready()).toEqual(['chain', 'lint']);
    run.pass('build');
    expect(run.heldAt('chain')).toBe('publish');
    run.giveBack('chain');
    expect(run.ready()).toEqual(['lint']);
    run.pass('lint');
    expect(run.ready()).toEqual(['chain']);
    expect(run.heldAt('chain')).toBeUndefined();
    run.pass('publish');
    expect(run.now().run).toMatchObject({ conclusion: 'success' });
  });

  test('is over when the others fail while nobody has it', () => {
    const run = start(plan);
    run.pass('build');
    run.giveBack('chain');
    run.end('lint', FAILED);
    expect(stageStatuses(run.now())).toEqual({ build: 'passed', publish: 'skipped', lint: 'failed' });
    expect(run.job('chain')).toMatchObject({ status: 'done' });
  });
});

test('property: whatever happens in whatever order, every stage ends and nothing runs before its time', () => {
  const story = fc.infiniteStream(fc.nat(1000));
  fc.assert(
    fc.property(anyDefinitions, anyTrigger, story, (definitions, trigger, numbers) => {
      const plan = planOf(definitions, trigger);
      const run = start(plan);
      const pick = (below: number): number => (numbers.next().value ?? 0) % below;
      for (let steps = 0; run.now().run.status !== 'completed'; steps += 1) {
        expect(steps).toBeLessThan(1000);
        run.anything(pick);
      }
      expect(run.now().stages.filter(({ state }) => state.status !== 'completed')).toEqual([]);
      for (const { state } of run.now().stages) {
        const reason =
          state.status === 'completed' && state.outcome.kind === 'skipped' && state.outcome.reason;
        if (reason !== false) expect(reason.message).not.toBe('');
      }
    }),
    { numRuns: 300 },
  );
});

/** A server with its workers, one event at a time. */
function start(plan: Plan) {
  let now: RunProgress = begin(plan, 0);
  let at = 0;
  const jobOf = (id: string) => plan.jobs.find(({ stages }) => stages.includes(id))?.id ?? id;
  const job = (id: string) => now.jobs.find((one) => one.id === id);
  const state = (id: string) => now.stages.find((one) => one.id === id)?.state;
  const apply = (event: RunEvent): void => {
    now = progress(plan, now, event);
    // At least once: the second time nothing happens.
    expect(progress(plan, now, event)).toEqual(now);
  };
  const lease = (id: string): void => {
    at += 1;
    const { attempt = 0, fence = 0, status } = job(id) ?? {};
    if (status === 'waiting') apply({ type: 'job_enqueued', job: id, attempt: attempt + 1, at });
    apply({ type: 'job_leased', job: id, fence: fence + 1, at });
  };
  const report = (
    id: string,
    body:
      | { type: 'stage_started'; stage: string }
      | { type: 'stage_ended'; stage: string; outcome: Outcome; facts: object }
      | { type: 'job_returned'; reason: string }
      | { type: 'job_ended' },
  ): void => {
    at += 1;
    if (job(id)?.status !== 'running') lease(id);
    const { fence = 0, seq = 0 } = job(id) ?? {};
    apply({ ...body, run: 1, job: id, fence, seq: seq + 1, at });
  };
  const mayBegin = (id: string): boolean => {
    const mine = plan.jobs.find(({ stages }) => stages.includes(id))?.stages ?? [];
    const needed = [
      ...mine.slice(0, mine.indexOf(id)),
      ...(plan.stages.find((one) => one.id === id)?.waitsFor ?? []),
    ];
    return needed.every((need) => {
      const of = state(need);
      return of?.status === 'completed' && letsGoOn(of.outcome);
    });
  };
  const begins = (id: string): void => {
    expect(mayBegin(id)).toBe(true);
    report(jobOf(id), { type: 'stage_started', stage: id });
  };
  const end = (id: string, outcome: Outcome): void => {
    report(jobOf(id), { type: 'stage_ended', stage: id, outcome, facts: {} });
  };
  const held = (id: string) => {
    const found = plan.jobs.find((one) => one.id === id);
    return found && heldAt(plan, now, found);
  };

  /** One thing that can happen now. */
  const anything = (pick: (below: number) => number): void => {
    const can: (() => void)[] = ready(plan, now).map(
      ({ id }) =>
        () =>
          lease(id),
    );
    for (const { id, status } of now.jobs) {
      if (status !== 'running') continue;
      const next = plan.jobs
        .find((one) => one.id === id)
        ?.stages.find((one) => state(one)?.status !== 'completed');
      if (next === undefined) can.push(() => report(id, { type: 'job_ended' }));
      else if (held(id) === next) can.push(() => report(id, { type: 'job_returned', reason: 'it waits' }));
      else if (state(next)?.status === 'queued') can.push(() => begins(next));
      else {
        const outcomes: readonly Outcome[] = [
          { kind: 'passed' },
          { kind: 'passed' },
          FAILED,
          { kind: 'timed_out', afterSeconds: 1 },
          { kind: 'neutral', message: 'x' },
        ];
        can.push(() => end(next, outcomes[pick(outcomes.length)] ?? { kind: 'passed' }));
        can.push(() => end(next, { kind: 'passed' }));
      }
      can.push(() => lease(id));
      if (pick(8) === 0)
        can.push(() => apply({ type: 'job_failed', job: id, reason: 'lost', at: (at += 1) }));
      if (pick(8) === 0) can.push(() => report(id, { type: 'job_returned', reason: 'drain' }));
    }
    if (pick(30) === 0) can.push(() => apply({ type: 'run_cancelled', by: 'by alice', at: (at += 1) }));
    // Nothing to do, and the run is open: it would stay so for ever.
    expect(now.cancelledBy !== undefined || can.length > 0).toBe(true);
    can[pick(Math.max(1, can.length))]?.();
  };

  return {
    now: () => now,
    state,
    job,
    apply,
    lease,
    begin: begins,
    end,
    pass: (id: string): void => {
      begins(id);
      end(id, { kind: 'passed' });
    },
    giveBack: (id: string): void => report(id, { type: 'job_returned', reason: 'it waits' }),
    ready: () => ready(plan, now).map(({ id }) => id),
    heldAt: held,
    anything,
  };
}
