import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { commentStore } from '../../../src/adapters/sql/comments.js';
import { type Database, openDatabase } from '../../../src/adapters/sql/database.js';
import { runStore } from '../../../src/adapters/sql/runs.js';
import type { Answer, CommentStore, Thread } from '../../../src/checks/ports.js';
import { newRun, type Place } from './store-suite.js';

const SHA = '9'.repeat(40);

/** The comments of pull requests, on whatever database. */
export function describeComments(newPlace: () => Promise<Place>): void {
  let place: Place;
  let db: Database;
  let store: CommentStore;
  let thread: Thread;
  beforeEach(async () => {
    place = await newPlace();
    db = await openDatabase(place.location);
    store = commentStore(db);
    const { id, installationId } = newRun().repository;
    thread = { repository: id, pull: 12, installationId };
  });
  afterEach(async () => {
    await db.destroy();
    await place.remove();
  });

  const inPull = (sha: string) => {
    const run = newRun();
    return runStore(db).create({ ...run, scope: 'pull:12', trigger: { ...run.trigger, sha } });
  };
  const answer = (place: number): Answer => ({
    comment: 55,
    place,
    by: 'alice',
    command: '/why build',
    words: `answer ${place}`,
  });

  test('each change of a run of a pull request marks its comment, and others do not', async () => {
    const { run: other } = await runStore(db).create(newRun());
    expect(await store.dirty()).toEqual([]);
    expect(await store.dirtyOf(other.id)).toEqual([]);
    const { run } = await inPull(SHA);
    expect(await store.dirty()).toEqual([thread]);
    expect(await store.dirtyOf(run.id)).toEqual([thread]);
    await store.sent(thread, 100, (await store.load(thread))?.wanted ?? 0);
    expect(await store.dirtyOf(run.id)).toEqual([]);
    await runStore(db).update(run.id, ({ progress: now }) => ({ ...now, cancelledBy: 'by alice' }));
    expect(await store.dirty()).toEqual([thread]);
    expect(await store.load(thread)).toMatchObject({ githubId: 100, creating: false });
  });

  test('its runs are the newest first', async () => {
    const { run: first } = await inPull(SHA);
    const { run: second } = await inPull('8'.repeat(40));
    expect((await store.subjects(thread)).map(({ run }) => run)).toEqual([second.id, first.id]);
  });

  test('a question is answered once, and five are kept', async () => {
    const { repository } = newRun();
    await Promise.all([0, 0, 1].map((number) => store.answer(repository, 12, answer(number))));
    expect((await store.load(thread))?.answers.map(({ words }) => words).toSorted()).toEqual([
      'answer 0',
      'answer 1',
    ]);
    for (const number of [2, 3, 4, 5]) await store.answer(repository, 12, answer(number));
    const kept = (await store.load(thread))?.answers.map(({ place: number }) => number);
    expect(kept).toHaveLength(5);
    expect(kept?.slice(-4)).toEqual([2, 3, 4, 5]);
  });

  test('deleted: what it had said is forgotten, and what it had not is still to be said', async () => {
    const { repository } = newRun();
    await store.answer(repository, 12, answer(0));
    await store.sent(thread, 100, 1);
    await store.answer(repository, 12, answer(1));
    await store.deleted(thread, SHA);
    const comment = await store.load(thread);
    expect(comment?.answers.map(({ words }) => words)).toEqual(['answer 1']);
    expect(comment).toMatchObject({ deletedFor: SHA });
    expect(comment).not.toHaveProperty('githubId');
    await store.sent(thread, 101, 2);
    expect(await store.load(thread)).not.toHaveProperty('deletedFor');
  });
}
