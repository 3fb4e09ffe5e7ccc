import { expect, test } from '@jest/globals';
import type { Lease, Plan, StageFacts } from '../../src/pipeline/model.js';
import { begin } from '../../src/pipeline/progress.js';
import { chainOf, numbered, push } from '../pipeline/examples.js';
import { newGround, openHouse, repository } from './house.js';

const kept = { digest: `sha256:${'a'.repeat(64)}`, bytes: 5, files: 1 };
const chain = chainOf('build', 'lint', 'test', 'report');
const plan: Plan = {
  ...chain,
  stages: chain.stages.map((stage) =>
    stage.id === 'report' ? { ...stage, takesFrom: ['lint', 'build', 'test'] } : stage,
  ),
  jobs: [
    { id: 'chain', stages: ['build', 'lint'], needs: [] },
    { id: 'report', stages: ['test', 'report'], needs: ['chain'] },
  ],
};

/** What the lease of the second job hands over, when the stages of the first ended with these facts. */
async function handed(facts: Readonly<Record<string, StageFacts>>): Promise<Lease['handed']> {
  const ground = await newGround();
  const house = await openHouse(ground);
  const trigger = push();
  const progress = begin(plan, 1);
  const run = { repository, trigger, plan, progress, scope: 'branch:main', trusted: false };
  await house.store.create({ ...run, issues: [], createdAt: 1 });
  await house.lease(1, 'chain', 'w1');
  const ends = Object.entries(facts).map(([stage, facts], index) =>
    numbered({ type: 'stage_ended', stage, outcome: { kind: 'passed' }, facts }, index + 1),
  );
  ground.stream.report(...ends);
  const lease = await house.lease(1, 'report', 'w2');
  await house.close();
  await ground.clear();
  expect(lease?.job.id).toBe('report');
  return lease?.handed;
}

test('a stage is handed what those that it takes from have kept, in the order of its needs', async () => {
  const other = { ...kept, bytes: 6 };
  expect(await handed({ build: { artifacts: kept }, lint: { artifacts: other } })).toEqual({
    report: [
      { ...other, from: 'lint' },
      { ...kept, from: 'build' },
    ],
  });
});

test('who kept nothing, or is not over, hands nothing', async () => {
  expect(await handed({ build: { artifacts: kept } })).toEqual({ report: [{ ...kept, from: 'build' }] });
  expect(await handed({ build: {}, lint: {} })).toBeUndefined();
});
