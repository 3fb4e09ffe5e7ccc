import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JobProgress, Plan, RunProgress, Span, StageState } from '../../src/pipeline/model.js';
import { type TracePart, traceOf } from '../../src/pipeline/trace.js';
import { chainOf } from './examples.js';

const plan = chainOf('pre_build', 'integration');

interface Story {
  readonly stages: Readonly<Record<string, StageState>>;
  readonly jobSpans?: readonly Span[];
  readonly told?: Readonly<Record<string, number>>;
  readonly again?: number;
}

function partsOf({ stages, jobSpans = [], told = {}, again }: Story): readonly TracePart[] {
  const ended = Object.values(stages).map((state) => (state.status === 'completed' ? state.completedAt : 0));
  const job: JobProgress = { id: 'chain', status: 'done', attempt: 1, fence: 1, seq: 9, spans: jobSpans };
  const progress: RunProgress = {
    run: { status: 'completed', conclusion: 'success', reason: '', completedAt: Math.max(...ended) },
    stages: Object.entries(stages).map(([id, state]) => ({
      id,
      state,
      ...(again !== undefined && { again: { by: 'alice', at: again } }),
    })),
    jobs: [job],
  };
  return traceOf({ plan, progress, createdAt: 100, told: new Map(Object.entries(told)) });
}

function ran(startedAt: number, completedAt: number, spans: readonly Span[] = []): StageState {
  return { status: 'completed', outcome: { kind: 'passed' }, facts: { spans }, startedAt, completedAt };
}

/** `name at-until`, with as many dots before it as it has parents. */
function drawn(parts: readonly TracePart[]): readonly string[] {
  const byKey = new Map(parts.map((part) => [part.key, part]));
  const depth = ({ parent }: TracePart): number => {
    const above = parent === undefined ? undefined : byKey.get(parent);
    return above === undefined ? 0 : 1 + depth(above);
  };
  return parts.map((part) => `${'.'.repeat(depth(part))}${nameOf(part)} ${part.at}-${part.until}`);
}

function nameOf({ what }: TracePart): string {
  switch (what.kind) {
    case 'run':
      return 'run';
    case 'job':
      return what.job.id;
    case 'stage':
      return what.stage.id;
    case 'phase':
      return [what.span.name, what.span.detail].filter(Boolean).join(' ');
  }
}

describe('the trace of a run', () => {
  test('has its jobs, their stages and all phases, and the report of each end', () => {
    const parts = partsOf({
      jobSpans: [
        { name: 'queue', at: 110, ms: 40 },
        { name: 'pull', at: 155, ms: 200, detail: 'alpine' },
      ],
      stages: {
        pre_build: ran(150, 400, [{ name: 'run', at: 360, ms: 30 }]),
        integration: ran(400, 500),
      },
      told: { pre_build: 450, cyclone: 560 },
    });
    expect(drawn(parts)).toEqual([
      'run 100-560',
      '.chain 110-500',
      '..queue 110-150',
      '..pull alpine 155-355',
      '..pre_build 150-400',
      '...run 360-390',
      '..integration 400-500',
      '.report pre_build 400-450',
      '.report cyclone 500-560',
    ]);
  });

  test('has a stage that did not run, with no length', () => {
    const reason = { kind: 'event', message: 'runs on tags' } as const;
    const skipped: StageState = {
      status: 'completed',
      outcome: { kind: 'skipped', reason },
      facts: {},
      completedAt: 100,
    };
    const parts = partsOf({ stages: { pre_build: ran(150, 200), integration: skipped } });
    expect(drawn(parts)).toContain('..integration 100-100');
  });

  test('is of what ran since somebody had it run again, under names of its own', () => {
    const first = partsOf({ stages: { pre_build: ran(150, 200), integration: ran(200, 300) } });
    const second = partsOf({
      again: 1000,
      jobSpans: [
        { name: 'queue', at: 110, ms: 40 },
        { name: 'queue', at: 1001, ms: 5 },
      ],
      stages: { pre_build: ran(150, 200), integration: ran(1010, 1100) },
      told: { pre_build: 210, integration: 1150, cyclone: 1160 },
    });
    expect(drawn(second)).toEqual([
      'run 1000-1160',
      '.chain 1001-1100',
      '..queue 1001-1006',
      '..integration 1010-1100',
      '.report integration 1100-1150',
      '.report cyclone 1100-1160',
    ]);
    const keys = first.map(({ key }) => key);
    expect(second.filter(({ key }) => keys.includes(key))).toEqual([]);
  });

  test('is not there while the run is not over', () => {
    const progress: RunProgress = { run: { status: 'in_progress', startedAt: 1 }, stages: [], jobs: [] };
    expect(traceOf({ plan, progress, createdAt: 1, told: new Map() })).toEqual([]);
  });

  test('lies inside of itself and has no name twice, whatever clocks said', () => {
    const time = fc.integer({ min: 0, max: 1000 });
    const span = fc.record({ name: fc.constantFrom('pull', 'run'), at: time, ms: time });
    const state = fc
      .tuple(time, time, fc.array(span))
      .map(([startedAt, completedAt, spans]) => ran(startedAt, completedAt, spans));
    fc.assert(
      fc.property(
        state,
        state,
        fc.array(span),
        fc.option(time, { nil: undefined }),
        time,
        (a, b, jobSpans, again, told) => {
          const stages = { pre_build: a, integration: b };
          const parts = partsOf({
            stages,
            jobSpans,
            told: { cyclone: told },
            ...(again !== undefined && { again }),
          });
          const byKey = new Map(parts.map((part) => [part.key, part]));
          expect(byKey.size).toBe(parts.length);
          for (const { at, until, parent } of parts) {
            const above = byKey.get(parent ?? parts[0]?.key ?? '');
            expect(until).toBeGreaterThanOrEqual(at);
            expect(above?.at).toBeLessThanOrEqual(at);
            expect(above?.until).toBeGreaterThanOrEqual(until);
          }
        },
      ),
    );
  });
});

test('what is no plan’s has no part', () => {
  const empty: Plan = { ...plan, jobs: [], stages: [] };
  const run = { status: 'completed', conclusion: 'skipped', reason: '[skip ci]', completedAt: 120 } as const;
  const parts = traceOf({
    plan: empty,
    progress: { run, stages: [], jobs: [] },
    createdAt: 100,
    told: new Map(),
  });
  expect(drawn(parts)).toEqual(['run 100-120']);
});
