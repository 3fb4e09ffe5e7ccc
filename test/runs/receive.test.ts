import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Outcome } from '../../src/pipeline/model.js';
import type { InstallationChanged } from '../../src/runs/incoming.js';
import { numbered, SHA, stageStatuses } from '../pipeline/examples.js';
import { pushTo } from './commits.js';
import { delivery, type Ground, type House, newGround, openHouse, repository, TWO_STAGES } from './house.js';

let ground: Ground;
let house: House;
beforeEach(async () => {
  ground = await newGround({ 'caicloud.yml': TWO_STAGES });
  house = await openHouse(ground);
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

const conclusion = async (run = 1) => (await house.run(run)).progress.run;
const passed = { kind: 'passed' } as const;

async function over(integration: Outcome = passed): Promise<void> {
  await house.intake(delivery());
  await house.lease(1, 'chain', 'w1');
  await house.advance.reported([
    numbered({ type: 'stage_ended', stage: 'pre_build', outcome: passed, facts: {} }, 1),
    numbered({ type: 'stage_ended', stage: 'integration', outcome: integration, facts: {} }, 2),
    numbered({ type: 'job_ended' }, 3),
  ]);
}

const wish = { delivery: 'w1', repository, sha: SHA, by: 'alice' };
const again = (externalId?: string, more: Partial<typeof wish> = {}) =>
  house.receive({ kind: 'rerun_asked', ...wish, ...(externalId && { externalId }), ...more });
const press = (identifier: string, more: Partial<typeof wish & { externalId: string }> = {}) =>
  house.receive({ kind: 'button_pressed', ...wish, externalId: '1/cyclone', identifier, at: 0, ...more });
const states = async () => stageStatuses((await house.run()).progress);

describe('a re-run', () => {
  beforeEach(over);

  test('of one check is of its stage and those behind it', async () => {
    await again('1/integration');
    expect(await states()).toEqual({ pre_build: 'passed', integration: 'queued' });
  });

  test.each(['1/cyclone', undefined])('of %s is of all', async (externalId) => {
    await again(externalId);
    expect(await states()).toEqual({ pre_build: 'queued', integration: 'queued' });
  });

  test('delivered twenty times is one', async () => {
    for (let time = 0; time < 20; time += 1) await again('1/integration');
    expect((await house.run()).progress.jobs[0]?.attempt).toBe(2);
  });

  test('that comes again when it is over is none', async () => {
    await again('1/integration');
    await house.cancel(1, 'by bob');
    const before = await house.run();
    await again('1/integration');
    expect(await house.run()).toEqual(before);
  });

  test.each<[string, string | undefined, Partial<typeof wish>]>([
    ['of another repository', '1/cyclone', { repository: { ...repository, id: 8 } }],
    ['of another commit', '1/cyclone', { sha: 'f'.repeat(40) }],
    ['of a commit that never ran', undefined, { sha: 'f'.repeat(40) }],
    ['of a run that is not there', '99/cyclone', {}],
    ['of a check that is not ours', 'build-7', {}],
    ['by somebody who may not write', '1/cyclone', { by: 'mallory' }],
  ])('%s does nothing', async (_, externalId, more) => {
    const before = await house.run();
    await again(externalId, more);
    expect(await house.run()).toEqual(before);
  });
});

describe('a button', () => {
  test('cancels, and says who', async () => {
    await house.intake(delivery());
    await press('cancel');
    expect(await conclusion()).toMatchObject({ conclusion: 'cancelled', reason: 'by alice' });
  });

  test('runs again what failed, of the whole run, or the stage whose it is', async () => {
    await over({ kind: 'timed_out', afterSeconds: 60 });
    await press('rerun');
    expect(await states()).toEqual({ pre_build: 'passed', integration: 'queued' });
    await house.cancel(1, 'by bob');
    await press('rerun', { delivery: 'w2', externalId: '1/pre_build' });
    expect(await states()).toEqual({ pre_build: 'queued', integration: 'queued' });
  });

  test('lets a commit of a fork run', async () => {
    ground.pulls.put({ number: 5, sha: SHA, fork: true });
    await house.intake(delivery({ event: 'pull_request', pullRequest: 5, fork: true }));
    await press('approve', { by: 'mallory' });
    expect(ground.queue.waiting()).toEqual([]);
    await press('approve');
    expect(ground.queue.waiting()).toHaveLength(1);
  });

  test('that we do not know does nothing', async () => {
    await house.intake(delivery());
    const before = await house.run();
    await press('explode');
    expect(await house.run()).toEqual(before);
  });
});

test('a comment goes to who reads commands', async () => {
  const comment = { delivery: 'c', repository, pull: 5, comment: 9, by: 'alice', body: '/test', at: 0 };
  await house.receive({ kind: 'comment', ...comment });
  expect(house.comments).toMatchObject([{ comment: 9 }]);
});

describe('a repository', () => {
  test('that is renamed or made private is known as it is now', async () => {
    await house.intake(delivery());
    const now = { ...repository, name: 'hullo', private: true };
    await house.receive({ kind: 'repository_changed', delivery: 'r', repository: now, change: 'renamed' });
    expect((await house.run()).repository).toEqual(now);
  });

  test('of which we know nothing changes nothing', async () => {
    const now = { ...repository, id: 99 };
    await house.receive({ kind: 'repository_changed', delivery: 'r', repository: now, change: 'deleted' });
    await house.receive({ kind: 'repository_changed', delivery: 'r', repository: now, change: 'renamed' });
    await house.intake(delivery());
    expect((await house.run()).repository).toEqual(repository);
  });

  test('that is deleted has no open run, no check to send and no schedule', async () => {
    ground.files.files.set(
      'caicloud.yml',
      `on: { push: , schedule: [{ cron: '0 3 * * *' }] }\n${TWO_STAGES}`,
    );
    ground.history.heads.set('main', { sha: SHA, message: '' });
    await house.intake(delivery());
    expect(ground.timetable.kept.get(repository.id)?.schedules).toHaveLength(1);
    await house.receive({ kind: 'repository_changed', delivery: 'r', repository, change: 'deleted' });
    expect(await conclusion()).toMatchObject({ reason: 'the repository was deleted' });
    expect(await house.checks.dirty()).toEqual([]);
    expect(ground.timetable.kept.get(repository.id)?.schedules).toEqual([]);
  });
});

describe('an installation', () => {
  const changed = (change: InstallationChanged['change'], repositories: readonly number[] = []) =>
    house.receive({ kind: 'installation_changed', delivery: 'i', installation: 3, change, repositories });

  test.each<[InstallationChanged['change'], readonly number[], string, boolean]>([
    ['deleted', [], 'the app was uninstalled', false],
    ['suspended', [], 'the app was suspended', true],
    ['repositories_removed', [repository.id], 'the app was taken off the repository', false],
  ])('that is %s ends what runs', async (change, ids, reason, isWanted) => {
    await house.intake(delivery());
    await house.intake({ ...delivery({}, 'd2'), repository: { ...repository, id: 8, installationId: 4 } });
    await changed(change, ids);
    expect(await conclusion()).toMatchObject({ conclusion: 'cancelled', reason });
    expect(await conclusion(2)).toMatchObject({ status: 'queued' });
    // Suspended, it comes back: its checks are still tried.
    expect((await house.checks.dirtyOf(1)).length > 0).toBe(isWanted);
  });

  test.each<[InstallationChanged['change'], readonly number[]]>([
    ['unsuspended', []],
    ['repositories_added', [repository.id]],
    ['created', [repository.id]],
  ])('that is %s looks at what the default branches came to', async (change, ids) => {
    await house.intake(pushTo('dev', SHA));
    ground.history.heads.set('main', { sha: 'b'.repeat(40), message: 'Meanwhile\n\nthis' });
    await changed(change, ids);
    expect(house.mailbox.written).toMatchObject([
      {
        kind: 'commit',
        delivery: 'back-i-7',
        trigger: { event: 'push', branch: 'main', sha: 'b'.repeat(40), title: 'Meanwhile' },
      },
    ]);
  });

  test('of repositories that never had a run has nothing to do', async () => {
    await changed('repositories_added', [1, 2]);
    await changed('deleted', [1, 2]);
    expect(house.mailbox.written).toEqual([]);
  });
});
