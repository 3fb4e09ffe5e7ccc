import { expect, test } from '@jest/globals';
import { begin } from '../../src/pipeline/progress.js';
import { type AdvanceDeps, createAdvance } from '../../src/runs/advance.js';
import { createConcurrency } from '../../src/runs/concurrency.js';
import type { GroupStore, RunRecord, RunStore } from '../../src/runs/ports.js';
import { push, tag } from '../pipeline/examples.js';
import { planOf, stage } from '../pipeline/graph/definitions.js';

/** One run in memory, and what was put before the workers. */
function house() {
  const plan = planOf([stage('build'), stage('publish'), stage('lint')], tag('v1'));
  const repository = {
    id: 1,
    owner: 'acme',
    name: 'api',
    private: false,
    cloneUrl: '',
    htmlUrl: '',
    defaultBranch: 'main',
    installationId: 1,
  };
  let record: RunRecord = {
    id: 1,
    repository,
    trigger: push(),
    scope: 'tag:v1',
    trusted: false,
    plan,
    progress: begin(plan, 0),
    issues: [],
    createdAt: 0,
  };
  const store: Pick<RunStore, 'load' | 'update'> = {
    load: async () => record,
    update: async (_, change) => {
      const next = change(record);
      const changed = next !== record.progress;
      record = { ...record, progress: next };
      return { run: record, changed };
    },
  };
  const queued: string[] = [];
  const enqueue = (entry: string): void => {
    // The same attempt twice is one.
    if (!queued.includes(entry)) queued.push(entry);
  };
  const quiet = (): void => undefined;
  const clock = { now: () => 1 };
  const advance = createAdvance({
    store: store as RunStore,
    // No stage of the plan has a group: nobody stands in a line.
    concurrency: createConcurrency({
      groups: {} as GroupStore,
      store: store as RunStore,
      clock,
      changed: quiet,
    }),
    // No stage of the plan asks for labels.
    placement: { where: async () => ({}), look: async () => undefined, lookAll: async () => undefined },
    // Nothing is left in the depot.
    remember: async () => undefined,
    queue: {
      enqueue: async (_, job, attempt) => enqueue(`${job} ${attempt}`),
      state: async () => 'alive',
      withdraw: async () => false,
    },
    clock,
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    changed: quiet,
    completed: quiet,
    spent: quiet,
  } satisfies AdvanceDeps);
  const head = { run: 1, fence: 1, at: 1 };
  return { advance, queued, head, now: () => record.progress };
}

test('jobs that wait for nobody are queued together; one that is given back when the others are over', async () => {
  const { advance, queued, head } = house();
  await advance.resume(1);
  expect(queued).toEqual(['chain 1', 'lint 1']);
  for (const job of ['chain', 'lint']) await advance.apply(1, { type: 'job_leased', job, fence: 1, at: 1 });
  const passed = { outcome: { kind: 'passed' }, facts: {} } as const;
  await advance.reported([
    { ...head, job: 'chain', seq: 1, type: 'stage_ended', stage: 'build', ...passed },
    { ...head, job: 'chain', seq: 2, type: 'job_returned', reason: 'publish waits' },
  ]);
  expect(queued).toHaveLength(2);
  await advance.reported([{ ...head, job: 'lint', seq: 1, type: 'stage_ended', stage: 'lint', ...passed }]);
  expect(queued.slice(2)).toEqual(['chain 2']);
});

test('a job that was given back and has nothing left to do is queued once, for a worker to tidy up', async () => {
  const { advance, queued, head, now } = house();
  await advance.resume(1);
  for (const job of ['chain', 'lint']) await advance.apply(1, { type: 'job_leased', job, fence: 1, at: 1 });
  await advance.reported([
    {
      ...head,
      job: 'chain',
      seq: 1,
      type: 'stage_ended',
      stage: 'build',
      outcome: { kind: 'passed' },
      facts: {},
    },
    { ...head, job: 'chain', seq: 2, type: 'job_returned', reason: 'publish waits' },
  ]);
  await advance.apply(1, { type: 'job_failed', job: 'lint', reason: 'lost', at: 2 });
  expect(now().run).toMatchObject({ status: 'completed', conclusion: 'failure' });
  expect(queued.slice(2)).toEqual(['chain 2']);
  await advance.resume(1);
  expect(queued).toHaveLength(3);
});
