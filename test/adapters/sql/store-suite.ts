import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { checkStore } from '../../../src/adapters/sql/checks.js';
import { type Database, openDatabase } from '../../../src/adapters/sql/database.js';
import { runStore } from '../../../src/adapters/sql/runs.js';
import { installationValue } from '../../../src/adapters/sql/secrets.js';
import type { Repository } from '../../../src/pipeline/model.js';
import { begin, progress } from '../../../src/pipeline/progress.js';
import type { NewRun, RunStore } from '../../../src/runs/ports.js';
import { chainOf, push } from '../../pipeline/examples.js';

const repository: Repository = {
  id: 7,
  owner: 'acme',
  name: 'hello',
  private: false,
  cloneUrl: 'http://git.example/acme/hello.git',
  htmlUrl: 'http://git.example/acme/hello',
  defaultBranch: 'main',
  installationId: 3,
};
const plan = chainOf('pre_build', 'build');

export function newRun(overrides: Partial<NewRun> = {}): NewRun {
  const trigger = push();
  return {
    repository,
    trigger,
    scope: 'branch:main',
    trusted: false,
    plan,
    progress: begin(plan, 1),
    issues: [],
    createdAt: 1,
    ...overrides,
  };
}

/** An empty database, for one test. */
export interface Place {
  /** As `openDatabase` takes it. */
  readonly location: string;
  remove(): Promise<void>;
}

/** What both stores promise, on whatever database. */
export function describeStores(newPlace: () => Promise<Place>): void {
  let place: Place;
  let db: Database;
  let runs: RunStore;

  beforeEach(async () => {
    place = await newPlace();
    db = await openDatabase(place.location);
    runs = runStore(db);
  });
  afterEach(async () => {
    await db.destroy();
    await place.remove();
  });

  describe('runs', () => {
    test('one commit and scope is one run, however often it is announced', async () => {
      const first = await runs.create(newRun());
      const second = await runs.create(newRun({ createdAt: 99 }));
      expect([first.created, second.created]).toEqual([true, false]);
      expect(second.run).toEqual(first.run);
      const tagged = await runs.create(newRun({ scope: 'tag:v1' }));
      expect(tagged.created).toBe(true);
      expect(tagged.run.id).not.toBe(first.run.id);
    });

    test('two announcements at once are one run', async () => {
      const both = await Promise.all([runs.create(newRun()), runs.create(newRun())]);
      expect(both.filter(({ created }) => created)).toHaveLength(1);
      expect(both[0]?.run).toEqual(both[1]?.run);
    });

    test('what is stored comes back as it was', async () => {
      const { run } = await runs.create(newRun({ trusted: true }));
      expect(await runs.load(run.id)).toEqual({ id: run.id, ...newRun({ trusted: true }) });
      expect(await runs.load(run.id + 1)).toBeUndefined();
    });

    test('a rename is followed, by id', async () => {
      const { run } = await runs.create(newRun());
      const renamed = { ...repository, name: 'hullo', private: true };
      await runs.create(newRun({ repository: renamed, scope: 'branch:other' }));
      expect((await runs.load(run.id))?.repository).toEqual(renamed);
    });

    test('open runs are found again after a restart, completed ones are not', async () => {
      const { run } = await runs.create(newRun());
      const { run: other } = await runs.create(newRun({ scope: 'branch:other' }));
      await runs.update(other.id, (record) =>
        progress(plan, record.progress, { type: 'run_cancelled', by: 'x', at: 2 }),
      );
      await db.destroy();
      db = await openDatabase(place.location);
      runs = runStore(db);
      expect(await runs.unfinished()).toEqual([run.id]);
    });

    test('those are known whose jobs not every worker may take, as long as they wait', async () => {
      const jobs = plan.jobs.map((job) => ({ ...job, runsOn: ['gpu'] }));
      const choosy = await runs.create(newRun({ scope: 'branch:gpu', plan: { ...plan, jobs } }));
      const plain = await runs.create(newRun());
      expect(await runs.choosy()).toEqual([]);
      const [job] = jobs;
      const event = { type: 'job_enqueued', job: job?.id ?? '', attempt: 1, at: 2 } as const;
      for (const { run } of [choosy, plain])
        await runs.update(run.id, (now) => progress(now.plan, now.progress, event));
      expect(await runs.choosy()).toEqual([choosy.run.id]);
      await runs.update(choosy.run.id, (now) =>
        progress(now.plan, now.progress, { type: 'run_cancelled', by: 'x', at: 3 }),
      );
      expect(await runs.choosy()).toEqual([]);
    });

    test('changes made at once are all applied', async () => {
      const { run } = await runs.create(newRun());
      await Promise.all(
        Array.from({ length: 20 }, () =>
          runs.update(run.id, ({ progress: now }) => ({
            ...now,
            jobs: now.jobs.map((job) => ({ ...job, attempt: job.attempt + 1 })),
          })),
        ),
      );
      expect((await runs.load(run.id))?.progress.jobs[0]?.attempt).toBe(20);
    });

    test('are listed newest first, by filter, private ones only for those who may', async () => {
      await runs.create(newRun());
      await runs.create(newRun({ scope: 'branch:b', trigger: push({ branch: 'b' }) }));
      await runs.create(
        newRun({ repository: { ...repository, id: 8, name: 'secret', private: true }, scope: 'branch:c' }),
      );
      const page = { publicOnly: true, limit: 10, offset: 0 };
      expect((await runs.list(page)).total).toBe(2);
      expect((await runs.list({ ...page, publicOnly: false })).total).toBe(3);
      expect((await runs.list({ ...page, branch: 'b' })).runs.map(({ scope }) => scope)).toEqual([
        'branch:b',
      ]);
      expect((await runs.list({ ...page, repository: 'ACME/hello', limit: 1, offset: 1 })).runs).toHaveLength(
        1,
      );
      expect((await runs.list({ ...page, status: 'completed' })).total).toBe(0);
    });
  });

  describe('checks', () => {
    test('are wanted from the moment that the run is stored, the whole run first', async () => {
      const { run } = await runs.create(newRun());
      const dirty = await checkStore(db).dirtyOf(run.id);
      expect(dirty.map(({ key, wanted, sent, creating }) => ({ key, wanted, sent, creating }))).toEqual(
        ['cyclone', 'pre_build', 'build'].map((key) => ({ key, wanted: 1, sent: 0, creating: false })),
      );
    });

    test('a change of a stage makes its check and the whole one dirty, in the same transaction', async () => {
      const store = checkStore(db);
      const { run } = await runs.create(newRun());
      for (const { key } of await store.dirtyOf(run.id)) {
        await store.sent(run.id, key, 100, 1);
      }
      expect(await store.dirty()).toEqual([]);
      await runs.update(run.id, ({ progress: now }) => ({
        ...now,
        stages: now.stages.map((stage) =>
          stage.id === 'build' ? { id: stage.id, state: { status: 'in_progress', startedAt: 1 } } : stage,
        ),
      }));
      const dirty = await store.dirty();
      expect(dirty.map(({ key, githubId }) => [key, githubId])).toEqual([
        ['cyclone', 100],
        ['build', 100],
      ]);
    });

    test('a create that was begun is remembered; one that was refused is left alone', async () => {
      const store = checkStore(db);
      const { run } = await runs.create(newRun());
      await store.creating(run.id, 'cyclone');
      await store.refused(run.id, 'build', 'no such repository', 1);
      const dirty = await store.dirtyOf(run.id);
      expect(dirty.map(({ key, creating }) => [key, creating])).toEqual([
        ['cyclone', true],
        ['pre_build', false],
      ]);
    });
  });

  describe('whose the checks of a commit are', () => {
    const again = (run: number, ask: string) =>
      runs.update(run, ({ progress: now }) => ({ ...now, asks: [...(now.asks ?? []), ask] }));

    test('those of the later run; of the earlier where somebody has it run again', async () => {
      const store = checkStore(db);
      const { run: first } = await runs.create(newRun());
      expect(await store.claim(first.id, 'build')).toEqual({ holder: first.id, shared: false });
      await store.sent(first.id, 'build', 100, 1);
      const { run: second } = await runs.create({ ...newRun(), scope: 'tag:v1' });
      expect(await store.claim(first.id, 'build')).toEqual({ holder: second.id, shared: false });
      expect(await store.claim(second.id, 'build')).toEqual({ holder: second.id, shared: true });
      await store.yielded(first.id, 'cyclone', 1);

      await again(first.id, 'once');
      expect((await store.claim(second.id, 'build')).holder).toBe(first.id);
      const dirty = await store.dirtyOf(first.id);
      expect(dirty.map(({ key, sent }) => [key, sent])).toEqual([
        ['cyclone', 0],
        ['pre_build', 0],
        ['build', 0],
      ]);
      const { run: third } = await runs.create({ ...newRun(), scope: 'tag:v2' });
      expect((await store.claim(first.id, 'build')).holder).toBe(third.id);
    });

    test('what GitHub refused is tried again with the next decision', async () => {
      const store = checkStore(db);
      const { run } = await runs.create(newRun());
      await store.refused(run.id, 'build', 'no such repository', 1);
      await again(run.id, 'once');
      expect((await store.dirtyOf(run.id)).map(({ key }) => key)).toContain('build');
    });

    test('what changed since it was refused is not given up', async () => {
      const store = checkStore(db);
      const { run } = await runs.create(newRun());
      await again(run.id, 'once');
      await store.refused(run.id, 'cyclone', 'no such repository', 1);
      expect((await store.dirtyOf(run.id)).map(({ key }) => key)).toContain('cyclone');
    });
  });

  test('a value of the installation is made once', async () => {
    const values = await Promise.all([installationValue(db, 'key', 32), installationValue(db, 'key', 32)]);
    expect(values[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(values[1]).toBe(values[0]);
    expect(await installationValue(db, 'other', 32)).not.toBe(values[0]);
  });
}
