import { describe, expect, test } from '@jest/globals';
import { begin, progress, type RunEvent } from '../../src/pipeline/progress.js';
import { chainOf, numbered } from './examples.js';

const plan = chainOf('unit');

/** A run whose lease is given at 10,000 by the server's clock, to a worker whose own says it asked `asked`. */
function runBy(asked: number, leaseMs: number) {
  const lease = { name: 'lease', at: asked, ms: leaseMs };
  const work = { name: 'run', at: asked + 100, ms: 50 };
  const events: readonly RunEvent[] = [
    { type: 'job_enqueued', job: 'chain', attempt: 1, at: 9000 },
    { type: 'job_leased', job: 'chain', fence: 1, at: 10_000 },
    { ...numbered({ type: 'job_started', worker: 'w' }, 1), spans: [lease], at: asked + 90 },
    { ...numbered({ type: 'stage_started', stage: 'unit' }, 2), at: asked + 95 },
    {
      ...numbered(
        { type: 'stage_ended', stage: 'unit', outcome: { kind: 'passed' }, facts: { spans: [work] } },
        3,
      ),
      at: asked + 160,
    },
  ];
  const now = events.reduce((before, event) => progress(plan, before, event), begin(plan, 0));
  const state = now.stages[0]?.state;
  if (state?.status !== 'completed') throw new Error('the stage is not over');
  return { lease: now.jobs[0]?.spans?.[1]?.at, startedAt: state.startedAt, spans: state.facts.spans, now };
}

describe('a worker whose clock', () => {
  test('agrees within the time that its lease took is believed', () => {
    expect(runBy(9990, 40)).toMatchObject({
      lease: 9990,
      startedAt: 10_085,
      spans: [{ name: 'run', at: 10_090, ms: 50 }],
    });
  });

  test('is an hour behind is put right: its lease ends when the server gave it', () => {
    expect(runBy(9990 - 3_600_000, 40)).toMatchObject({
      lease: 9960,
      startedAt: 10_055,
      spans: [{ name: 'run', at: 10_060, ms: 50 }],
    });
  });

  test('is an hour ahead is put right: its lease begins when the server gave it', () => {
    const { now, ...seen } = runBy(9990 + 3_600_000, 40);
    expect(seen).toMatchObject({
      lease: 10_000,
      startedAt: 10_095,
      spans: [{ name: 'run', at: 10_100, ms: 50 }],
    });
    expect(now.run).toMatchObject({ status: 'completed', startedAt: 10_090, completedAt: 10_160 });
  });

  test('was wrong says nothing of the next owner', () => {
    const { now } = runBy(9990 - 3_600_000, 40);
    const open = { ...now, run: { status: 'in_progress', startedAt: 1 } as const };
    const taken = progress(plan, open, { type: 'job_leased', job: 'chain', fence: 2, at: 20_000 });
    expect(now.jobs[0]?.behind).toBe(3_599_970);
    expect(taken.jobs[0]?.behind).toBeUndefined();
  });
});
