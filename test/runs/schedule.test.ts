import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Incoming, ScheduleDue } from '../../src/runs/ports.js';
import { createCarryOutSchedule } from '../../src/runs/schedule.js';
import { SHA } from '../pipeline/examples.js';
import { TOO_LARGE } from './edges.js';
import { delivery, type Ground, type House, newGround, openHouse, repository, TWO_STAGES } from './house.js';

const NIGHTLY = `on:
  push:
  schedule: [{ cron: '0 3 * * *' }]
${TWO_STAGES}`;
const OTHER_SHA = 'b'.repeat(40);
const SLOT = Date.UTC(2026, 0, 5, 3, 0);
const HOUR = 3600_000;

let ground: Ground;
let house: House;
beforeEach(async () => {
  ground = await newGround({ 'caicloud.yml': NIGHTLY });
  ground.history.heads.set('main', { sha: SHA, message: 'a change' });
  house = await openHouse(ground, { policy: { supersede: false } });
});
afterEach(async () => {
  await house.close();
  await ground.clear();
});

const file = (text: string | typeof TOO_LARGE): void => void ground.files.files.set('caicloud.yml', text);
const kept = () => ground.timetable.kept.get(repository.id)?.schedules;

describe('a push to the default branch', () => {
  test('makes the schedules of its file those that are kept', async () => {
    await house.intake(delivery());
    expect(kept()).toEqual([{ cron: '0 3 * * *' }]);
  });

  test.each([
    ['no schedule any more', TWO_STAGES],
    ['other words and no schedule', `on: { push: }\n${TWO_STAGES}`],
  ])('whose file has %s removes them', async (_, text) => {
    await house.intake(delivery());
    file(text);
    await house.intake(delivery({ sha: OTHER_SHA }));
    expect(kept()).toEqual([{ cron: '0 3 * * *' }]);
    ground.history.heads.set('main', { sha: OTHER_SHA, message: 'a change' });
    await house.intake(delivery({ sha: OTHER_SHA }));
    expect(kept()).toEqual([]);
  });

  test('that takes the file away removes them', async () => {
    await house.intake(delivery());
    ground.files.files.clear();
    ground.history.heads.set('main', { sha: OTHER_SHA, message: '' });
    await house.intake(delivery({ sha: OTHER_SHA }));
    expect(kept()).toEqual([]);
  });

  test.each<[string, string | typeof TOO_LARGE]>([
    ['is broken', 'pre_build: ['],
    ['is too large to be read', TOO_LARGE],
    ['has a mistake elsewhere', `${TWO_STAGES}build: { context_dir: ../out }\n`],
  ])('whose file %s leaves them as they were', async (_, text) => {
    await house.intake(delivery());
    ground.history.heads.set('main', { sha: OTHER_SHA, message: '' });
    file(text);
    await house.intake(delivery({ sha: OTHER_SHA }));
    expect(kept()).toEqual([{ cron: '0 3 * * *' }]);
  });

  test('that comes late does not undo a newer one', async () => {
    ground.history.heads.set('main', { sha: OTHER_SHA, message: '' });
    await house.intake(delivery());
    expect(kept()).toBeUndefined();
  });

  test('asks GitHub nothing when nothing is to change', async () => {
    await house.intake(delivery());
    ground.history.asked.length = 0;
    await house.intake(delivery({ sha: OTHER_SHA }));
    expect(ground.history.asked).toEqual([]);
  });

  test('of a repository that has a new name makes them anew', async () => {
    await house.intake(delivery());
    const renamed = { ...repository, name: 'hullo' };
    await house.intake({ ...delivery(), repository: renamed });
    expect(ground.timetable.kept.get(repository.id)?.repository.name).toBe('hullo');
  });

  test.each([
    ['a branch that is another', { branch: 'dev', ref: 'refs/heads/dev' }],
    ['a pull request', { event: 'pull_request', pullRequest: 4 } as const],
  ])('and no push to %s', async (_, trigger) => {
    ground.history.heads.set('dev', { sha: SHA, message: '' });
    await house.intake(delivery(trigger));
    expect(kept()).toBeUndefined();
  });
});

describe('a schedule whose time has come', () => {
  let taken: (Incoming & { readonly kind: 'commit' })[];
  let now = SLOT;
  beforeEach(() => {
    taken = [];
    now = SLOT;
  });

  const due = (more: Partial<ScheduleDue> = {}) =>
    createCarryOutSchedule({
      schedules: ground.timetable,
      history: ground.history,
      intake: { add: async (event) => void (event.kind === 'commit' && taken.push(event)) },
      clock: { now: () => now },
      logger: house.logger,
    })({ repository, number: 0, schedule: { cron: '0 3 * * *' }, slot: SLOT, again: false, ...more });

  test('is an event for the head of the default branch, named by its slot', async () => {
    ground.history.heads.set('main', { sha: OTHER_SHA, message: 'Fix it\n\nat last' });
    await due({ number: 2 });
    expect(taken).toEqual([
      {
        kind: 'commit',
        delivery: `schedule-7-2-${String(SLOT)}`,
        repository,
        trigger: {
          event: 'schedule',
          sha: OTHER_SHA,
          ref: 'refs/heads/main',
          branch: 'main',
          fork: false,
          title: 'Fix it',
          message: 'Fix it\n\nat last',
          sender: 'schedule',
        },
        schedule: { cron: '0 3 * * *', slot: SLOT },
      },
    ]);
  });

  test('is for the branch that it names', async () => {
    ground.history.heads.set('release/2', { sha: OTHER_SHA, message: '' });
    await due({ schedule: { cron: '0 3 * * *', branch: 'release/2' } });
    expect(taken[0]?.trigger).toMatchObject({ sha: OTHER_SHA, ref: 'refs/heads/release/2' });
  });

  test('takes the repository as it is now: a private one must not be shown for its old name', async () => {
    ground.history.now = { ...repository, name: 'hullo', private: true };
    await due();
    expect(taken[0]?.repository).toMatchObject({ name: 'hullo', private: true });
  });

  test('of a repository that is gone drops all of its schedules', async () => {
    await house.intake(delivery());
    ground.history.now = 'gone';
    await due();
    expect([taken, kept()]).toEqual([[], []]);
    expect(house.logger.messages).toContain('schedules dropped: the repository is gone');
  });

  test('of a branch that is gone is skipped, and stays', async () => {
    await house.intake(delivery());
    await due({ schedule: { cron: '0 3 * * *', branch: 'gone' } });
    expect(taken).toEqual([]);
    expect(kept()).toHaveLength(1);
    expect(house.logger.messages).toContain('schedule skipped: its branch is gone');
  });

  test('is tried again when GitHub cannot be asked, until its next time has come', async () => {
    ground.history.away = true;
    await expect(due()).rejects.toThrow('502');
    ground.history.away = false;
    now = SLOT + 23 * HOUR;
    await due({ again: true });
    now = SLOT + 24 * HOUR;
    await due({ again: true });
    expect(taken).toHaveLength(1);
    expect(house.logger.messages).toContain('schedule skipped: its next time has come');
  });

  test('is made good for where nobody listened at its time', async () => {
    now = SLOT + 100 * HOUR;
    await due();
    expect(taken).toHaveLength(1);
  });

  describe('and its run', () => {
    const run = async (more: Partial<ScheduleDue> = {}): Promise<void> => {
      await due(more);
      for (const event of taken) await house.intake(event);
    };

    test('is one for each slot, on the same commit', async () => {
      await run();
      await run({ slot: SLOT + 24 * HOUR });
      const runs = await Promise.all((await house.store.unfinished()).map((id) => house.run(id)));
      expect(runs.map(({ scope }) => scope)).toEqual([
        'schedule:2026-01-05T03:00Z',
        'schedule:2026-01-06T03:00Z',
      ]);
      expect((await house.run(1)).progress.stages).toHaveLength(2);
    });

    test('goes on where the commit says [skip ci]: that was said of the push', async () => {
      ground.history.heads.set('main', { sha: SHA, message: 'typo [skip ci]' });
      await run();
      expect((await house.run(1)).progress.run).toEqual({ status: 'queued' });
    });

    test.each([
      ['has it no more', TWO_STAGES],
      ['has it for another branch', NIGHTLY.replace("'0 3 * * *'", "'0 3 * * *', branch: dev")],
      ['has another', NIGHTLY.replace('0 3', '0 4')],
    ])('is none when the file of the branch %s', async (_, text) => {
      file(text);
      await run();
      expect(await house.store.load(1)).toBeUndefined();
      expect(house.logger.messages).toContain('schedule skipped: the file has it no more');
    });

    test('is none when there is no file', async () => {
      ground.files.files.clear();
      await run();
      expect(await house.store.load(1)).toBeUndefined();
    });

    test('says what is wrong with a broken file', async () => {
      file(`${NIGHTLY}build: { context_dir: ../out }\n`);
      await run();
      expect((await house.run(1)).progress.run).toMatchObject({ conclusion: 'failure' });
    });
  });
});
