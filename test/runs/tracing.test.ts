import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RunTrace, TraceStore } from '../../src/runs/ports.js';
import { createTracing, type Tracing } from '../../src/runs/tracing.js';
import { chainOf } from '../pipeline/examples.js';
import { trigger } from '../web/runs.js';
import { FakeClock, until } from '../worker/world.js';
import { Log } from './edges.js';
import { repository } from './house.js';

type Due = NonNullable<Awaited<ReturnType<TraceStore['due']>>>;

const plan = chainOf('unit');

/** Runs as a database would have them, and whoever takes traces. */
class Edge {
  readonly runs = new Map<number, Due>();
  readonly traced: string[] = [];
  readonly sent: RunTrace[] = [];
  asked = 0;
  refuse = false;
  hold: Promise<void> = Promise.resolve();

  readonly store: TraceStore = {
    due: async (run) => {
      this.asked += 1;
      return this.runs.get(run);
    },
    left: async (since) => [...this.runs].flatMap(([id, { run }]) => (endOf(run) >= since ? [id] : [])),
    sent: async (run, completedAt) => {
      this.runs.delete(run);
      this.traced.push(`${run} at ${completedAt}`);
    },
  };

  readonly sink = {
    send: async (trace: RunTrace) => {
      await this.hold;
      if (this.refuse) throw new Error('we end');
      this.sent.push(trace);
    },
  };

  ended(id: number, completedAt: number, open: boolean): void {
    const run = { status: 'completed', conclusion: 'failure', reason: 'unit failed', completedAt } as const;
    this.runs.set(id, {
      open,
      told: new Map([['cyclone', completedAt + 50]]),
      run: {
        id,
        repository,
        trigger,
        scope: 'branch:main',
        trusted: false,
        plan,
        issues: [],
        createdAt: 0,
        progress: { run, stages: [], jobs: [] },
      },
    });
  }
}

function endOf({ progress }: Due['run']): number {
  return progress.run.status === 'completed' ? progress.run.completedAt : 0;
}

let edge: Edge;
let clock: FakeClock;
let log: Log;
let tracing: Tracing;

beforeEach(() => {
  edge = new Edge();
  clock = new FakeClock();
  log = new Log();
  tracing = createTracing({ store: edge.store, sink: edge.sink, clock, logger: log });
});
afterEach(() => tracing.stop());

describe('the trace of a run', () => {
  test('is sent when GitHub knows of its end, with when that was', async () => {
    edge.ended(7, 100, true);
    tracing.changed(7);
    await until(() => edge.asked === 1);
    edge.ended(7, 100, false);
    tracing.changed(7);
    await until(() => edge.traced.length === 1);
    expect(edge.sent).toMatchObject([{ conclusion: 'failure', reason: 'unit failed' }]);
    expect(edge.sent[0]?.parts.map(({ until: end }) => end)).toEqual([150, 150]);
    expect(edge.traced).toEqual(['7 at 100']);
  });

  test('does not wait longer than a minute for GitHub', async () => {
    edge.ended(7, 0, true);
    tracing.changed(7);
    await until(() => edge.asked === 1);
    clock.advance(59_999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(edge.sent).toEqual([]);
    clock.advance(1);
    await until(() => edge.traced.length === 1);
  });

  test('is sent once, however often the run changes meanwhile', async () => {
    let open: () => void = () => undefined;
    edge.hold = new Promise((resolve) => {
      open = resolve;
    });
    edge.ended(7, 100, false);
    tracing.changed(7);
    tracing.changed(7);
    await until(() => edge.asked === 1);
    tracing.changed(7);
    open();
    await until(() => edge.asked === 2);
    expect(edge.sent).toHaveLength(1);
  });

  test('that an earlier process left is taken up, unless it is too old', async () => {
    clock.advance(10_000_000);
    edge.ended(7, 10_000_000 - 3_600_001, false);
    edge.ended(8, 10_000_000 - 3_599_999, false);
    await tracing.start();
    await until(() => edge.traced.length === 1);
    expect(edge.sent.map(({ run }) => run.id)).toEqual([8]);
  });

  test('that could not be sent is still to be sent', async () => {
    edge.refuse = true;
    edge.ended(7, 100, false);
    tracing.changed(7);
    await until(() => log.messages.length === 1);
    expect(edge.traced).toEqual([]);
    edge.refuse = false;
    tracing.changed(7);
    await until(() => edge.traced.length === 1);
  });
});
