import { describe, expect, test } from '@jest/globals';
import type { RunProgress } from '../../src/pipeline/model.js';
import { begin, progress, type RunEvent } from '../../src/pipeline/progress.js';
import { groupAhead, nextStage } from '../../src/pipeline/waiting.js';
import { numbered } from './examples.js';
import { planOf, stage } from './graph/definitions.js';

const plan = planOf([
  stage('pre_build'),
  stage('build', { concurrency: 'db' }),
  stage('integration', { concurrency: 'db' }),
  stage('lint'),
]);
const [chain] = plan.jobs;
if (chain === undefined) throw new Error('the plan has no job');

const after = (...events: readonly RunEvent[]): RunProgress =>
  events.reduce((now, event) => progress(plan, now, event), begin(plan, 0));

const enqueued: RunEvent = { type: 'job_enqueued', job: 'chain', attempt: 1, at: 1 };
const leased: RunEvent = { type: 'job_leased', job: 'chain', fence: 1, at: 2 };
const returned: RunEvent = numbered({ type: 'job_returned', reason: '' }, 9);
const waits = (status: 'waiting' | 'enqueued', words = 'group db'): RunEvent => ({
  type: 'stage_waits',
  stage: 'pre_build',
  waits: words,
  while: status,
  at: 3,
});
const passed = (name: string, seq: number): RunEvent =>
  numbered({ type: 'stage_ended', stage: name, outcome: { kind: 'passed' }, facts: {} }, seq);

const wordsOf = ({ stages }: RunProgress): readonly unknown[] =>
  stages.flatMap(({ state }) => (state.status === 'queued' ? (state.waits ?? []) : []));

describe('what a stage waits for', () => {
  test('is said on it, once', () => {
    const now = after(waits('waiting'));
    expect(wordsOf(now)).toEqual(['group db']);
    expect(progress(plan, now, waits('waiting'))).toBe(now);
    expect(wordsOf(progress(plan, now, waits('waiting', 'another')))).toEqual(['another']);
  });

  test.each([
    ['its job is in another state', [enqueued, waits('waiting')]],
    ['its job is in another state', [waits('enqueued')]],
    ['its job has moved on since', [waits('waiting'), enqueued]],
    ['its job has moved on since', [enqueued, waits('enqueued'), leased]],
    [
      'it runs',
      [enqueued, leased, numbered({ type: 'stage_started', stage: 'pre_build' }, 1), waits('waiting')],
    ],
    [
      'its job is put before the workers, given back, and waits again',
      [waits('waiting'), enqueued, leased, returned],
    ],
  ])('is not said where %s', (_, events) => {
    expect(wordsOf(after(...events))).toEqual([]);
  });

  test('stays while other jobs move', () => {
    const other: RunEvent = { type: 'job_enqueued', job: 'lint', attempt: 1, at: 4 };
    expect(wordsOf(after(waits('waiting'), other))).toEqual(['group db']);
  });

  test('ends with a run that is cancelled', () => {
    const now = after(waits('waiting'), { type: 'run_cancelled', by: 'by alice', at: 5 });
    expect(wordsOf(now)).toEqual([]);
    expect(now.run.status).toBe('completed');
  });
});

describe('the stages of a job in order', () => {
  test('the next is the first that has not ended', () => {
    expect(nextStage(after(), chain)).toBe('pre_build');
    expect(nextStage(after(enqueued, leased, passed('pre_build', 1)), chain)).toBe('build');
  });

  test('a group behind the next one is where an owner gives the job back, also when the next has one', () => {
    expect(groupAhead(plan, after(), chain)).toBe('build');
    expect(groupAhead(plan, after(enqueued, leased, passed('pre_build', 1)), chain)).toBe('integration');
    expect(
      groupAhead(plan, after(enqueued, leased, passed('pre_build', 1), passed('build', 2)), chain),
    ).toBeUndefined();
  });
});
