import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { commentStore } from '../../src/adapters/sql/comments.js';
import { type Database, openDatabase } from '../../src/adapters/sql/database.js';
import { runStore } from '../../src/adapters/sql/runs.js';
import type { CommentMode } from '../../src/checks/comment-wish.js';
import { type Commenter, createCommenter } from '../../src/checks/commenter.js';
import { createGates } from '../../src/checks/gate.js';
import type { Answer, CheckSubject } from '../../src/checks/ports.js';
import type { RunStore } from '../../src/runs/ports.js';
import { type FakeClock, fakeClock } from './fake-clock.js';
import { type ScriptedComments, scriptedComments } from './scripted-comments.js';
import {
  ended,
  failed,
  links,
  noFindings,
  passed,
  queued,
  runEnded,
  running,
  SHA,
  START,
  subject,
} from './subjects.js';

const PULL = 12;
const failing = subject({
  pull: PULL,
  state: runEnded('failure', 'test failed'),
  stages: { test: ended(failed(), 3) },
});
const passing = subject({
  pull: PULL,
  state: runEnded('success', '1 passed'),
  stages: { test: ended(passed, 3) },
});
const open = subject({
  pull: PULL,
  state: { status: 'in_progress', startedAt: START },
  stages: { test: running() },
});

let directory: string;
let db: Database;
let runs: RunStore;
let clock: FakeClock;
let github: ScriptedComments;
let commenter: Commenter;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'cyclone-comments-'));
  db = await openDatabase(path.join(directory, 'cyclone.db'));
  runs = runStore(db);
  clock = fakeClock();
  github = scriptedComments();
  commenter = await begin('on-failure');
});
afterEach(async () => {
  await clock.until(commenter.stop());
  await db.destroy();
  await rm(directory, { recursive: true });
});

async function begin(mode: CommentMode): Promise<Commenter> {
  const ignore = () => undefined;
  const begun = createCommenter({
    store: commentStore(db),
    api: github,
    tail: { tail: async () => ({ bytes: Buffer.from('said\n'), size: 5 }) },
    findings: noFindings,
    links,
    mode,
    clock,
    logger: { debug: ignore, warn: ignore, error: ignore },
    gates: createGates(clock, 4),
  });
  await begun.start();
  return begun;
}

/** Another process over the same database, in another mode perhaps. */
async function restart(mode: CommentMode = 'on-failure'): Promise<void> {
  await clock.until(commenter.stop());
  commenter = await begin(mode);
}

/** A run of the pull request, of which nobody is told. @returns its number */
async function store(shown: CheckSubject, sha = SHA): Promise<number> {
  const { repository, trigger, plan, progress, issues } = shown;
  const { run } = await runs.create({
    repository,
    trigger: { ...trigger, sha },
    scope: `pull:${PULL}`,
    trusted: false,
    plan,
    progress: { ...progress, run: { status: 'queued' } },
    issues,
    createdAt: START,
  });
  await runs.update(run.id, () => progress);
  return run.id;
}

/** … and told of. */
async function put(shown: CheckSubject, sha = SHA): Promise<number> {
  const run = await store(shown, sha);
  await told(run);
  return run;
}

async function told(run: number): Promise<void> {
  commenter.changed(run);
  await clock.until(commenter.idle());
}

async function become(run: number, { progress }: CheckSubject): Promise<void> {
  await runs.update(run, () => progress);
  await told(run);
}

const body = (): string => {
  const [one, ...doubles] = github.comments;
  expect(doubles).toEqual([]);
  return one?.body ?? '';
};

const question = (place: number, words: string): Answer => ({
  comment: 55,
  place,
  by: 'alice',
  command: '/why test',
  words,
});

async function say(place: number, words = `answer ${place}`): Promise<void> {
  await commenter.say(failing.repository, PULL, question(place, words));
  await clock.until(commenter.idle());
}

describe('on failure', () => {
  test('a run that passes leaves nothing, and asks GitHub nothing', async () => {
    await put(passing);
    expect(github.requests).toEqual([]);
  });

  test('one that fails is told once, and kept true from then on', async () => {
    const run = await put(failing);
    expect(body()).toContain('1 of 1 stage failed');
    expect(github.requests).toEqual(['find', 'create']);
    await become(run, { ...open, progress: { ...open.progress, asks: ['again'] } });
    expect(body()).toContain('Running test');
    await become(run, passing);
    expect(body()).toContain('Passed in 12 s');
  });

  test('it is about the newest run, and not one that came late', async () => {
    await put(failing);
    const next = '9'.repeat(40);
    await put(passing, next);
    expect(body()).toContain(next.slice(0, 7));
    const late = subject({ pull: PULL, state: runEnded('cancelled', `superseded by ${next.slice(0, 7)}`) });
    await put(late, '8'.repeat(40));
    expect(body()).toContain(next.slice(0, 7));
  });

  test('while something runs it is written every ten seconds at most, and its end at once', async () => {
    const run = await put(failing);
    await become(run, { ...open, progress: { ...open.progress, asks: ['again'] } });
    const before = github.requests.length;
    const stages = (count: number) =>
      Object.fromEntries(
        Array.from({ length: 9 }, (_, n) => [`s${n}`, n < count ? ended(passed, 1) : queued]),
      );
    for (let done = 0; done < 9; done += 1) {
      const state = { status: 'in_progress', startedAt: START } as const;
      await runs.update(run, () => subject({ state, stages: stages(done) }).progress);
      commenter.changed(run);
      await clock.advance(1_000);
    }
    expect(github.requests.length - before).toBeLessThanOrEqual(1);
    await become(run, passing);
    expect(body()).toContain('Passed');
  });
});

describe('when it is wanted', () => {
  test('always: also of what passes, at its end', async () => {
    await restart('always');
    const run = await put(open);
    expect(github.comments).toEqual([]);
    await become(run, passing);
    expect(body()).toContain('Passed');
  });

  test('never: only who asks is answered', async () => {
    await restart('never');
    await put(failing);
    expect(github.comments).toEqual([]);
    await say(0);
    expect(body()).toContain('answer 0');
    expect(body()).not.toContain('failed');
  });
});

describe('answers', () => {
  test('the same question is answered once; the newest five are there', async () => {
    for (const place of [0, 1, 2, 3, 4, 5]) await say(place);
    const told = github.requests.length;
    await say(5, 'something else');
    expect(github.requests).toHaveLength(told);
    expect(body()).not.toContain('answer 0');
    expect(body().indexOf('answer 5')).toBeLessThan(body().indexOf('answer 1'));
  });

  test('a pull request of which nothing ever ran has them too', async () => {
    await say(0, 'Nothing has run.');
    expect(body()).toContain('Nothing has run.');
  });
});

describe('deleted by a person', () => {
  test('it is not made again for that commit, and for the next it is', async () => {
    const run = await put(failing);
    github.comments.length = 0;
    await become(run, { ...open, progress: { ...open.progress, asks: ['again'] } });
    await become(run, failing);
    await restart();
    expect(github.comments).toEqual([]);
    await put(failing, '9'.repeat(40));
    expect(body()).toContain('failed');
  });

  test('who asks then is answered, without what was deleted', async () => {
    await put(failing);
    await say(0);
    github.comments.length = 0;
    await say(1);
    expect(body()).toContain('answer 1');
    expect(body()).not.toContain('answer 0');
    expect(body()).not.toContain('failed');
  });
});

describe('when GitHub does not answer', () => {
  test.each<['lost' | 'answer_lost']>([['lost'], ['answer_lost']])(
    'a create that was %s is made once',
    async (turn) => {
      github.script('ok', turn);
      await put(failing);
      expect(body()).toContain('failed');
    },
  );

  test('what was not sent is sent by the next process', async () => {
    await store(failing);
    github.script('lost', 'lost', 'lost');
    await commenter.start();
    await clock.advance(100);
    await restart();
    await clock.until(commenter.idle());
    expect(body()).toContain('failed');
  });

  test('the database was lost: the comment is found again', async () => {
    await put(failing);
    await db.deleteFrom('comments').execute();
    await put(failing, '9'.repeat(40));
    expect(body()).toContain('9999999');
  });

  test('a conversation that is locked is left alone until the next change', async () => {
    github.script('ok', 'locked');
    const run = await put(failing);
    expect(github.requests).toEqual(['find', 'create']);
    await become(run, { ...open, progress: { ...open.progress, asks: ['again'] } });
    await become(run, failing);
    expect(body()).toContain('failed');
  });
});
