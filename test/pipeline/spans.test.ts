import { describe, expect, test } from '@jest/globals';
import type { Span, StageState } from '../../src/pipeline/model.js';
import { begin, progress, type RunEvent } from '../../src/pipeline/progress.js';
import { spansOf, totals, withSpans } from '../../src/pipeline/spans.js';
import { chainOf, numbered } from './examples.js';

const plan = chainOf('unit');

function ended(spans: readonly Span[] | Readonly<Record<string, number>>): StageState {
  return {
    status: 'completed',
    outcome: { kind: 'passed' },
    facts: { spans },
    startedAt: 1000,
    completedAt: 9000,
  };
}

describe('the spans of a stage', () => {
  test('come as they began', () => {
    const run = { name: 'run', at: 1500, ms: 20 };
    const checkout = { name: 'checkout', at: 1000, ms: 500 };
    expect(spansOf(ended([run, checkout]))).toEqual([checkout, run]);
  });

  test('that an older version stored are laid one behind the other', () => {
    expect(spansOf(ended({ checkout: 500, run: 20 }))).toEqual([
      { name: 'checkout', at: 1000, ms: 500 },
      { name: 'run', at: 1500, ms: 20 },
    ]);
  });

  test('add up by name, in either form', () => {
    const tries = [
      { name: 'prepare', at: 0, ms: 2 },
      { name: 'run', at: 2, ms: 30 },
      { name: 'prepare', at: 40, ms: 5, attempt: 2 },
    ];
    expect([...totals(tries)]).toEqual([
      ['prepare', 7],
      ['run', 30],
    ]);
    expect([...totals({ prepare: 7, run: 30 })]).toEqual([...totals(tries)]);
  });
});

describe('the spans of a job', () => {
  const enqueued = { type: 'job_enqueued', job: 'chain', attempt: 1 } as const;
  const after = (...events: readonly RunEvent[]) =>
    events.reduce((now, event) => progress(plan, now, event), begin(plan, 0)).jobs[0];

  test('begin with its wait for a worker', () => {
    const job = after({ ...enqueued, at: 100 }, { type: 'job_leased', job: 'chain', fence: 1, at: 340 });
    expect(job?.spans).toEqual([{ name: 'queue', at: 100, ms: 240 }]);
  });

  test('know one wait, however often it was put in the queue meanwhile', () => {
    const lease = { type: 'job_leased', job: 'chain', fence: 1, at: 340 } as const;
    const job = after({ ...enqueued, at: 100 }, { ...enqueued, attempt: 2, at: 300 }, lease);
    expect(job?.spans).toEqual([{ name: 'queue', at: 100, ms: 240 }]);
  });

  test('outlive the worker that died: who takes over adds its own', () => {
    const pull = { name: 'pull', at: 400, ms: 30, detail: 'busybox' };
    const job = after(
      { ...enqueued, at: 100 },
      { type: 'job_leased', job: 'chain', fence: 1, at: 200 },
      { ...numbered({ type: 'job_started', worker: 'a' }, 1), spans: [pull], at: 450 },
      { type: 'job_leased', job: 'chain', fence: 2, at: 900 },
      { ...numbered({ type: 'job_started', worker: 'b' }, 1, 2), spans: [{ ...pull, at: 950 }], at: 990 },
    );
    expect(job?.spans?.map(({ name, at }) => [name, at])).toEqual([
      ['queue', 100],
      ['pull', 400],
      ['pull', 950],
    ]);
  });

  test('are bounded: the newest stay', () => {
    const many = Array.from({ length: 500 }, (_, at) => ({ name: 'pull', at, ms: 1 }));
    const { spans = [] } = withSpans({ id: 'j', status: 'running', attempt: 1, fence: 1, seq: 0 }, many);
    expect([spans.length, spans.at(-1)?.at]).toEqual([200, 499]);
  });
});
