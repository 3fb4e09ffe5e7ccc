import { describe, expect, test } from '@jest/globals';
import type { Outcome, Plan, RunProgress, StageFacts, StageState } from '../../src/pipeline/model.js';
import { begin } from '../../src/pipeline/progress.js';
import { why, whyRun } from '../../src/pipeline/why.js';
import { chainOf, push, tag } from './examples.js';

const plan = chainOf('pre_build', 'integration');

const ended = (outcome: Outcome, facts: StageFacts = {}): StageState => ({
  status: 'completed',
  outcome,
  facts,
  startedAt: 0,
  completedAt: 48_000,
});

function reasons(state: StageState, more: Partial<RunProgress> = {}, of: Plan = plan): string | undefined {
  const now = begin(of, 0);
  const stages = now.stages.map((stage) => (stage.id === 'integration' ? { ...stage, state } : stage));
  return why({ trigger: push(), plan: of, progress: { ...now, stages, ...more } }, 'integration');
}

const failure = { code: 'exit', message: '', exitCode: 1 } as const;
const command = { index: 3, total: 5, text: 'go test ./...' };

describe('why a stage', () => {
  test.each<[string, StageState, string]>([
    [
      'passed',
      ended({ kind: 'passed' }),
      'integration ran because of a push to main by alice. Passed in 48 s.',
    ],
    [
      'failed',
      ended({ kind: 'failed', failure: { ...failure, command } }),
      'integration ran because of a push to main by alice. Failed at command 3 of 5: go test ./... exited 1 after 48 s.',
    ],
    [
      'was tried more than once',
      ended({ kind: 'passed' }, { tries: 3 }),
      'integration ran because of a push to main by alice. Passed in 48 s, on try 3. It was tried 3 times, as its retry says.',
    ],
    [
      'was reused',
      ended({ kind: 'passed' }, { reusedFrom: { run: 1042, stage: 'integration' } }),
      'integration ran because of a push to main by alice. Reused from run 1042: nothing that this stage reads has changed.',
    ],
    [
      'was cancelled',
      ended({ kind: 'cancelled', by: 'superseded by 9be01d2' }),
      'integration ran because of a push to main by alice. Cancelled: superseded by 9be01d2.',
    ],
    [
      'was skipped',
      ended({ kind: 'skipped', reason: { kind: 'event', message: 'integration runs on tags' } }),
      'integration did not run on a push to main by alice. Skipped: integration runs on tags.',
    ],
    [
      'waits for a group',
      { status: 'queued', waits: 'group staging, which run 3 holds (deploy)' },
      'integration is to run because of a push to main by alice. It waits for group staging, which run 3 holds (deploy).',
    ],
    [
      'waits',
      { status: 'queued' },
      'integration is to run because of a push to main by alice. It waits for its turn.',
    ],
    ['runs', { status: 'in_progress', startedAt: 1 }, 'integration runs because of a push to main by alice.'],
  ])('%s', (_, state, words) => {
    expect(reasons(state)).toBe(words);
  });

  test('waits for stages of other jobs', () => {
    const stages = plan.stages.map((stage) =>
      stage.id === 'integration' ? { ...stage, waitsFor: ['pre_build'] } : stage,
    );
    expect(reasons({ status: 'queued' }, {}, { ...plan, stages })).toContain('It waits for pre_build.');
  });

  test('ran again, and who let a stranger’s commit run', () => {
    const now = begin(plan, 0);
    const stages = now.stages.map((stage) => ({ ...stage, again: { by: 'bob', at: 1 } }));
    const progress = { ...now, stages, allowed: { by: 'carol', at: 1 } };
    expect(why({ trigger: push(), plan, progress }, 'integration')).toBe(
      'integration is to run because of a push to main by alice. carol let this commit of a fork run. It waits for its turn. It was run again by bob.',
    );
  });

  test('that there is not has no reason', () => {
    expect(why({ trigger: push(), plan, progress: begin(plan, 0) }, 'deploy')).toBeUndefined();
  });
});

test('why a run without stages is where it is', () => {
  const skip = { kind: 'condition', message: 'the commit message says [skip ci]' } as const;
  const none: Plan = { ...chainOf(), jobs: [], skip };
  expect(whyRun({ trigger: tag('v1'), plan: none, progress: begin(none, 0) })).toBe(
    'Nothing runs: the commit message says [skip ci].',
  );
  const held = {
    run: { status: 'completed', conclusion: 'action_required', reason: 'it waits', completedAt: 1 },
  } as const;
  expect(whyRun({ trigger: push(), plan: chainOf(), progress: { ...held, stages: [], jobs: [] } })).toBe(
    'It waits.',
  );
});
